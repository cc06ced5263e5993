/*
 * gil: a global lock that behaves as CPython's does since 3.2.
 *
 * Source: the behaviour of CPython 3.2 to 3.12 (Antoine Pitrou's "new GIL"), written anew from a
 * description of it; the algorithm is in gil_state.h.  Properties: a waiter waits one switch
 * interval; if the lock did not change hands meanwhile, it asks; the holder sees the request at
 * its next checkpoint, lets go, and waits until somebody else really took the lock before it
 * queues again (the forced switch; without it the dropper, which runs already, mostly takes the
 * lock back before the waiter has a CPU).  Not fair beyond what the kernel gives: who asked has no
 * claim to the lock.
 */
#include "bench/locks/gil_state.h"

enum { INTERVAL, FORCED_SWITCH };

static const char *const off_or_on[] = {"off", "on", NULL};

static const struct param params[] = {
    {.name = "interval",
     .unit = "ns",
     .value = 5000000,
     .min = 1000, /* the interpreter's own least is one microsecond */
     .max = 60000000000,
     .help = "how long a waiter waits before it asks (the switch interval)"},
    {.name = "forced_switch",
     .unit = "count",
     .value = 1,
     .max = 1,
     .help = "who was asked waits until somebody else has taken it",
     .choices = off_or_on},
    {0},
};

static int init(void *state, const int64_t *values, struct err *err)
{
    return gil_init(state, (uint64_t)values[INTERVAL], values[FORCED_SWITCH] != 0, err);
}

/* Conditions are not destroyed: a unit that was killed in a wait would block it for ever. */
static void destroy(void *state)
{
    (void)state;
}

static uint64_t acquire(void *state, void *unit)
{
    return gil_acquire(state, unit);
}

static void release(void *state, void *unit)
{
    gil_release(state, unit);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct gil_state *s = state;
    return &s->drop_request;
}

const struct lock lock_gil = {
    .name = "gil",
    .summary = "a global interpreter lock, asked back every 5 ms",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = sizeof(struct gil_state),
    .unit_bytes = CONTEND_LINE_BYTES,
    .init = init,
    .destroy = destroy,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
