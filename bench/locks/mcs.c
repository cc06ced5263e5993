/*
 * mcs: a queue in which each waiter spins on a word of its own.
 *
 * Source: Mellor-Crummey and Scott, "Algorithms for scalable synchronization on shared-memory
 * multiprocessors", 1991.  Properties: fair (FIFO); one line transfer a hand-over however many
 * wait; a compare-and-swap to let go; the next in line must be running (see waiting.h).  A unit's
 * node lies in the launch's shared mapping, at one address in all processes.  Who comes asks in the
 * node before its own, on the line it writes anyway.
 */
#include "bench/contend.h"
#include "bench/locks/waiting.h"

struct node {
    struct node *_Atomic next;   /* who comes after this one */
    _Atomic uint32_t is_waiting; /* cleared by the one before */
    _Atomic uint32_t wanted;     /* somebody has come after this one */
};

struct state {
    struct node *_Atomic tail; /* NULL: free */
    struct node *last;         /* who let it go when nobody waited */
};

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    struct node *n = unit;
    atomic_store_explicit(&n->next, NULL, memory_order_relaxed);
    atomic_store_explicit(&n->is_waiting, 1, memory_order_relaxed);
    atomic_store_explicit(&n->wanted, 0, memory_order_relaxed);
    /* Release: the node is whole before others see it; acquire: with the release that found nobody.
     */
    struct node *before = atomic_exchange_explicit(&s->tail, n, memory_order_acq_rel);
    if (!before)
        return wait_changed(s->last, n);
    struct wait w = wait_begin(s);
    atomic_store_explicit(&before->wanted, 1, memory_order_relaxed);
    atomic_store_explicit(&before->next, n, memory_order_release);
    while (atomic_load_explicit(&n->is_waiting, memory_order_acquire))
        wait_turn(&w);
    return wait_end(&w) | LOCK_CHANGED;
}

/* Frees the lock; false if somebody has come meanwhile. */
static bool leave_free(struct state *s, struct node *n)
{
    if (atomic_load_explicit(&s->tail, memory_order_relaxed) != n)
        return false;
    s->last = n;
    struct node *seen = n;
    return atomic_compare_exchange_strong_explicit(&s->tail, &seen, NULL, memory_order_release,
                                                   memory_order_relaxed);
}

static void release(void *state, void *unit)
{
    struct node *n = unit;
    struct node *next = atomic_load_explicit(&n->next, memory_order_acquire);
    if (!next && leave_free(state, n))
        return;
    struct wait w = {0};
    while (!(next = atomic_load_explicit(&n->next, memory_order_acquire)))
        wait_turn(&w); /* it is just joining the queue */
    atomic_store_explicit(&next->is_waiting, 0, memory_order_release);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)state;
    struct node *n = unit;
    return &n->wanted;
}

const struct lock lock_mcs = {
    .name = "mcs",
    .summary = "a queue lock: each waiter spins on its own node",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct node),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
