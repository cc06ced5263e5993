/*
 * queue: producers put messages into one bounded queue, consumers take them; an operation is one
 * message of each producer.
 *
 * The queue of bench/contend_queue.h: a mutex and two conditions, so what is measured is how this
 * executor lets units wait and wakes them.  The first `producers` tasks put, the others take, in
 * every batch the same share each.  A message is the moment it was sent, so its latency needs no
 * second memory, and the sum of all that were sent is a check on all that arrived: whoever takes
 * the last one compares.  Where no task is left to consume, each takes one after each it puts:
 * what the queue itself costs, with nobody to wait for.
 */
#include "bench/contend_queue.h"
#include "workloads/latency_ring.h"

enum { PRODUCERS, CAPACITY, ORDER };

/* In the order of enum sync_order. */
static const char *const order_choices[] = {"fifo", "lifo", "priority", NULL};

static const struct param params[] = {
    {.name = "producers",
     .unit = "count",
     .value = 1,
     .min = 1,
     .max = 1000000,
     .help = "tasks that put; the others take"},
    {.name = "capacity",
     .unit = "count",
     .value = 64,
     .min = 1,
     .max = SYNC_QUEUE_CAPACITY_MAX,
     .help = "messages that fit into the queue"},
    {.name = "order",
     .unit = "count",
     .value = SYNC_FIFO,
     .max = SYNC_PRIORITY,
     .help = "which message leaves first",
     .choices = order_choices},
    {0},
};

enum { MESSAGES, MESSAGE_LATENCY };

static const struct metric metrics[] = {
    {"messages_per_s", "per_s", BETTER_HIGHER, NATURE_NOISY, "throughput",
     "messages that went through the queue, a second between the first task's first operation and "
     "the last one's last"},
    {"message_latency_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from the producer's call that puts a message, waiting for room included, to the consumer "
     "having it"},
    {0},
};

enum { PRIORITIES = 8, RINGS = 16 };

struct shared {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint64_t sent_sum;
    _Atomic uint64_t taken_sum;
    _Atomic uint64_t taken_count;
    struct latency_ring rings[RINGS]; /* of the first consumers */
    struct sync_queue queue;          /* its entries behind it */
};

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)task_count;
    return offsetof(struct shared, queue) + sync_queue_bytes((uint32_t)values[CAPACITY]);
}

static void prepare(struct launch *l)
{
    struct shared *s = l->workload_shared;
    sync_queue_init(&s->queue, (enum sync_order)l->workload_params[ORDER],
                    (uint32_t)l->workload_params[CAPACITY]);
}

static uint32_t producers_of(const struct launch *l)
{
    uint64_t asked = (uint64_t)l->workload_params[PRODUCERS];
    return asked < l->task_count ? (uint32_t)asked : l->task_count;
}

/* What one task has sent and taken in a batch. */
struct tally {
    uint64_t sent, sent_sum, taken, taken_sum;
};

static bool put(struct task *t, struct tally *tally)
{
    struct shared *s = t->launch->workload_shared;
    uint64_t now_ns = task_now_ns(t);
    tally->sent_sum += now_ns;
    return sync_queue_put(t, &s->queue, now_ns, tally->sent++ % PRIORITIES, SYNC_FOREVER) ==
           SYNC_OK;
}

static bool take(struct task *t, uint32_t consumer, struct tally *tally)
{
    struct shared *s = t->launch->workload_shared;
    uint64_t sent_ns;
    if (sync_queue_get(t, &s->queue, &sent_ns, SYNC_FOREVER) != SYNC_OK)
        return false;
    if (consumer < RINGS)
        latency_ring_add(&s->rings[consumer], task_now_ns(t) - sent_ns);
    tally->taken++;
    tally->taken_sum += sent_ns;
    return true;
}

/*
 * Adds a batch to the sums; false when all messages of the launch are through and the sums differ.
 * Senders add before the last message can have been taken, or at the same end of the last batch:
 * so only who brings both to their full numbers compares.
 */
static bool settle(struct task *t, const struct tally *tally)
{
    const struct launch *l = t->launch;
    struct shared *s = l->workload_shared;
    uint64_t all = l->batch_ops * l->batch_count * producers_of(l) * 2;
    atomic_fetch_add(&s->sent_sum, tally->sent_sum);
    atomic_fetch_add(&s->taken_sum, tally->taken_sum);
    uint64_t moved = tally->sent + tally->taken;
    bool is_last = atomic_fetch_add(&s->taken_count, moved) + moved == all;
    return !is_last || atomic_load(&s->sent_sum) == atomic_load(&s->taken_sum);
}

/* An equal part of all messages of a batch; what does not divide goes to the first. */
static uint64_t share_of(uint64_t messages, uint32_t consumer, uint32_t consumers)
{
    return messages / consumers + (consumer < messages % consumers);
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    const struct launch *l = t->launch;
    uint32_t producers = producers_of(l), consumers = l->task_count - producers;
    bool produces = t->index < producers, takes_own = consumers == 0;
    uint32_t consumer = produces ? t->index : t->index - producers;
    uint64_t share = produces ? op_count : share_of(op_count * producers, consumer, consumers);
    struct tally tally = {0};
    bool is_right = true;
    for (uint64_t i = 0; i < share && is_right; i++) {
        if (produces)
            is_right = put(t, &tally);
        if (is_right && (!produces || takes_own))
            is_right = take(t, consumer, &tally);
        task_checkpoint(t);
    }
    return settle(t, &tally) && is_right ? op_count : 0;
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct shared *s = l->workload_shared;
    uint64_t begin_ns = UINT64_MAX, end_ns = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct task *t = &l->tasks[i];
        begin_ns = t->go_ns < begin_ns ? t->go_ns : begin_ns;
        end_ns = t->last_ns > end_ns ? t->last_ns : end_ns;
    }
    double messages = (double)l->batch_ops * l->batch_count * producers_of(l);
    if (end_ns > begin_ns)
        sink->value(sink, MESSAGES, messages / ((double)(end_ns - begin_ns) * 1e-9));
    for (uint32_t i = 0; i < RINGS; i++)
        latency_ring_post(&s->rings[i], sink, MESSAGE_LATENCY);
}

const struct workload workload_queue = {
    .name = "queue",
    .summary = "producers and consumers on one bounded queue",
    .kind = WORKLOAD_SYNC,
    .traits = WORKLOAD_TOGETHER,
    .params = params,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .prepare = prepare,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
};
