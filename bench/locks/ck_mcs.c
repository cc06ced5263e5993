/*
 * ck_mcs: Concurrency Kit's mcs queue, as it is.
 *
 * Source: Concurrency Kit, ck_spinlock.h (ck_spinlock_mcs), libck of the system.  Nothing of ours
 * is around it: no wait is timed, nobody is told of waiters, and a waiter never offers its CPU, so
 * that with more units than CPUs each hand-over to one that does not run takes a time slice. Beside
 * the lock of ours of that kind it shows what such care costs.
 */
#include "bench/base/peer_library.h"
#include "bench/contend.h"

#ifdef CONTEND_HAVE_CK
#include <ck_pr.h>
#include <ck_spinlock.h>

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

static const char *unavailable(void)
{
#ifdef CONTEND_HAVE_CK
    return PEER_UNSEEN ? PEER_NO_TSAN : NULL;
#else
    return "built without Concurrency Kit: install libck-dev and build again";
#endif
}

const struct lock lock_ck_mcs = {
    .name = "ck_mcs",
    .summary = "Concurrency Kit's mcs queue, as it is",
    .traits = LOCK_EXCLUSIVE | LOCK_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_HAVE_CK
    .state_bytes = sizeof(ck_spinlock_mcs_t),
    .unit_bytes = sizeof(ck_spinlock_mcs_context_t),
    .acquire = acquire,
    .release = release,
#endif
};
