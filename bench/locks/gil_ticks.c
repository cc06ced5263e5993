/*
 * gil_ticks: a global lock that behaves as CPython's did before 3.2.
 *
 * Source: the behaviour of CPython up to 3.1 and of all of 2.x, written anew from a description of
 * it.  A plain lock (a semaphore) and a countdown: every so many checkpoints the holder lets it go
 * and takes it again at once, whether somebody waits or not.  Properties: no timer, no request, no
 * hand-over; with a waiter each release wakes it, and the releasing unit mostly wins: tens of
 * thousands of kernel switches a second under computing units, but a unit that comes back from
 * a wait gets in soon.  Every checkpoint is a call here, as every instruction was counted there.
 */
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/locks/waiting.h"

#include <errno.h>
#include <semaphore.h>

enum { TICKS };

static const struct param params[] = {
    {.name = "ticks",
     .unit = "count",
     .value = 100,
     .min = 1,
     .max = 1000000000,
     .help = "checkpoints from one release to the next (the check interval)"},
    {0},
};

struct state {
    sem_t semaphore;
    uint64_t ticks;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t always; /* 1: each checkpoint counts */
};

struct unit {
    uint64_t ticks; /* checkpoints since the last release at one */
};

static int init(void *state, const int64_t *values, struct err *err)
{
    struct state *s = state;
    s->ticks = (uint64_t)values[TICKS];
    atomic_store_explicit(&s->always, 1, memory_order_relaxed);
    return sem_init(&s->semaphore, !lock_is_private(state), 1) ? err_set_sys(err, errno, "sem_init")
                                                               : 0;
}

static void destroy(void *state)
{
    struct state *s = state;
    sem_destroy(&s->semaphore);
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    int kept = errno;
    uint64_t waited_ns = 0;
    if (sem_trywait(&s->semaphore)) {
        struct wait w = wait_begin(s);
        while (sem_wait(&s->semaphore) && errno == EINTR)
            ;
        waited_ns = wait_end(&w);
    }
    errno = kept;
    return waited_ns;
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    sem_post(&s->semaphore);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->always;
}

static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit;
    if (++u->ticks < s->ticks)
        return LOCK_KEPT;
    u->ticks = 0;
    release(state, unit);
    return acquire(state, unit);
}

const struct lock lock_gil_ticks = {
    .name = "gil_ticks",
    .summary = "the interpreter lock before 3.2: every 100 checkpoints",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct unit),
    .init = init,
    .destroy = destroy,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
