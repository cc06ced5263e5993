/*
 * twa: a ticket lock whose far waiters look at an array instead.
 *
 * Source: Dice and Kogan, "TWA: ticket locks augmented with a waiting array", Euro-Par 2019.
 * Properties: fair (FIFO); only the next in line looks at the word that is written to let go, so a
 * release costs one transfer however many wait; the others wait at a place that their number is
 * hashed to, and look again when it changes (numbers may share one: a look too many, never too
 * few). The next in line must be running (see waiting.h).
 */
#include "bench/contend.h"
#include "bench/locks/waiting.h"

enum { PLACES = 256, NEAR = 1 };

struct state {
    _Atomic uint32_t next;    /* the number the next comer draws */
    _Atomic uint32_t serving; /* whose turn it is; written by the holder alone */
    void *last;               /* who had it last */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t wanted;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t places[PLACES];
};

/* Neighbours lie on different lines: an odd factor leads through all places. */
static _Atomic uint32_t *place_of(struct state *s, uint32_t number)
{
    return &s->places[number * 17u % PLACES];
}

/* How many are to be served before this number. */
static uint32_t before(struct state *s, uint32_t mine)
{
    /* Acquire: pairs with the release in release(). */
    return mine - atomic_load_explicit(&s->serving, memory_order_acquire);
}

static void wait_far(struct state *s, uint32_t mine, struct wait *w)
{
    _Atomic uint32_t *place = place_of(s, mine);
    for (;;) {
        uint32_t seen = atomic_load_explicit(place, memory_order_acquire);
        if (before(s, mine) <= NEAR)
            return;
        while (atomic_load_explicit(place, memory_order_relaxed) == seen) {
            wait_ask(&s->wanted);
            wait_turn(w);
        }
    }
}

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    uint32_t mine = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed);
    uint32_t distance = before(s, mine);
    if (!distance)
        return wait_changed(s->last, unit);
    struct wait w = wait_begin(s);
    if (distance > NEAR)
        wait_far(s, mine, &w);
    while (before(s, mine)) {
        wait_ask(&s->wanted);
        wait_turn(&w);
    }
    return wait_end(&w) | LOCK_CHANGED;
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    uint32_t following = atomic_load_explicit(&s->serving, memory_order_relaxed) + 1;
    s->last = unit;
    atomic_store_explicit(&s->serving, following, memory_order_release);
    /* Release: who sees its place change sees the number, too. */
    atomic_fetch_add_explicit(place_of(s, following + NEAR), 1, memory_order_release);
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

const struct lock lock_twa = {
    .name = "twa",
    .summary = "a ticket lock with a waiting array for those far behind",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct state),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
