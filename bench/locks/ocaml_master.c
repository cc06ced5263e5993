/*
 * ocaml_master: a global lock that behaves as OCaml 4's does.
 *
 * Source: the behaviour of OCaml 4.13 (systhreads: st_stubs.c, st_posix.h), written anew from a
 * description of it.  A flag, a queue of sleepers and a tick every 50 ms: at its next checkpoint
 * behind a tick the holder looks whether anybody waits, lets go, signals one, and waits itself
 * until the lock is free again; so the one it woke wins.  Properties: the tick runs freely, it does
 * not begin with a turn: after a voluntary switch the rest of the period is what is left; a unit
 * that sleeps beside N computing ones waits N ticks; a release before a blocking call hands over to
 * nobody, whoever comes first gets the lock.
 *
 * There the tick is a thread of its own.  Here one of the waiters keeps it, on the same
 * free-running grid: without a waiter a tick changes nothing, and units may be processes.
 */
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/locks/turn_queue.h"

#include <errno.h>

enum { TICK };

static const struct param params[] = {
    {.name = "tick",
     .unit = "ns",
     .value = 50000000,
     .min = 1000,
     .max = 60000000000,
     .help = "from one tick to the next, whoever has the lock"},
    {0},
};

struct state {
    pthread_mutex_t mutex;       /* guards all of it but the tick */
    struct turn_queue queue;     /* of those nobody has woken yet */
    uint64_t tick_ns, origin_ns; /* ticks are due at origin + n * tick */
    uint32_t waiters;            /* those woken and not here yet among them */
    bool is_busy, has_ticker;
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t tick;
};

static int init(void *state, const int64_t *values, struct err *err)
{
    struct state *s = state;
    s->tick_ns = (uint64_t)values[TICK];
    s->origin_ns = clock_now_ns();
    bool is_private = s->queue.is_private = lock_is_private(state);
    int failed = lock_mutex_init(&s->mutex, is_private);
    return failed ? err_set_sys(err, failed, "ocaml_master: initialisation") : 0;
}

/* When the next tick is due. */
static uint64_t next_tick_ns(const struct state *s)
{
    uint64_t since_ns = clock_now_ns() - s->origin_ns;
    return s->origin_ns + (since_ns / s->tick_ns + 1) * s->tick_ns;
}

/* With the mutex: until somebody lets this unit in.  Of the waiters one keeps the tick. */
static void wait_once(struct state *s, struct place *p)
{
    queue_add(&s->queue, p);
    while (!p->is_called) {
        if (s->has_ticker) {
            pthread_cond_wait(&p->turn, &s->mutex);
            continue;
        }
        s->has_ticker = true;
        if (lock_cond_wait_until(&p->turn, &s->mutex, next_tick_ns(s)) == ETIMEDOUT)
            atomic_store_explicit(&s->tick, 1, memory_order_relaxed);
        s->has_ticker = false;
    }
}

/* With the mutex; returns with the lock. */
static uint64_t wait_until_free(struct state *s, struct place *p)
{
    uint64_t begin_ns = clock_now_ns();
    s->waiters++;
    do
        wait_once(s, p);
    while (s->is_busy);
    s->waiters--;
    /* Who kept the tick is gone: another one has to. */
    if (s->queue.last && !s->has_ticker)
        pthread_cond_signal(&s->queue.last->turn);
    uint64_t waited_ns = clock_now_ns() - begin_ns;
    return waited_ns ? waited_ns : 1;
}

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    int kept = errno;
    pthread_mutex_lock(&s->mutex);
    uint64_t waited_ns = s->is_busy ? wait_until_free(s, unit) : 0;
    s->is_busy = true;
    pthread_mutex_unlock(&s->mutex);
    errno = kept;
    return waited_ns;
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    pthread_mutex_lock(&s->mutex);
    s->is_busy = false;
    queue_call(&s->queue, s->queue.first);
    pthread_mutex_unlock(&s->mutex);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->tick;
}

static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    int kept = errno;
    atomic_store_explicit(&s->tick, 0, memory_order_relaxed);
    pthread_mutex_lock(&s->mutex);
    uint64_t waited_ns = LOCK_KEPT;
    if (s->waiters) {
        s->is_busy = false;
        queue_call(&s->queue, s->queue.first);
        waited_ns = wait_until_free(s, unit);
        s->is_busy = true;
    }
    pthread_mutex_unlock(&s->mutex);
    errno = kept;
    return waited_ns;
}

const struct lock lock_ocaml_master = {
    .name = "ocaml_master",
    .summary = "OCaml 4's master lock: a tick every 50 ms",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct place),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
