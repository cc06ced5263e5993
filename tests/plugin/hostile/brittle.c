/* A plug-in whose hook crashes with other parameters than those it was tried with. */
#include "bench/contend.h"

#include <signal.h>
#include <stddef.h>

enum { PARAM_CRASHES };

static const struct param params[] = {
    {.name = "crashes", .unit = "count", .max = 1, .help = "1: while it is planned"},
    {0},
};

static uint64_t run(struct task *t, uint64_t op_count)
{
    (void)t;
    return op_count;
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    (void)x;
    if (values[PARAM_CRASHES])
        raise(SIGBUS);
    return NULL;
}

static const struct workload workload_brittle = {
    .name = "brittle",
    .summary = "does nothing, or crashes who plans it",
    .kind = WORKLOAD_CPU,
    .params = params,
    .run = run,
    .expected = expected_op_count,
    .unfit = unfit,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "brittle",
    .workloads = (const struct workload *const[]){&workload_brittle, NULL},
};
