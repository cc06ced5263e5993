/* What a shared object exports: its name, and what it brings. */
#include "bench/contend.h"

extern const struct workload workload_collatz;

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "numbers",
    .workloads = (const struct workload *const[]){&workload_collatz, NULL},
};
