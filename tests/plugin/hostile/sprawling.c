/* A plug-in with more parameters than the contract has room for: refused when it is loaded. */
#include "bench/contend.h"

#define ROW(n)                                                                                     \
    {                                                                                              \
        .name = n, .unit = "count", .value = 1, .max = 9, .help = "one of many"                    \
    }
#define FOUR(n) ROW(n "a"), ROW(n "b"), ROW(n "c"), ROW(n "d")

static const struct param params[] = {FOUR("a"), FOUR("b"), FOUR("c"), FOUR("d"), FOUR("e"),
                                      FOUR("f"), ROW("y"),  ROW("z"),  {0}};

static uint64_t run(struct task *t, uint64_t op_count)
{
    (void)t;
    return op_count;
}

static const struct workload sprawling = {
    .name = "sprawling",
    .summary = "has twenty-six parameters",
    .kind = WORKLOAD_CPU,
    .params = params,
    .run = run,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "sprawling",
    .workloads = (const struct workload *const[]){&sprawling, NULL},
};
