/* ck_ticket: Concurrency Kit's ticket lock (ck_spinlock_ticket), as it is: see ck_peer.h. */
#include "bench/locks/ck_peer.h"

#ifdef CONTEND_HAVE_CK
static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    ck_spinlock_ticket_init(state);
    return 0;
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    ck_spinlock_ticket_lock(state);
    return 0;
}

static void release(void *state, void *unit)
{
    (void)unit;
    ck_spinlock_ticket_unlock(state);
}
#endif

const struct lock lock_ck_ticket = {
    .name = "ck_ticket",
    .summary = "Concurrency Kit's ticket lock, as it is",
    .traits = LOCK_EXCLUSIVE | LOCK_PEER,
    .unavailable = ck_unavailable,
#ifdef CONTEND_HAVE_CK
    .state_bytes = sizeof(ck_spinlock_ticket_t),
    .init = init,
    .acquire = acquire,
    .release = release,
#endif
};
