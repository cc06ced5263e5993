/*
 * pymutex: the mutex of CPython's objects and of C extensions since 3.13.
 *
 * Source: the behaviour of PyMutex in CPython 3.13 (Python/lock.c, parking_lot.c), free-threaded
 * build, written anew from a description.  Properties: one byte there, one word here; 40 tries with
 * the CPU offered between them while nobody sleeps yet, then it sleeps; whoever runs gets it, until
 * the first sleeper has waited a millisecond: then it is handed over.
 */
#include "bench/contend.h"
#include "bench/locks/parked_lock.h"

enum { FAIR_NS = 1000000, SPINS = 40 };

static bool spin(struct wait *w, uint32_t turn)
{
    if (turn >= SPINS)
        return false;
    wait_is_long(w);
    sched_yield();
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

const struct lock lock_pymutex = {
    .name = "pymutex",
    .summary = "CPython 3.13's mutex: one word, fair after a millisecond",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct parked_lock),
    .unit_bytes = sizeof(struct parked_unit),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
