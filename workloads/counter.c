/*
 * counter: all tasks add to one shared counter.  An operation is one read, some computing, and
 * one write of what was read plus one.
 *
 * Without a lock two tasks may read the same value: an update is lost, and counted here.  Read and
 * write are plain moves of one word (relaxed atomics), as an interpreter's are; nothing else keeps
 * them together but the lock.  Where the checkpoint stands decides what a lock that is asked back
 * at checkpoints is worth: after the write (default) an operation is whole; between read and write,
 * as where a function is called in between, such a lock loses updates too.
 *
 * With locking=each the lock is let go after each operation and taken for the next one, which
 * makes this a lock benchmark: `inside` turns of computing under it, `outside` turns without.
 */
#include "workloads/lcg.h"

enum { LOCKING, CHECKPOINT, INSIDE, OUTSIDE };
enum { LOCKING_HELD, LOCKING_EACH };
enum { CHECKPOINT_AFTER, CHECKPOINT_BETWEEN };

static const char *const locking_words[] = {"held", "each", NULL};
static const char *const checkpoint_words[] = {"after", "between", NULL};

static const struct param params[] = {
    {.name = "locking",
     .unit = "count",
     .value = LOCKING_HELD,
     .max = LOCKING_EACH,
     .help = "keep the lock from one operation to the next, or take it for each",
     .choices = locking_words},
    {.name = "checkpoint",
     .unit = "count",
     .value = CHECKPOINT_AFTER,
     .max = CHECKPOINT_BETWEEN,
     .help = "where the lock may be asked back: after the write, or between read and write",
     .choices = checkpoint_words},
    {.name = "inside",
     .unit = "count",
     .value = 0,
     .max = 1000000000,
     .help = "turns of computing between read and write"},
    {.name = "outside",
     .unit = "count",
     .value = 0,
     .max = 1000000000,
     .help = "turns of computing after each operation, without the lock if locking=each"},
    {0},
};

enum { LOST_UPDATES, LOST_RATIO, LOST_UNDER_LOCK };

static const struct metric metrics[] = {
    {"lost_updates", "count", BETTER_LOWER, NATURE_NOISY, "contention",
     "additions that another task's write undid: operations done less the counter's value"},
    {"lost_updates_ratio", "ratio", BETTER_LOWER, NATURE_NOISY, "contention",
     "lost updates over all operations"},
    {"lost_under_lock", "count", BETTER_LOWER, NATURE_EXACT, "contention",
     "lost updates where one lock excludes all tasks and no checkpoint stands between read and "
     "write; anything but 0 is a defect of the lock"},
    {0},
};

struct shared {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint64_t counter;
};

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    (void)task_count;
    return sizeof(struct shared);
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    struct shared *s = t->launch->workload_shared;
    bool is_each = task_param(t, LOCKING) == LOCKING_EACH;
    bool is_between = task_param(t, CHECKPOINT) == CHECKPOINT_BETWEEN;
    uint64_t inside = (uint64_t)task_param(t, INSIDE), outside = (uint64_t)task_param(t, OUTSIDE);
    uint64_t done = 0, x = 0;
    for (; done < op_count; done++) {
        uint64_t seen = atomic_load_explicit(&s->counter, memory_order_relaxed);
        task_consume(t, seen);
        x = lcg_turn(t, x, inside);
        if (is_between)
            task_checkpoint(t);
        atomic_store_explicit(&s->counter, seen + 1, memory_order_relaxed);
        if (is_each)
            task_release(t);
        x = lcg_turn(t, x, outside);
        if (is_each)
            task_acquire(t);
        else if (!is_between)
            task_checkpoint(t);
    }
    return done + x;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    return op_count + lcg_jump(0, op_count * (uint64_t)(values[INSIDE] + values[OUTSIDE]));
}

/* Is there one lock for all of them, and does it keep read and write together? */
static bool is_excluded(const struct launch *l)
{
    for (uint32_t i = 1; i < l->task_count; i++)
        if (l->tasks[i].lock_state != l->tasks[0].lock_state && l->tasks[i].holder == &l->tasks[i])
            return false;
    return (l->lock->traits & LOCK_EXCLUSIVE) && l->workload_params[CHECKPOINT] == CHECKPOINT_AFTER;
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct shared *s = l->workload_shared;
    uint64_t done = 0;
    for (uint32_t i = 0; i < l->task_count; i++)
        done += l->tasks[i].op_count;
    uint64_t lost = done - atomic_load_explicit(&s->counter, memory_order_relaxed);
    sink->value(sink, LOST_UPDATES, (double)lost);
    if (done)
        sink->value(sink, LOST_RATIO, (double)lost / (double)done);
    if (is_excluded(l))
        sink->value(sink, LOST_UNDER_LOCK, (double)lost);
    else
        sink->absent(sink, LOST_UNDER_LOCK, "no lock keeps all tasks' reads and writes together");
}

const struct workload workload_counter = {
    .name = "counter",
    .summary = "adds to one shared counter: lost updates are counted",
    .kind = WORKLOAD_SYNC,
    .params = params,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected,
    .collect = collect,
};
