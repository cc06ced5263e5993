/* A plug-in with a lock whose units want more memory than there are addresses. */
#include "bench/contend.h"

static uint64_t acquire(void *state, void *unit)
{
    (void)state, (void)unit;
    return 0;
}

static void release(void *state, void *unit)
{
    (void)state, (void)unit;
}

static const struct lock lock_endless = {
    .name = "endless",
    .summary = "holds nobody up, and keeps far too much of each",
    .traits = LOCK_EXCLUSIVE,
    .unit_bytes = SIZE_MAX,
    .acquire = acquire,
    .release = release,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "endless",
    .locks = (const struct lock *const[]){&lock_endless, NULL},
};
