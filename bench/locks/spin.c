/*
 * spin: test-and-test-and-set with a pause; waiters never sleep.
 *
 * Source: Anderson, "The performance of spin lock alternatives for shared-memory
 * multiprocessors", 1990; Rudolph and Segall, 1984.  Properties: the cheapest to take while
 * nobody else wants it, one word; not fair (the unit whose cache holds the line wins); waiters
 * read their own copy of the line and write only when it looks free; all of them try at once when
 * it is let go.  Waiters yield their CPU after a bounded spin, see waiting.h.
 */
#include "bench/contend.h"
#include "bench/locks/waiting.h"

struct state {
    _Atomic uint32_t is_held;
    void *last; /* who had it last */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t wanted;
};

/* Acquire: pairs with the release in release(). */
static bool try(struct state *s)
{
    return !atomic_exchange_explicit(&s->is_held, 1, memory_order_acquire);
}

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    if (try(s))
        return wait_changed(s->last, unit);
    struct wait w = wait_begin(s);
    do
        while (atomic_load_explicit(&s->is_held, memory_order_relaxed)) {
            wait_ask(&s->wanted);
            wait_turn(&w);
        }
    while (!try(s));
    return wait_end(&w) | LOCK_CHANGED;
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    s->last = unit;
    atomic_store_explicit(&s->is_held, 0, memory_order_release);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->wanted;
}

static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    wait_heard(&s->wanted);
    release(state, unit);
    return acquire(state, unit);
}

const struct lock lock_spin = {
    .name = "spin",
    .summary = "test-and-test-and-set: waiters burn their CPU",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct state),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
