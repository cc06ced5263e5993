/*
 * skynet: an operation builds a tree of tasks, ten children each, whose leaves return their
 * numbers and whose other nodes return the sum of their children's; depth 6 makes a million leaves
 * and 499999500000.  The statement of the task is Alexander Temerev's (github.com/atemerev/skynet).
 */
#include "workloads/op_time.h"

enum { DEPTH };

static const struct param params[] = {
    {.name = "depth",
     .unit = "count",
     .value = 6,
     .min = 1,
     .max = 8,
     .help = "levels below the root; the leaves are ten to this power"},
    {0},
};

enum { TREE, NODE };

static const struct metric metrics[] = {
    {"tree_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "a whole tree from the spawn of its root to its sum; mean of a launch"},
    {"node_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "tree_ns divided by the number of tasks in the tree"},
    {0},
};

static uint64_t leaves_of(int64_t depth)
{
    uint64_t leaves = 1;
    for (int64_t i = 0; i < depth; i++)
        leaves *= 10;
    return leaves;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t begin_ns = task_now_ns(t), sum = 0;
    for (uint64_t i = 0; i < op_count; i++)
        sum += t->launch->executor->runtime->tree(t, (uint32_t)task_param(t, DEPTH));
    op_time_add(t, begin_ns, op_count);
    return sum;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    return op_count * sum_to(leaves_of(values[DEPTH]) - 1);
}

static void collect(struct launch *l, struct sink *sink)
{
    /* 1 + 10 + ... + 10^depth. */
    double nodes = (double)((leaves_of(l->workload_params[DEPTH]) * 10 - 1) / 9);
    sink->value(sink, TREE, op_time_mean(l));
    sink->value(sink, NODE, op_time_mean(l) / nodes);
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    (void)values;
    return RUNTIME_LACKS(x, tree);
}

const struct workload workload_skynet = {
    .name = "skynet",
    .summary = "a tree of tasks that adds up its leaves",
    .kind = WORKLOAD_STARTUP,
    .params = params,
    .metrics = metrics,
    .shared_bytes = op_time_bytes,
    .run = run,
    .expected = expected,
    .collect = collect,
    .unfit = unfit,
};
