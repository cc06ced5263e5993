/*
 * clh: a queue in which each waiter spins on its predecessor's word.
 *
 * Source: Craig, "Building FIFO and priority-queuing spin locks from atomic swap", 1993; Magnusson,
 * Landin and Hagersten, 1994.  Properties: fair (FIFO); one swap to take it, one plain store to let
 * it go; the next in line must be running (see waiting.h).  Nodes wander: who lets go takes its
 * predecessor's node for the next time.  All lie in the launch's shared mapping, at one address in
 * all processes.
 */
#include "bench/contend.h"
#include "bench/locks/waiting.h"

struct node {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t is_held; /* its owner has the lock, or waits */
    void *owner;
};

struct state {
    struct node *_Atomic tail;
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t wanted;
    struct node first; /* the one nobody brought */
};

struct unit {
    struct node *node;   /* the one it queues with; NULL before the first time */
    struct node *before; /* of the one before it, while it has the lock */
    struct node own;     /* the one it brought; elsewhere by now */
};

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    struct state *s = state;
    atomic_store_explicit(&s->tail, &s->first, memory_order_relaxed);
    return 0;
}

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit;
    if (__builtin_expect(u->node == NULL, 0))
        u->node = &u->own;
    struct node *n = u->node;
    n->owner = unit;
    atomic_store_explicit(&n->is_held, 1, memory_order_relaxed);
    /* Release: the node is whole before others see it; acquire: they see what is in theirs. */
    struct node *before = atomic_exchange_explicit(&s->tail, n, memory_order_acq_rel);
    u->before = before;
    /* Acquire, here and in the loop: pairs with the release in release(). */
    if (!atomic_load_explicit(&before->is_held, memory_order_acquire))
        return wait_changed(before->owner, unit);
    struct wait w = wait_begin(s);
    while (atomic_load_explicit(&before->is_held, memory_order_acquire)) {
        wait_ask(&s->wanted);
        wait_turn(&w);
    }
    return wait_end(&w) | LOCK_CHANGED;
}

static void release(void *state, void *unit)
{
    (void)state;
    struct unit *u = unit;
    struct node *n = u->node;
    /* Before the store: the one behind may come round again and queue with this node. */
    u->node = u->before;
    atomic_store_explicit(&n->is_held, 0, memory_order_release);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->wanted;
}

/* Whether somebody waits is in the queue: the word may be out of date. */
static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit;
    wait_heard(&s->wanted);
    if (atomic_load_explicit(&s->tail, memory_order_relaxed) == u->node)
        return LOCK_KEPT;
    release(state, unit);
    return acquire(state, unit);
}

const struct lock lock_clh = {
    .name = "clh",
    .summary = "a queue lock: each waiter spins on the one before it",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct unit),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
