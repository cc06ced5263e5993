/*
 * gil_per_unit: an interpreter lock of its own for each unit.
 *
 * Source: CPython 3.12's interpreters with their own lock (PEP 684), one interpreter a unit.  The
 * algorithm of gil_state.h on a lock nobody else ever wants: its cost without its waiting.  So it
 * excludes nobody, and stands between gil and none.  On an event loop the loop's thread is the
 * one unit, and nothing differs from gil.
 */
#include "bench/locks/gil_state.h"

enum { INTERVAL_NS = 5000000 };

/* All of it lies in the unit's own record; the unit makes it when it first comes. */
struct unit {
    struct gil_state gil;
    bool is_ready;
};

static uint64_t acquire(void *state, void *unit)
{
    (void)state;
    struct unit *u = unit;
    if (__builtin_expect(!u->is_ready, 0)) {
        gil_init(&u->gil, INTERVAL_NS, true, true, NULL);
        u->is_ready = true;
    }
    return gil_acquire(&u->gil, unit);
}

static void release(void *state, void *unit)
{
    (void)state;
    struct unit *u = unit;
    gil_release(&u->gil, unit);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)state;
    struct unit *u = unit;
    return &u->gil.drop_request;
}

const struct lock lock_gil_per_unit = {
    .name = "gil_per_unit",
    .summary = "an interpreter lock of its own for each unit",
    .unit_bytes = sizeof(struct unit),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
