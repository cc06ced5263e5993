/*
 * clh: a queue in which each waiter spins on its predecessor's word.
 *
 * Source: Craig, "Building FIFO and priority-queuing spin locks from atomic swap", 1993; Magnusson,
 * Landin and Hagersten, 1994; as Concurrency Kit implements it (ck_spinlock_clh).  Properties:
 * fair (FIFO); one swap to take it, one plain store to let it go; the next in line must be running
 * (see waiting.h).  Nodes wander: who lets go takes its predecessor's node for the next time.  All
 * lie in the launch's shared mapping, at one address in all processes.
 */
#include "bench/locks/queue_lock.h"

#ifdef CONTEND_HAVE_CK

struct state {
    ck_spinlock_clh_t *tail;
    ck_spinlock_clh_t first; /* the node nobody brought */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t waiters;
};

struct unit {
    ck_spinlock_clh_t *node; /* the one it will queue with; NULL before the first time */
    ck_spinlock_clh_t own;   /* the one it brought; elsewhere by now */
};

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    struct state *s = state;
    ck_spinlock_clh_init(&s->tail, &s->first);
    return 0;
}

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit;
    if (__builtin_expect(u->node == NULL, 0))
        u->node = &u->own;
    stalled.waiters = &s->waiters;
    ck_spinlock_clh_lock(&s->tail, u->node);
    queue_lock_taken(s);
    return queue_lock_waited();
}

static void release(void *state, void *unit)
{
    struct unit *u = unit;
    queue_lock_let_go(state);
    ck_spinlock_clh_unlock(&u->node);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->waiters;
}

#endif

const struct lock lock_clh = {
    .name = "clh",
    .summary = "a queue lock: each waiter spins on the one before it",
    .traits = LOCK_EXCLUSIVE,
#ifdef CONTEND_HAVE_CK
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct unit),
    .init = init,
    .wanted = wanted,
#else
    .unavailable = unavailable,
#endif
    .acquire = acquire,
    .release = release,
};
