/*
 * cancel: an operation spawns a child that goes to sleep for an hour, cancels it and awaits its
 * end.  The timer that will never fire is part of the price: most timeouts end like this.
 */
#include "workloads/op_time.h"

static const struct metric metrics[] = {
    {"op_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "spawning a child that sleeps, cancelling and awaiting it; mean of a launch"},
    {0},
};

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct op_time) * task_count;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t begin_ns = task_now_ns(t);
    uint64_t cancelled = t->launch->executor->runtime->cancel(t, op_count);
    op_time_add(t, begin_ns, op_count);
    return cancelled;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    (void)values;
    return op_count;
}

static void collect(struct launch *l, struct sink *sink)
{
    sink->value(sink, 0, op_time_mean(l));
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    (void)values;
    return RUNTIME_LACKS(x, cancel);
}

const struct workload workload_cancel = {
    .name = "cancel",
    .summary = "spawns a sleeping child, cancels and awaits it",
    .kind = WORKLOAD_STARTUP,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected,
    .collect = collect,
    .unfit = unfit,
};
