/*
 * pingpong: two units hand a number to each other and back; an operation is one round trip.
 *
 * The oldest question about concurrency: what does it cost to wake somebody who sleeps and to sleep
 * until he answers?  Where the two may run decides it more than anything else (--placement).  `by`
 * says what they park on: a bare word with task_wait() and task_wake(), or an event, a semaphore or
 * a queue of one made of them.  More than two tasks play in pairs, beside each other.  One round
 * trip is left out of the time, so that both have passed the gate when it begins.
 */
#include "bench/base/err.h"
#include "bench/contend_queue.h"
#include "workloads/op_time.h"

enum { BY };
enum by { BY_WORD, BY_EVENT, BY_SEMAPHORE, BY_QUEUE };

static const char *const by_choices[] = {"word", "event", "semaphore", "queue", NULL};

static const struct param params[] = {
    {.name = "by",
     .unit = "count",
     .value = BY_WORD,
     .max = BY_QUEUE,
     .help = "what the two wait on",
     .choices = by_choices},
    {0},
};

static const struct metric metrics[] = {
    {"ping_pong_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "one round trip: from handing a number to the partner to having it back; mean of a launch"},
    {0},
};

/* What one unit is handed things by; it lies in lines of its own. */
struct letter_box {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t filled; /* 1: there is a number */
    struct sync_event event;
    struct sync_semaphore semaphore;
    uint64_t number;
    struct sync_queue queue;
};

/* Room for one entry each. */
static size_t box_bytes(void)
{
    return offsetof(struct letter_box, queue) + sync_queue_bytes(1);
}

static struct letter_box *box_of(const struct launch *l, uint32_t index)
{
    char *boxes = (char *)(op_time_of(l, 0) + l->task_count);
    return (struct letter_box *)(void *)(boxes + box_bytes() * index);
}

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return (sizeof(struct op_time) + box_bytes()) * task_count;
}

static int setup(struct launch *l, struct err *err)
{
    /* Without work, as when memory is measured, nobody needs a partner. */
    if (l->task_count % 2 == 0 || l->batch_count == 0)
        return 0;
    return err_set(err, ERR_UNAVAILABLE, "%u task%s cannot play in pairs: an even number can",
                   l->task_count, l->task_count == 1 ? "" : "s");
}

static void prepare(struct launch *l)
{
    for (uint32_t i = 0; i < l->task_count; i++)
        sync_queue_init(&box_of(l, i)->queue, SYNC_FIFO, 1);
}

static void hand_over(struct task *t, struct letter_box *box, enum by by, uint64_t number)
{
    box->number = number;
    switch (by) {
    case BY_WORD:
        atomic_store_explicit(&box->filled, 1, memory_order_release);
        task_wake(t, &box->filled, 1);
        break;
    case BY_EVENT:
        sync_event_set(t, &box->event);
        break;
    case BY_SEMAPHORE:
        sync_semaphore_release(t, &box->semaphore, 1);
        break;
    case BY_QUEUE:
        sync_queue_put(t, &box->queue, number, 0, SYNC_FOREVER);
        break;
    }
}

static uint64_t receive(struct task *t, struct letter_box *box, enum by by)
{
    uint64_t number = 0;
    switch (by) {
    case BY_WORD:
        while (atomic_load_explicit(&box->filled, memory_order_acquire) == 0)
            task_wait(t, &box->filled, 0, SYNC_FOREVER);
        atomic_store_explicit(&box->filled, 0, memory_order_relaxed);
        break;
    case BY_EVENT:
        sync_event_wait(t, &box->event, SYNC_FOREVER);
        sync_event_clear(&box->event);
        break;
    case BY_SEMAPHORE:
        sync_semaphore_acquire(t, &box->semaphore, SYNC_FOREVER);
        break;
    case BY_QUEUE:
        sync_queue_get(t, &box->queue, &number, SYNC_FOREVER);
        return number;
    }
    return box->number;
}

/* The one who serves sends 0, 1, 2 ... and adds up what comes back; the other returns the ball. */
static uint64_t run(struct task *t, uint64_t op_count)
{
    enum by by = (enum by)task_param(t, BY);
    bool serves = t->index % 2 == 0;
    struct letter_box *mine = box_of(t->launch, t->index);
    struct letter_box *theirs = box_of(t->launch, t->index ^ 1);
    uint64_t sum = 0, begin_ns = 0;
    for (uint64_t i = 0; i <= op_count; i++) {
        if (serves && i == 1)
            begin_ns = task_now_ns(t);
        if (serves)
            hand_over(t, theirs, by, i);
        uint64_t number = receive(t, mine, by);
        sum += number;
        if (!serves)
            hand_over(t, theirs, by, number);
    }
    if (serves)
        op_time_add(t, begin_ns, op_count);
    return sum;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    (void)values;
    return sum_to(op_count);
}

const struct workload workload_pingpong = {
    .name = "pingpong",
    .summary = "two units hand a number to each other and back",
    .kind = WORKLOAD_SYNC,
    .traits = WORKLOAD_TOGETHER,
    .params = params,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .setup = setup,
    .prepare = prepare,
    .run = run,
    .expected = expected,
    .collect = op_time_collect,
};
