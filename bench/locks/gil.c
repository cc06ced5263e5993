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
 *
 * What another lock would do about that is asked with `policy`: gil_queue.h.
 */
#include "bench/locks/gil_queue.h"
#include "bench/locks/gil_state.h"

enum { INTERVAL, FORCED_SWITCH, POLICY };

static const char *const policies[] = {"as_is", "fifo", "priority", "io_first", NULL};

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
    {.name = "policy",
     .unit = "count",
     .value = GIL_AS_IS,
     .max = GIL_IO_FIRST,
     .help = "who is next: whoever is quickest, or as proposals had it",
     .choices = policies},
    {0},
};

struct state {
    struct gil_state gil; /* its word is what holders look at, whatever the policy */
    struct gil_queue queue;
};

static int init(void *state, const int64_t *values, struct err *err)
{
    struct state *s = state;
    bool is_private = lock_is_private(state);
    if (gil_init(&s->gil, (uint64_t)values[INTERVAL], values[FORCED_SWITCH] != 0, is_private, err))
        return -1;
    return gil_queue_init(&s->queue, (enum gil_policy)values[POLICY], (uint64_t)values[INTERVAL],
                          &s->gil.drop_request, is_private, err);
}

/* Conditions are not destroyed: a unit that was killed in a wait would block it for ever. */
static void destroy(void *state)
{
    (void)state;
}

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    return s->queue.policy == GIL_AS_IS ? gil_acquire(&s->gil, unit)
                                        : gil_queue_acquire(&s->queue, unit);
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    if (s->queue.policy == GIL_AS_IS)
        gil_release(&s->gil, unit);
    else
        gil_queue_pass(&s->queue, unit, false);
}

static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    if (s->queue.policy != GIL_AS_IS)
        return gil_queue_handoff(&s->queue, unit);
    gil_release(&s->gil, unit);
    return gil_acquire(&s->gil, unit);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->gil.drop_request;
}

const struct lock lock_gil = {
    .name = "gil",
    .summary = "a global interpreter lock, asked back every 5 ms",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME | LOCK_TYPICAL,
    .params = params,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct gil_queue_unit),
    .init = init,
    .destroy = destroy,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
