/*
 * await: an operation spawns one child and awaits its value; the child's memory is that of the
 * child before.  Deferred, the child runs when its turn comes; eager, it runs inside the spawn.
 */
#include "workloads/op_time.h"

enum { START };
enum { DEFERRED, EAGER };

static const char *const starts[] = {"deferred", "eager", NULL};

static const struct param params[] = {
    {.name = "start",
     .unit = "count",
     .value = DEFERRED,
     .max = EAGER,
     .help = "when a child first runs",
     .choices = starts},
    {0},
};

static const struct metric metrics[] = {
    {"op_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "spawning one child and awaiting its value; mean of a launch"},
    {0},
};

static uint64_t run(struct task *t, uint64_t op_count)
{
    const struct runtime *runtime = t->launch->executor->runtime;
    bool is_eager = task_param(t, START) == EAGER;
    uint64_t begin_ns = task_now_ns(t);
    uint64_t sum = is_eager ? runtime->await_eager(t, op_count) : runtime->await(t, op_count);
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
    return values[START] == EAGER ? RUNTIME_LACKS(x, await_eager) : RUNTIME_LACKS(x, await);
}

const struct workload workload_await = {
    .name = "await",
    .summary = "spawns a child and awaits its value",
    .kind = WORKLOAD_STARTUP,
    .params = params,
    .metrics = metrics,
    .shared_bytes = op_time_bytes,
    .run = run,
    .expected = expected,
    .collect = op_time_collect,
    .unfit = unfit,
};
