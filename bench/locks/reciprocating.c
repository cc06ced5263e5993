/*
 * reciprocating: who comes while it is held makes a segment, which is served from its newest on.
 *
 * Source: Dice and Kogan, "Reciprocating locks", PPoPP 2025.  Properties: one exchange to take it,
 * one store to hand it over within a segment; nobody is passed by the same other more than once, so
 * it does not starve, but it is not first come, first served; each waiter spins on a word of its
 * own; the next in line must be running (see waiting.h).
 *
 * Arrivals form a stack.  When the segment being served is empty, who lets go takes the whole
 * stack; its newest member is handed the lock together with the name of the segment's end.
 */
#include "bench/contend.h"
#include "bench/locks/waiting.h"

struct unit {
    struct unit *_Atomic gate; /* the end of its segment, once it has the lock; NULL: wait */
    struct unit *next;         /* of its segment, while it holds the lock; NULL: none */
    struct unit *end;          /* of its segment, while it holds the lock */
};

struct state {
    struct unit *_Atomic arrivals; /* NULL: free; else the newest that has come */
    void *last;                    /* who let it go when nobody waited */
    struct unit held;              /* its address: held, and nobody has come */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t wanted;
};

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit;
    atomic_store_explicit(&u->gate, NULL, memory_order_relaxed);
    u->next = NULL;
    u->end = u;
    struct unit *older = atomic_exchange_explicit(&s->arrivals, u, memory_order_acq_rel);
    if (!older)
        return wait_changed(s->last, unit);
    struct wait w = wait_begin(s);
    struct unit *end;
    /* Acquire: pairs with the release of the gate. */
    while (!(end = atomic_load_explicit(&u->gate, memory_order_acquire))) {
        wait_ask(&s->wanted);
        wait_turn(&w);
    }
    bool is_last = older == end || older == &s->held;
    u->next = is_last ? NULL : older;
    u->end = is_last ? &s->held : end;
    return wait_end(&w) | LOCK_CHANGED;
}

static void open_gate(struct unit *to, struct unit *end)
{
    atomic_store_explicit(&to->gate, end, memory_order_release);
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit, *end = u->end, *seen = u->end;
    if (u->next) {
        open_gate(u->next, end);
        return;
    }
    s->last = unit;
    if (atomic_compare_exchange_strong_explicit(&s->arrivals, &seen, NULL, memory_order_release,
                                                memory_order_relaxed))
        return;
    struct unit *newest = atomic_exchange_explicit(&s->arrivals, &s->held, memory_order_acq_rel);
    open_gate(newest, end);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->wanted;
}

/* Whether somebody waits is in the segment and the stack: the word may be out of date. */
static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit;
    wait_heard(&s->wanted);
    if (!u->next && atomic_load_explicit(&s->arrivals, memory_order_relaxed) == u->end)
        return LOCK_KEPT;
    release(state, unit);
    return acquire(state, unit);
}

const struct lock lock_reciprocating = {
    .name = "reciprocating",
    .summary = "served by segments of arrivals, the newest first",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct unit),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
