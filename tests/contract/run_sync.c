/*
 * Units that talk to each other, under every executor that keeps them alive together and every
 * lock: nothing is lost, nothing comes twice, orders and bounds hold, nobody is left asleep.
 *
 * ctest: timeout 480
 */
#include "bench/base/rng.h"
#include "bench/contend_queue.h"
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/plan/cell_fit.h"
#include "bench/run/plan/plan.h"
#include "tests/test.h"

#include <stdatomic.h>

enum { TASKS = 6, PERMITS = 2, TIMEOUT_NS = 3000000 };

/* Rows of every workload of this test. */
enum { ORDER, CAPACITY };

struct shared {
    struct sync_event called, answered, released;
    struct sync_semaphore permits;
    struct sync_barrier barrier;
    _Atomic uint32_t inside, most_inside, last_count, done_count, wrong;
    _Atomic uint64_t sum;
    uint64_t slots[TASKS];
    struct sync_queue queue; /* with CAPACITY_MAX entries behind it */
};

enum { CAPACITY_MAX = 5 };

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    (void)task_count;
    return offsetof(struct shared, queue) + sync_queue_bytes(CAPACITY_MAX);
}

static struct shared *shared_of(const struct task *t)
{
    return t->launch->workload_shared;
}

static void expect(struct task *t, bool is_so)
{
    if (!is_so)
        atomic_fetch_add(&shared_of(t)->wrong, 1);
}

static void prepare(struct launch *l)
{
    struct shared *s = l->workload_shared;
    s->barrier.parties = l->task_count;
    atomic_store(&s->permits.count, PERMITS);
    sync_queue_init(&s->queue, (enum sync_order)l->workload_params[ORDER],
                    (uint32_t)l->workload_params[CAPACITY]);
}

/* Lets others in between where it may hurt most: now and then, at random. */
static void stumble(struct task *t, struct rng *rng)
{
    switch (rng_below(rng, 6)) {
    case 0:
        task_sleep(t, rng_below(rng, 20000));
        break;
    case 1:
        task_checkpoint(t);
        break;
    default:
        break;
    }
}

/* ---- Queue ------------------------------------------------------------------------- */

static void produce(struct task *t, struct rng *rng, uint64_t op_count)
{
    struct shared *s = shared_of(t);
    for (uint64_t i = 1; i <= op_count; i++) {
        uint64_t item = (uint64_t)t->index << 32 | i;
        uint64_t timeout_ns = rng_below(rng, 4) ? SYNC_FOREVER : rng_below(rng, 50000);
        enum sync_result put = sync_queue_put(t, &s->queue, item, i, timeout_ns);
        if (put == SYNC_TIMED_OUT)
            put = sync_queue_put(t, &s->queue, item, i, SYNC_FOREVER);
        expect(t, put == SYNC_OK);
        stumble(t, rng);
    }
    /* The last producer closes. */
    if (atomic_fetch_add(&s->done_count, 1) + 1 == t->launch->task_count / 2) {
        sync_queue_close(t, &s->queue);
        expect(t, sync_queue_put(t, &s->queue, 0, 0, 0) == SYNC_CLOSED);
    }
}

static void consume(struct task *t, struct rng *rng)
{
    struct shared *s = shared_of(t);
    uint32_t newest[TASKS] = {0};
    for (;;) {
        uint64_t item = UINT64_MAX;
        uint64_t timeout_ns = rng_below(rng, 4) ? SYNC_FOREVER : rng_below(rng, 50000);
        enum sync_result got = sync_queue_get(t, &s->queue, &item, timeout_ns);
        expect(t, (got == SYNC_OK) == (item != UINT64_MAX));
        if (got == SYNC_CLOSED)
            return;
        if (got == SYNC_TIMED_OUT)
            continue;
        uint32_t from = (uint32_t)(item >> 32), number = (uint32_t)item;
        expect(t, from < TASKS && from % 2 == 0);
        if (s->queue.order == SYNC_FIFO && from < TASKS) {
            expect(t, number > newest[from]);
            newest[from] = number;
        }
        atomic_fetch_add(&s->sum, item);
        stumble(t, rng);
    }
}

static uint64_t run_queue(struct task *t, uint64_t op_count)
{
    struct rng rng = {.state = t->index + 1};
    if (t->index % 2 == 0)
        produce(t, &rng, op_count);
    else
        consume(t, &rng);
    return op_count;
}

/* All but one wait, for an item or (LIFO) for room; closing ends every wait. */
static uint64_t run_close(struct task *t, uint64_t op_count)
{
    enum { SETTLE_NS = 2000000 };
    struct shared *s = shared_of(t);
    enum sync_result last = SYNC_OK;
    uint64_t item;
    if (t->index == 0) {
        task_sleep(t, SETTLE_NS);
        sync_queue_close(t, &s->queue);
        return op_count;
    }
    while (last == SYNC_OK)
        last = s->queue.order == SYNC_LIFO ? sync_queue_put(t, &s->queue, 1, 0, SYNC_FOREVER)
                                           : sync_queue_get(t, &s->queue, &item, SYNC_FOREVER);
    expect(t, last == SYNC_CLOSED);
    return op_count;
}

/* ---- Event, semaphore, barrier ----------------------------------------------------- */

/* A call and an answer in turns; the others wait for one event, and one waits in vain. */
static uint64_t run_event(struct task *t, uint64_t op_count)
{
    struct shared *s = shared_of(t);
    bool calls = t->index == 0;
    if (calls) {
        uint64_t begin_ns = task_now_ns(t);
        expect(t, !sync_event_wait(t, &s->answered, TIMEOUT_NS));
        expect(t, task_now_ns(t) - begin_ns >= TIMEOUT_NS);
        expect(t, !sync_event_wait(t, &s->answered, 0));
    }
    if (t->index > 1) {
        expect(t, sync_event_wait(t, &s->released, SYNC_FOREVER));
        expect(t, sync_event_is_set(&s->released));
        return op_count;
    }
    struct sync_event *mine = calls ? &s->answered : &s->called;
    struct sync_event *theirs = calls ? &s->called : &s->answered;
    for (uint64_t i = 0; i < op_count; i++) {
        if (calls)
            sync_event_set(t, theirs);
        expect(t, sync_event_wait(t, mine, SYNC_FOREVER));
        sync_event_clear(mine);
        if (!calls)
            sync_event_set(t, theirs);
    }
    if (calls)
        sync_event_set(t, &s->released);
    return op_count;
}

/* An event that is set and cleared at once: whoever waited has heard of it all the same. */
static uint64_t run_pulse(struct task *t, uint64_t op_count)
{
    enum { PAUSE_NS = 1000000 };
    struct shared *s = shared_of(t);
    if (t->index > 0) {
        expect(t, sync_event_wait(t, &s->called, SYNC_FOREVER));
        atomic_fetch_add(&s->done_count, 1);
        return op_count;
    }
    while (atomic_load(&s->done_count) + 1 < t->launch->task_count) {
        task_sleep(t, PAUSE_NS);
        sync_event_set(t, &s->called);
        sync_event_clear(&s->called);
    }
    return op_count;
}

static uint64_t run_semaphore(struct task *t, uint64_t op_count)
{
    struct shared *s = shared_of(t);
    struct rng rng = {.state = t->index + 1};
    for (uint64_t i = 0; i < op_count;) {
        uint64_t timeout_ns = rng_below(&rng, 3) ? SYNC_FOREVER : rng_below(&rng, 30000);
        if (!sync_semaphore_acquire(t, &s->permits, timeout_ns))
            continue;
        uint32_t inside = atomic_fetch_add(&s->inside, 1) + 1;
        expect(t, inside <= PERMITS);
        stumble(t, &rng);
        atomic_fetch_sub(&s->inside, 1);
        sync_semaphore_release(t, &s->permits, 1);
        i++;
    }
    return op_count;
}

static uint64_t run_barrier(struct task *t, uint64_t op_count)
{
    struct shared *s = shared_of(t);
    struct rng rng = {.state = t->index + 1};
    for (uint64_t round = 1; round <= op_count; round++) {
        s->slots[t->index] = round;
        stumble(t, &rng);
        if (sync_barrier_wait(t, &s->barrier) == SYNC_LAST)
            atomic_fetch_add(&s->last_count, 1);
        /* All have written this round, and none has begun the next. */
        for (uint32_t i = 0; i < t->launch->task_count; i++)
            expect(t, s->slots[i] == round);
        expect(t, sync_barrier_wait(t, &s->barrier) != SYNC_TIMED_OUT);
    }
    return op_count;
}

/* ---- One after the other ----------------------------------------------------------- */

/* Against a plain list: whatever is put and taken, the same comes out. */
static void compare_with_list(struct task *t, struct sync_queue *q, enum sync_order order)
{
    struct sync_entry list[CAPACITY_MAX];
    struct rng rng = {.state = 7};
    uint32_t count = 0;
    for (uint64_t i = 0; i < 400; i++) {
        uint64_t priority = rng_below(&rng, 3), item = 0;
        if (rng_below(&rng, 2)) {
            enum sync_result put = sync_queue_put(t, q, i, priority, 0);
            expect(t, put == (count == q->capacity ? SYNC_TIMED_OUT : SYNC_OK));
            if (put == SYNC_OK)
                list[count++] = (struct sync_entry){.item = i, .priority = priority, .number = i};
            continue;
        }
        uint32_t next = order == SYNC_LIFO ? count - 1 : 0;
        for (uint32_t j = 0; order == SYNC_PRIORITY && j < count; j++)
            if (list[j].priority < list[next].priority)
                next = j; /* the list is in the order of the puts */
        enum sync_result got = sync_queue_get(t, q, &item, 0);
        expect(t, got == (count == 0 ? SYNC_TIMED_OUT : SYNC_OK));
        if (got != SYNC_OK)
            continue;
        expect(t, item == list[next].item);
        memmove(&list[next], &list[next + 1], sizeof list[0] * (--count - next));
    }
}

static uint64_t run_alone(struct task *t, uint64_t op_count)
{
    struct shared *s = shared_of(t);
    uint64_t item;
    compare_with_list(t, &s->queue, s->queue.order);
    while (sync_queue_get(t, &s->queue, &item, 0) == SYNC_OK)
        ;
    /* Nobody can come: a wait without a limit ends as well. */
    expect(t, sync_queue_get(t, &s->queue, &item, SYNC_FOREVER) == SYNC_TIMED_OUT);
    expect(t, !sync_event_wait(t, &s->called, SYNC_FOREVER));
    expect(t, sync_semaphore_acquire(t, &s->permits, SYNC_FOREVER));
    expect(t, sync_semaphore_acquire(t, &s->permits, 0));
    expect(t, !sync_semaphore_acquire(t, &s->permits, SYNC_FOREVER));
    uint64_t begin_ns = task_now_ns(t);
    expect(t, sync_queue_get(t, &s->queue, &item, TIMEOUT_NS) == SYNC_TIMED_OUT);
    expect(t, task_now_ns(t) - begin_ns >= TIMEOUT_NS);
    /* What is left in a closed queue may still be taken. */
    expect(t, sync_queue_put(t, &s->queue, 9, 0, 0) == SYNC_OK);
    sync_queue_close(t, &s->queue);
    expect(t, sync_queue_put(t, &s->queue, 9, 0, SYNC_FOREVER) == SYNC_CLOSED);
    expect(t, sync_queue_get(t, &s->queue, &item, 0) == SYNC_OK && item == 9);
    expect(t, sync_queue_get(t, &s->queue, &item, SYNC_FOREVER) == SYNC_CLOSED);
    sync_event_set(t, &s->called);
    expect(t, sync_event_wait(t, &s->called, 0));
    return op_count;
}

/* ---- All of them, everywhere ------------------------------------------------------- */

struct check {
    const char *name;
    uint64_t (*run)(struct task *t, uint64_t op_count);
    uint32_t tasks;
    uint64_t op_count;
    enum sync_order order;
    uint32_t capacity;
};

static const struct param params[] = {
    {.name = "order", .unit = "count", .max = 2, .help = "of the queue"},
    {.name = "capacity", .unit = "count", .value = 1, .max = CAPACITY_MAX, .help = "of the queue"},
    {0},
};

static void check_queue(const struct check *check, const struct launch *l, const char *id)
{
    const struct shared *s = l->workload_shared;
    uint64_t sum = 0;
    for (uint64_t producer = 0; producer < check->tasks; producer += 2)
        sum += (producer << 32) * check->op_count + check->op_count * (check->op_count + 1) / 2;
    CHECK_MSG(atomic_load(&s->sum) == sum, "%s: items were lost or came twice", id);
    CHECK_MSG(s->queue.peak <= check->capacity, "%s: %u items in a queue of %u", id, s->queue.peak,
              check->capacity);
    CHECK_MSG(s->queue.count == 0, "%s: %u items were left", id, s->queue.count);
}

static void run_check(const struct check *check, const struct lock *k, const struct executor *x)
{
    const struct workload workload = {
        .name = check->name,
        .summary = "units that talk",
        .kind = WORKLOAD_SYNC,
        .params = params,
        .shared_bytes = shared_bytes,
        .prepare = prepare,
        .run = check->run,
    };
    struct cell c;
    struct err err = {0};
    struct launch *l;
    cell_init(&c, &workload, k, x);
    c.tasks = check->tasks;
    c.workers = x->traits & EXECUTOR_POOLED ? check->tasks : 0;
    c.batch_count = 1;
    c.batch_ops = check->op_count;
    c.workload_params[ORDER] = check->order;
    c.workload_params[CAPACITY] = check->capacity;
    cell_make_id(&c);
    char *reason = cell_skip_reason(&c);
    if (!reason && !launch_open(&c, c.tasks, NULL, 0, &l, &err)) {
        for (int again = 0; again < 2; again++) {
            CHECK_MSG(!launch_run(l, &err), "%s: %s", c.id, err.text);
            const struct shared *s = l->workload_shared;
            CHECK_MSG(!atomic_load(&s->wrong), "%s: %u things were wrong", c.id,
                      atomic_load(&s->wrong));
            if (check->run == run_queue)
                check_queue(check, l, c.id);
            if (check->run == run_semaphore)
                CHECK_EQ(atomic_load(&s->permits.count), PERMITS);
            if (check->run == run_barrier)
                CHECK_EQ(atomic_load(&s->last_count), check->op_count);
        }
        launch_close(l);
    }
    CHECK_MSG(err.code == ERR_NONE || err.code == ERR_UNAVAILABLE, "%s: %s", c.id, err.text);
    free(reason);
    cell_release(&c);
}

/* Every executor with no lock and under an interpreter's; every lock of ours with threads and
 * processes. */
static void run_everywhere(const struct check *check)
{
    const struct executor *x;
    const struct lock *k;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        for (size_t j = 0; (k = registry_lock(j)) != NULL; j++) {
            bool is_common = !strcmp(k->name, "none") || !strcmp(k->name, "gil");
            bool is_basic = !strcmp(x->name, "thread") || !strcmp(x->name, "process");
            if (!(x->traits & EXECUTOR_SEQUENTIAL) && !(k->traits & LOCK_PEER) &&
                (is_common || is_basic))
                run_check(check, k, x);
        }
}

static void queues_lose_nothing_and_keep_their_order_and_bound(void)
{
    const struct check checks[] = {
        {"queue_fifo_1", run_queue, TASKS, 60, SYNC_FIFO, 1},
        {"queue_fifo_5", run_queue, TASKS, 60, SYNC_FIFO, 5},
        {"queue_lifo", run_queue, TASKS, 60, SYNC_LIFO, 3},
        {"queue_priority", run_queue, TASKS, 60, SYNC_PRIORITY, 5},
    };
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        run_everywhere(&checks[i]);
}

static void closing_a_queue_wakes_all_who_wait(void)
{
    run_everywhere(&(struct check){"close_empty", run_close, TASKS, 1, SYNC_FIFO, 2});
    run_everywhere(&(struct check){"close_full", run_close, TASKS, 1, SYNC_LIFO, 2});
}

static void events_wake_all_and_time_out_not_before_their_time(void)
{
    run_everywhere(&(struct check){"event", run_event, TASKS, 60, SYNC_FIFO, 1});
    run_everywhere(&(struct check){"pulse", run_pulse, TASKS, 1, SYNC_FIFO, 1});
}

static void semaphores_never_let_too_many_in(void)
{
    run_everywhere(&(struct check){"semaphore", run_semaphore, TASKS, 60, SYNC_FIFO, 1});
}

static void barriers_hold_all_back_round_after_round(void)
{
    run_everywhere(&(struct check){"barrier", run_barrier, TASKS, 40, SYNC_FIFO, 1});
}

static void alone_nothing_waits_for_ever_and_orders_are_those_of_a_list(void)
{
    const struct lock *none = registry_find_lock("none", NULL);
    const struct executor *serial = registry_find_executor("serial", NULL);
    const struct executor *fake = registry_find_executor("fake", NULL);
    for (int order = SYNC_FIFO; order <= SYNC_PRIORITY; order++)
        for (uint32_t capacity = 1; capacity <= CAPACITY_MAX; capacity++) {
            struct check check = {"alone", run_alone, 1, 1, (enum sync_order)order, capacity};
            run_check(&check, none, serial);
            run_check(&check, none, fake);
        }
}

static const struct test tests[] = {
    {"queues_lose_nothing_and_keep_their_order_and_bound",
     queues_lose_nothing_and_keep_their_order_and_bound},
    {"closing_a_queue_wakes_all_who_wait", closing_a_queue_wakes_all_who_wait},
    {"events_wake_all_and_time_out_not_before_their_time",
     events_wake_all_and_time_out_not_before_their_time},
    {"semaphores_never_let_too_many_in", semaphores_never_let_too_many_in},
    {"barriers_hold_all_back_round_after_round", barriers_hold_all_back_round_after_round},
    {"alone_nothing_waits_for_ever_and_orders_are_those_of_a_list",
     alone_nothing_waits_for_ever_and_orders_are_those_of_a_list},
    {0},
};
TEST_MAIN(tests)
