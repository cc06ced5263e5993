/*
 * A plug-in whose names are taken, but of another kind: a workload called like the probe `clock`.
 * Its one metric must stand beside the probe's, never over them.
 */
#include "bench/contend.h"

static const struct metric metrics[] = {
    {"told_ns", "ns", BETTER_NEUTRAL, NATURE_EXACT, "cpu", "Always 42, so that it is known again."},
    {0}};

static uint64_t run(struct task *t, uint64_t op_count)
{
    for (uint64_t i = 0; i < op_count; i++)
        task_checkpoint(t);
    return op_count;
}

static void collect(struct launch *l, struct sink *sink)
{
    (void)l;
    sink->value(sink, 0, 42);
}

static const struct workload namesake = {
    .name = "clock",
    .summary = "computes nothing under a probe's name",
    .kind = WORKLOAD_CPU,
    .metrics = metrics,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "namesake",
    .workloads = (const struct workload *const[]){&namesake, NULL},
};
