/* Plug-ins of the tests of what reaches a unit, and of what becomes of one that breaks. */
#include "bench/contend.h"

extern const struct workload workload_witness, workload_guest, workload_fragile;

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "witness",
    .workloads = (const struct workload *const[]){&workload_witness, &workload_guest,
                                                  &workload_fragile, NULL},
};
