/*
 * hemlock: a queue without nodes: each waiter spins on a word of the unit before it.
 *
 * Source: Dice and Kogan, "Hemlock: compact and scalable mutual exclusion", SPAA 2021.  Properties:
 * fair (FIFO); one word a lock and one a unit, whatever the number of locks it holds; who lets go
 * writes the lock's name into its own word and waits until its successor has seen it; so a release
 * takes part of the hand-over.  The next in line must be running (see waiting.h).
 */
#include "bench/contend.h"
#include "bench/locks/waiting.h"

/* The one word of a unit: the lock that it has just let go, until its successor has seen that. */
struct unit {
    void *_Atomic grant;
};

struct state {
    struct unit *_Atomic tail; /* NULL: free */
    void *last;                /* who let it go when nobody waited */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t wanted;
};

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    struct unit *before = atomic_exchange_explicit(&s->tail, unit, memory_order_acq_rel);
    if (!before)
        return wait_changed(s->last, unit);
    struct wait w = wait_begin(s);
    /* Acquire: pairs with the release of the grant. */
    while (atomic_load_explicit(&before->grant, memory_order_acquire) != state) {
        wait_ask(&s->wanted);
        wait_turn(&w);
    }
    /* Release: the one before may come again only behind this. */
    atomic_store_explicit(&before->grant, NULL, memory_order_release);
    return wait_end(&w) | LOCK_CHANGED;
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit, *seen = unit;
    s->last = unit;
    if (atomic_compare_exchange_strong_explicit(&s->tail, &seen, NULL, memory_order_release,
                                                memory_order_relaxed))
        return;
    struct wait w = {0};
    atomic_store_explicit(&u->grant, state, memory_order_release);
    while (atomic_load_explicit(&u->grant, memory_order_acquire))
        wait_turn(&w);
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
    wait_heard(&s->wanted);
    if (atomic_load_explicit(&s->tail, memory_order_relaxed) == unit)
        return LOCK_KEPT;
    release(state, unit);
    return acquire(state, unit);
}

const struct lock lock_hemlock = {
    .name = "hemlock",
    .summary = "a queue without nodes: one word a unit",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct unit),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
