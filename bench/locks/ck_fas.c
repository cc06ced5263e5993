/* ck_fas: Concurrency Kit's fetch-and-store spin lock (ck_spinlock_fas), as it is: see ck_peer.h.
 */
#include "bench/locks/ck_peer.h"

#ifdef CONTEND_HAVE_CK
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

const struct lock lock_ck_fas = {
    .name = "ck_fas",
    .summary = "Concurrency Kit's fetch-and-store spin lock, as it is",
    .traits = LOCK_EXCLUSIVE | LOCK_PEER,
    .unavailable = ck_unavailable,
#ifdef CONTEND_HAVE_CK
    .state_bytes = sizeof(ck_spinlock_fas_t),
    .init = init,
    .acquire = acquire,
    .release = release,
#endif
};
