/*
 * ck_fas: Concurrency Kit's fetch-and-store spin lock, as it is.
 *
 * Source: Concurrency Kit, ck_spinlock.h (ck_spinlock_fas), libck of the system.  Nothing of ours
 * is around it: no wait is timed, nobody is told of waiters, and a waiter never offers its CPU, so
 * that with more units than CPUs each hand-over to one that does not run takes a time slice. Beside
 * the lock of ours of that kind it shows what such care costs.
 */
#include "bench/base/peer_library.h"
#include "bench/contend.h"

#ifdef CONTEND_HAVE_CK
#include <ck_pr.h>
#include <ck_spinlock.h>

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    ck_spinlock_fas_init(state);
    return 0;
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    ck_spinlock_fas_lock(state);
    return 0;
}

static void release(void *state, void *unit)
{
    (void)unit;
    ck_spinlock_fas_unlock(state);
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

const struct lock lock_ck_fas = {
    .name = "ck_fas",
    .summary = "Concurrency Kit's fetch-and-store spin lock, as it is",
    .traits = LOCK_EXCLUSIVE | LOCK_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_HAVE_CK
    .state_bytes = sizeof(ck_spinlock_fas_t),
    .init = init,
    .acquire = acquire,
    .release = release,
#endif
};
