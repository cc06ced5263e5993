/*
 * nsync_mu: the mutex of nsync, as it is.
 *
 * Source: Burrows, nsync, nsync_mu.h (libnsync of the system).  Properties: one word and a list of
 * waiters; spins a little, then sleeps; not fair, but a waiter that was woken often in vain keeps
 * others out.  Its waiters sleep on futexes of their process, so it does not work across processes.
 * Nothing of ours is around it: no wait is timed and nobody is told of waiters.
 */
#include "bench/child/peer.h"
#include "bench/contend.h"

#ifdef CONTEND_HAVE_NSYNC
#include <nsync_mu.h>

#define FUNCTIONS(X) X(nsync_mu_init) X(nsync_mu_lock) X(nsync_mu_unlock)

/* Loaded by the first init(), the same from then on. */
static struct {
    FUNCTIONS(PEER_DECLARE)
} lib;

static const char *const names[] = {"libnsync.so.1", "libnsync.so", NULL};

static int load(struct err *err)
{
    if (lib.nsync_mu_init)
        return 0;
    void *handle = peer_load(names, err);
    if (!handle)
        return -1;
    FUNCTIONS(PEER_FIND)
    return 0;
}

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    if (load(err))
        return -1;
    lib.nsync_mu_init(state);
    return 0;
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    lib.nsync_mu_lock(state);
    return 0;
}

static void release(void *state, void *unit)
{
    (void)unit;
    lib.nsync_mu_unlock(state);
}
#endif

static const char *unavailable(void)
{
#if defined(__SANITIZE_THREAD__)
    return PEER_NOT_FOR_TSAN;
#elif defined(CONTEND_HAVE_NSYNC)
    static enum peer_verdict verdict;
    return peer_is_there(names, &verdict) ? NULL : "nsync is missing: install libnsync1";
#else
    return "built without nsync: install libnsync-dev and build again";
#endif
}

const struct lock lock_nsync_mu = {
    .name = "nsync_mu",
    .summary = "nsync's mutex, as it is",
    .traits = LOCK_EXCLUSIVE | LOCK_THREADS_ONLY | LOCK_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_HAVE_NSYNC
    .state_bytes = sizeof(nsync_mu),
    .init = init,
    .acquire = acquire,
    .release = release,
#endif
};
