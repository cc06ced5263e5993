/*
 * spawn_storm: an operation spawns a child that returns its number and, after a burst of such
 * spawns, awaits it.  So `burst` children exist at once, as when a server accepts a backlog; the
 * workload await has one child at a time.
 */
#include "workloads/op_time.h"

enum { BURST };

static const struct param params[] = {
    {.name = "burst",
     .unit = "count",
     .value = 10000,
     .min = 1,
     .max = 1000000,
     .help = "children spawned before the first is awaited"},
    {0},
};

static const struct metric metrics[] = {
    {"op_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "spawning one child and later awaiting it; mean of a launch"},
    {0},
};

/* A line pair of op_time for each task, then their handles. */
static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    return (sizeof(struct op_time) + sizeof(uint64_t) * (size_t)values[BURST]) * task_count;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    const struct launch *l = t->launch;
    uint64_t burst = (uint64_t)task_param(t, BURST);
    uint64_t *handles = (uint64_t *)(void *)op_time_of(l, l->task_count) + burst * t->index;
    uint64_t begin_ns = task_now_ns(t);
    uint64_t sum = l->executor->runtime->spawn(t, op_count, handles, burst);
    op_time_add(t, begin_ns, op_count);
    return sum;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    (void)values;
    return sum_to(op_count);
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    (void)values;
    return RUNTIME_LACKS(x, spawn);
}

const struct workload workload_spawn_storm = {
    .name = "spawn_storm",
    .summary = "spawns children in bursts and awaits them",
    .kind = WORKLOAD_STARTUP,
    .params = params,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected,
    .collect = op_time_collect,
    .unfit = unfit,
};
