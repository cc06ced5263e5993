/*
 * ticket: first come, first served, by drawing numbers.
 *
 * Source: Reed and Kanodia, "Synchronization with eventcounts and sequencers", 1979; Mellor-
 * Crummey and Scott, "Algorithms for scalable synchronization on shared-memory multiprocessors",
 * 1991, section 2.2.  Properties: fair (FIFO); all waiters read one word, so each release costs
 * a line transfer to each of them; the next in line must be running, so with more units than CPUs
 * it would stand still for whole time slices: waiters yield after a bounded spin, see waiting.h.
 */
#include "bench/contend.h"
#include "bench/locks/waiting.h"

struct state {
    _Atomic uint32_t next;    /* the number the next comer draws */
    _Atomic uint32_t serving; /* whose turn it is; written by the holder alone */
    void *last;               /* who had it last */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t wanted;
};

/* Acquire, here and in the loop: pairs with the release in release(). */
static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    uint32_t mine = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed);
    if (atomic_load_explicit(&s->serving, memory_order_acquire) == mine)
        return wait_changed(s->last, unit);
    struct wait w = wait_begin(s);
    while (atomic_load_explicit(&s->serving, memory_order_acquire) != mine) {
        wait_ask(&s->wanted);
        wait_turn(&w);
    }
    return wait_end(&w) | LOCK_CHANGED;
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    uint32_t mine = atomic_load_explicit(&s->serving, memory_order_relaxed);
    s->last = unit;
    atomic_store_explicit(&s->serving, mine + 1, memory_order_release);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->wanted;
}

/* Whether somebody waits is in the numbers: the word may be out of date. */
static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    wait_heard(&s->wanted);
    if (atomic_load_explicit(&s->next, memory_order_relaxed) ==
        atomic_load_explicit(&s->serving, memory_order_relaxed) + 1)
        return LOCK_KEPT;
    release(state, unit);
    return acquire(state, unit);
}

const struct lock lock_ticket = {
    .name = "ticket",
    .summary = "a spin lock that serves in order of arrival",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct state),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
