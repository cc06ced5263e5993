/* A plug-in that puts commas into the program's numbers and rounds its own way, where it can. */
#include "bench/contend.h"

#include <fenv.h>
#include <locale.h>

__attribute__((constructor)) static void begin(void)
{
    setlocale(LC_ALL, "");
    fesetround(FE_UPWARD);
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    (void)t;
    return op_count;
}

static const struct workload workload_abroad = {
    .name = "abroad",
    .summary = "does nothing, in a plug-in that has a locale",
    .kind = WORKLOAD_CPU,
    .run = run,
    .expected = expected_op_count,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "abroad",
    .workloads = (const struct workload *const[]){&workload_abroad, NULL},
};
