/*
 * mcs: a queue in which each waiter spins on a word of its own.
 *
 * Source: Mellor-Crummey and Scott, "Algorithms for scalable synchronization on shared-memory
 * multiprocessors", 1991, as Concurrency Kit implements it (ck_spinlock_mcs).  Properties: fair
 * (FIFO); one line transfer a hand-over however many wait; a compare-and-swap to let go; the next
 * in line must be running (see waiting.h).  A unit's node lies in the launch's shared mapping, at
 * one address in all processes.
 */
#include "bench/locks/queue_lock.h"

#ifdef CONTEND_HAVE_CK

struct state {
    ck_spinlock_mcs_t tail;
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t waiters;
};

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    stalled.waiters = &s->waiters;
    ck_spinlock_mcs_lock(&s->tail, unit);
    queue_lock_taken(s);
    return queue_lock_waited();
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    queue_lock_let_go(s);
    stalled.waiters = &s->waiters;
    ck_spinlock_mcs_unlock(&s->tail, unit);
    queue_lock_waited(); /* for a successor that was just joining the queue */
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->waiters;
}

#endif

const struct lock lock_mcs = {
    .name = "mcs",
    .summary = "a queue lock: each waiter spins on its own node",
    .traits = LOCK_EXCLUSIVE,
#ifdef CONTEND_HAVE_CK
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(ck_spinlock_mcs_context_t),
    .wanted = wanted,
#else
    .unavailable = unavailable,
#endif
    .acquire = acquire,
    .release = release,
};
