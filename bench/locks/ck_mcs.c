/* ck_mcs: Concurrency Kit's mcs queue (ck_spinlock_mcs), as it is: see ck_peer.h. */
#include "bench/locks/ck_peer.h"

#ifdef CONTEND_HAVE_CK
static uint64_t acquire(void *state, void *unit)
{
    ck_spinlock_mcs_lock(state, unit);
    return 0;
}

static void release(void *state, void *unit)
{
    ck_spinlock_mcs_unlock(state, unit);
}
#endif

const struct lock lock_ck_mcs = {
    .name = "ck_mcs",
    .summary = "Concurrency Kit's mcs queue, as it is",
    .traits = LOCK_EXCLUSIVE | LOCK_PEER,
    .unavailable = ck_unavailable,
#ifdef CONTEND_HAVE_CK
    .state_bytes = sizeof(ck_spinlock_mcs_t),
    .unit_bytes = sizeof(ck_spinlock_mcs_context_t),
    .acquire = acquire,
    .release = release,
#endif
};
