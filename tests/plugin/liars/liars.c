/*
 * Plug-ins that say one thing and do another, each of which some claim has to see through.
 * They stand in for a defect of the harness or of somebody's runtime: see tests/cli/claims.sh.
 */
#include "bench/contend.h"

extern const struct lock lock_liar_lock;
extern const struct lock lock_liar_gil;
extern const struct executor executor_liar_coroutine;

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "liars",
    .locks = (const struct lock *const[]){&lock_liar_lock, &lock_liar_gil, NULL},
    .executors = (const struct executor *const[]){&executor_liar_coroutine, NULL},
};
