/*
 * parking_lot: a word and a queue of sleepers, as WebKit's and Rust's parking lots have it.
 *
 * Source: Pizlo, "Locking in WebKit", 2016 (WTF::Lock), and the Rust crate parking_lot that follows
 * it, written anew from their descriptions.  Properties: a byte would do; spins a little, twice as
 * long each time, then yields, then sleeps; whoever runs gets it, until a sleeper has waited half a
 * millisecond: then it is handed over.
 */
#include "bench/contend.h"
#include "bench/locks/parked_lock.h"

enum { FAIR_NS = 500000, DOUBLINGS = 3, SPINS = 10 };

/* 2, 4, 8 pauses, then the CPU is offered. */
static bool spin(struct wait *w, uint32_t turn)
{
    if (turn >= SPINS)
        return false;
    if (turn >= DOUBLINGS) {
        wait_is_long(w);
        sched_yield();
        return true;
    }
    for (uint32_t i = 0; i < 2u << turn; i++)
        wait_turn(w);
    return true;
}

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    return parked_init(state, lock_is_private(state), err);
}

static uint64_t acquire(void *state, void *unit)
{
    return parked_acquire(state, unit, FAIR_NS, spin);
}

static void release(void *state, void *unit)
{
    parked_release(state, unit);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct parked_lock *s = state;
    return &s->parked;
}

const struct lock lock_parking_lot = {
    .name = "parking_lot",
    .summary = "one word, sleepers in a queue, fair after half a millisecond",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct parked_lock),
    .unit_bytes = sizeof(struct parked_unit),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
