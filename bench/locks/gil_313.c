/*
 * gil_313: a global lock that behaves as CPython's does in 3.13.
 *
 * Source: the behaviour of CPython 3.13 (ceval_gil.c), written anew from a description of it; the
 * algorithm is in gil_state.h.  It differs from gil in one thing: the request is a word of the unit
 * that has the lock, set by the waiter that has waited long enough and cleared by its owner.  So a
 * taker cannot clear a request before the one it was meant for has looked at it again, and whoever
 * is asked always waits until somebody else has taken the lock.  Units of one interpreter hardly
 * see the difference, interpreters that share a lock do: up to 3.12 the request stood in the
 * waiter's.
 */
#include "bench/locks/gil_state.h"

enum { INTERVAL };

static const struct param params[] = {
    {.name = "interval",
     .unit = "ns",
     .value = 5000000,
     .min = 1000, /* the interpreter's own least is one microsecond */
     .max = 60000000000,
     .help = "how long a waiter waits before it asks (the switch interval)"},
    {0},
};

struct unit {
    _Atomic uint32_t drop_request;
};

static _Atomic uint32_t *word_of(struct gil_state *s, void *unit)
{
    (void)s;
    struct unit *u = unit;
    return &u->drop_request;
}

static int init(void *state, const int64_t *values, struct err *err)
{
    return gil_init(state, (uint64_t)values[INTERVAL], true, lock_is_private(state), err);
}

/* Conditions are not destroyed: a unit that was killed in a wait would block it for ever. */
static void destroy(void *state)
{
    (void)state;
}

static uint64_t acquire(void *state, void *unit)
{
    return gil_acquire_asking(state, unit, word_of);
}

static void release(void *state, void *unit)
{
    gil_release_asked(state, unit, word_of);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    return word_of(state, unit);
}

const struct lock lock_gil_313 = {
    .name = "gil_313",
    .summary = "CPython 3.13's lock: the request goes to the holder",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = sizeof(struct gil_state),
    .unit_bytes = sizeof(struct unit),
    .init = init,
    .destroy = destroy,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
