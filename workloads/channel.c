/*
 * channel: an operation sends one item to a child through the runtime's bounded channel, and the
 * child receives it.  With room for one item every operation is a hand-over; with room for many
 * the two take turns in runs.  The receiver adds up what it gets.
 */
#include "workloads/op_time.h"

enum { CAPACITY };

static const struct param params[] = {
    {.name = "capacity",
     .unit = "count",
     .value = 1,
     .min = 1,
     .max = 16777216,
     .help = "items that fit into the channel"},
    {0},
};

static const struct metric metrics[] = {
    {"op_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "one item from sender to receiver, one way; mean of a launch, making the receiver included"},
    {0},
};

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t begin_ns = task_now_ns(t);
    uint64_t sum =
        t->launch->executor->runtime->channel(t, op_count, (uint32_t)task_param(t, CAPACITY));
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
    return RUNTIME_LACKS(x, channel);
}

const struct workload workload_channel = {
    .name = "channel",
    .summary = "sends items to a child through a bounded channel",
    .kind = WORKLOAD_STARTUP,
    .params = params,
    .metrics = metrics,
    .shared_bytes = op_time_bytes,
    .run = run,
    .expected = expected,
    .collect = op_time_collect,
    .unfit = unfit,
};
