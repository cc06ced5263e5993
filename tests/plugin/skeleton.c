/* One of each kind in one shared object. */
#include "bench/contend.h"

extern const struct workload workload_tally;
extern const struct executor executor_backwards;
extern const struct lock lock_politespin;
extern const struct probe probe_moves;

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "skeleton",
    .workloads = (const struct workload *const[]){&workload_tally, NULL},
    .executors = (const struct executor *const[]){&executor_backwards, NULL},
    .locks = (const struct lock *const[]){&lock_politespin, NULL},
    .probes = (const struct probe *const[]){&probe_moves, NULL},
};
