/*
 * free_threading: no lock to wait for, a price on each operation, and pauses of the whole world.
 *
 * Source: PEP 703 and CPython 3.13's free-threaded build, written anew from a description.  A unit
 * that computes is attached; one that blocks has detached first.  Whoever collects garbage stops
 * the world: it asks, waits until all others have detached or parked at a checkpoint, works alone,
 * and lets them go on.  What counting references without a lock costs is paid at each checkpoint.
 * Properties: units compute at the same time, so it excludes nobody; what is shared needs locks of
 * its own; a pause takes as long as the slowest unit takes to its next checkpoint, and grows with
 * units that have no CPU.
 */
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/locks/lock_cond.h"

#include <errno.h>

enum { PRICE, EVERY, PAUSE };

static const struct param params[] = {
    {.name = "price",
     .unit = "count",
     .value = 4,
     .max = 1000000,
     .help = "dependent additions paid at each checkpoint"},
    {.name = "every",
     .unit = "count",
     .value = 1000000,
     .max = INT64_C(1000000000000),
     .help = "checkpoints of a unit from one of its collections to the next; 0: none"},
    {.name = "pause",
     .unit = "ns",
     .value = 1000000,
     .max = 60000000000,
     .help = "how long a collection works while all others stand still"},
    {0},
};

struct unit {
    uint64_t checkpoints; /* since its last collection */
    _Atomic uint64_t references;
};

struct state {
    pthread_mutex_t mutex; /* guards the three below */
    uint32_t attached;
    bool is_stopping;
    uint64_t pauses;
    pthread_cond_t parked, gone_on;
    uint64_t price, every, pause_ns;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t always; /* 1: each checkpoint pays */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t stop;   /* read at each checkpoint */
};

static int init(void *state, const int64_t *values, struct err *err)
{
    struct state *s = state;
    s->price = (uint64_t)values[PRICE];
    s->every = (uint64_t)values[EVERY];
    s->pause_ns = (uint64_t)values[PAUSE];
    atomic_store_explicit(&s->always, s->price || s->every, memory_order_relaxed);
    bool is_private = lock_is_private(state);
    int failed = lock_mutex_init(&s->mutex, is_private);
    failed = failed ? failed : lock_cond_init(&s->parked, is_private);
    failed = failed ? failed : lock_cond_init(&s->gone_on, is_private);
    return failed ? err_set_sys(err, failed, "free_threading: initialisation") : 0;
}

/* With the mutex: as long as the world stands still. */
static void attach(struct state *s)
{
    while (s->is_stopping)
        pthread_cond_wait(&s->gone_on, &s->mutex);
    s->attached++;
}

/* With the mutex. */
static void detach(struct state *s)
{
    s->attached--;
    if (s->is_stopping)
        pthread_cond_signal(&s->parked);
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    int kept = errno;
    pthread_mutex_lock(&s->mutex);
    attach(s);
    pthread_mutex_unlock(&s->mutex);
    errno = kept;
    return 0;
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    pthread_mutex_lock(&s->mutex);
    detach(s);
    pthread_mutex_unlock(&s->mutex);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->always;
}

/* Stands aside while somebody collects. */
static void park(struct state *s)
{
    pthread_mutex_lock(&s->mutex);
    if (s->is_stopping) {
        detach(s);
        attach(s);
    }
    pthread_mutex_unlock(&s->mutex);
}

/* Stops the world, works alone, and lets the others go on; one at a time. */
static void collect(struct state *s)
{
    pthread_mutex_lock(&s->mutex);
    if (s->is_stopping) { /* somebody was quicker */
        detach(s);
        attach(s);
    }
    s->is_stopping = true;
    atomic_store_explicit(&s->stop, 1, memory_order_relaxed);
    while (s->attached > 1)
        pthread_cond_wait(&s->parked, &s->mutex);
    uint64_t end_ns = clock_now_ns() + s->pause_ns;
    while (clock_now_ns() < end_ns)
        ;
    s->pauses++;
    s->is_stopping = false;
    atomic_store_explicit(&s->stop, 0, memory_order_relaxed);
    pthread_cond_broadcast(&s->gone_on);
    pthread_mutex_unlock(&s->mutex);
}

static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit;
    int kept = errno;
    for (uint64_t i = 0; i < s->price; i++)
        atomic_store_explicit(&u->references,
                              atomic_load_explicit(&u->references, memory_order_relaxed) + 1,
                              memory_order_relaxed);
    if (atomic_load_explicit(&s->stop, memory_order_relaxed))
        park(s);
    if (s->every && ++u->checkpoints >= s->every) {
        u->checkpoints = 0;
        collect(s);
    }
    errno = kept;
    return LOCK_KEPT;
}

const struct lock lock_free_threading = {
    .name = "free_threading",
    .summary = "no global lock, its price, and pauses for all",
    .traits = LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct unit),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
