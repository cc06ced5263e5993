/*
 * switch: the tasks stand in a ring and pass control on; an operation is `turns` turns of a task.
 *
 * In a cooperative executor a task yields and the scheduler runs the next.  Threads and processes
 * have no such verb: each wakes the next one's word and parks on its own, so that exactly one runs
 * at any time.  The first task measures: between two of its own turns every other had one.
 *
 * Several turns an operation, because in a large ring what surrounds an operation has left the
 * caches by the time it comes round again, and would be most of what is measured.
 */
#include "workloads/op_time.h"

enum { TURNS };

static const struct param params[] = {
    {.name = "turns",
     .unit = "count",
     .value = 16,
     .min = 1,
     .max = 1000000,
     .help = "turns of a task in one operation"},
    {0},
};

static const struct metric metrics[] = {
    {"switch_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from one task's turn to the next one's: a whole turn of the ring divided by its tasks"},
    {0},
};

/* After the measurement: one for each task. */
struct seat {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t turns; /* given by the task before */
    uint32_t taken;                                      /* ... and used by its owner */
};

static struct seat *seats_of(const struct launch *l)
{
    return (struct seat *)(void *)(op_time_of(l, 0) + 1);
}

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct op_time) + sizeof(struct seat) * task_count;
}

static bool is_measuring(const struct task *t)
{
    return t->index == 0;
}

/* One turn is left out of the time, so that all have passed the gate when it begins. */
static uint64_t run_by_yield(struct task *t, uint64_t turns)
{
    uint64_t (*yield)(struct task *, uint64_t) = t->launch->executor->runtime->yield;
    uint64_t done = yield(t, 1);
    uint64_t begin_ns = is_measuring(t) ? task_now_ns(t) : 0;
    done += yield(t, turns);
    if (is_measuring(t))
        op_time_add(t, begin_ns, turns);
    return done - 1;
}

static void pass_on(struct task *t)
{
    uint32_t next = t->index + 1 == t->launch->task_count ? 0 : t->index + 1;
    struct seat *seat = seats_of(t->launch) + next;
    atomic_fetch_add_explicit(&seat->turns, 1, memory_order_release);
    task_wake(t, &seat->turns, 1);
}

static void wait_for_turn(struct task *t, struct seat *mine)
{
    while (atomic_load_explicit(&mine->turns, memory_order_acquire) == mine->taken)
        task_wait(t, &mine->turns, mine->taken, UINT64_MAX);
    mine->taken++;
}

/* The first task begins without having been given the turn and keeps the one that comes back. */
static uint64_t run_by_wake(struct task *t, uint64_t turns)
{
    struct seat *mine = seats_of(t->launch) + t->index;
    uint64_t begin_ns = 0;
    for (uint64_t i = 0; i <= turns; i++) {
        if (is_measuring(t) && i == 1)
            begin_ns = task_now_ns(t);
        if (!is_measuring(t))
            wait_for_turn(t, mine);
        pass_on(t);
        if (is_measuring(t))
            wait_for_turn(t, mine);
    }
    if (is_measuring(t))
        op_time_add(t, begin_ns, turns);
    return turns;
}

static bool can_yield(const struct executor *x)
{
    return x->runtime && x->runtime->yield;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t turns = op_count * (uint64_t)task_param(t, TURNS);
    return can_yield(t->launch->executor) ? run_by_yield(t, turns) : run_by_wake(t, turns);
}

static enum step step(struct task *t, struct step_state *s)
{
    if (s->done == 0)
        s->own[0] = s->op_count * (uint64_t)task_param(t, TURNS);
    if (s->done == 1 && is_measuring(t))
        s->own[1] = task_now_ns(t);
    if (s->done++ <= s->own[0])
        return STEP_YIELD;
    if (is_measuring(t))
        op_time_add(t, s->own[1], s->own[0]);
    s->checksum = s->done - 2;
    return STEP_DONE;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    return op_count * (uint64_t)values[TURNS];
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct op_time *time = op_time_of(l, 0);
    if (time->op_count)
        sink->value(sink, 0,
                    (double)time->elapsed_ns / ((double)time->op_count * (double)l->task_count));
}

const struct workload workload_switch = {
    .name = "switch",
    .summary = "tasks in a ring pass control on",
    .kind = WORKLOAD_SYNC,
    .traits = WORKLOAD_TOGETHER,
    .params = params,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected,
    .collect = collect,
    .step = step,
};
