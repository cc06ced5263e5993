/*
 * pypy_gil: a global lock that behaves as PyPy's does.
 *
 * Source: the behaviour of PyPy 7.3 (thread_gil.c, executioncontext.py), written anew from a
 * description of it.  One word, taken by an exchange and let go by a store that wakes nobody.  Of
 * the waiters one, the stealer, is awake: it waits to be handed the lock, and every 0.1 ms it looks
 * whether the word is free; the others sleep behind it.  Turns are counted, not timed: after so
 * many checkpoints the holder hands the lock to the stealer, if there is one, without letting the
 * word go, so that nobody comes between, and queues behind the others.  Properties: no clock and no
 * request; a turn is as long as the loop makes it; while somebody waits the stealer wakes seven
 * thousand times a second.  Every checkpoint is a call here, as it counts down there.
 */
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/locks/lock_cond.h"

#include <errno.h>

enum { TURN, POLL };

static const struct param params[] = {
    {.name = "turn",
     .unit = "count",
     .value = 10000,
     .min = 1,
     .max = INT64_C(1000000000000),
     .help = "checkpoints after which the lock is handed to who waits"},
    {.name = "poll",
     .unit = "ns",
     .value = 100000,
     .min = 1000,
     .max = 60000000000,
     .help = "how often the first of the waiters looks whether it is free"},
    {0},
};

struct state {
    _Atomic uint32_t is_held;
    _Atomic uint32_t waiters;
    uint64_t ticker, turn; /* checkpoints left of this turn, whoever has it; and of each */
    uint64_t poll_ns;
    pthread_mutex_t stealer; /* who has it is the one that looks */
    pthread_mutex_t mutex;   /* guards is_handed */
    pthread_cond_t handed;
    bool is_handed; /* the holder has left it to the stealer */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t always; /* 1: each checkpoint counts */
};

static int init(void *state, const int64_t *values, struct err *err)
{
    struct state *s = state;
    s->turn = s->ticker = (uint64_t)values[TURN];
    s->poll_ns = (uint64_t)values[POLL];
    atomic_store_explicit(&s->always, 1, memory_order_relaxed);
    bool is_private = lock_is_private(state);
    int failed = lock_mutex_init(&s->stealer, is_private);
    failed = failed ? failed : lock_mutex_init(&s->mutex, is_private);
    failed = failed ? failed : lock_cond_init(&s->handed, is_private);
    return failed ? err_set_sys(err, failed, "pypy_gil: initialisation") : 0;
}

/* Acquire: pairs with the release of the word, or with the mutex that it was handed under. */
static bool try(struct state *s)
{
    return !atomic_exchange_explicit(&s->is_held, 1, memory_order_acquire);
}

/* Whether the lock was handed over within one poll. */
static bool was_handed(struct state *s)
{
    pthread_mutex_lock(&s->mutex);
    uint64_t deadline_ns = clock_now_ns() + s->poll_ns;
    int rc = 0;
    while (!s->is_handed && rc != ETIMEDOUT)
        rc = lock_cond_wait_until(&s->handed, &s->mutex, deadline_ns);
    bool is_mine = s->is_handed;
    s->is_handed = false;
    pthread_mutex_unlock(&s->mutex);
    return is_mine;
}

static uint64_t wait_for_it(struct state *s)
{
    uint64_t begin_ns = clock_now_ns();
    atomic_fetch_add_explicit(&s->waiters, 1, memory_order_relaxed);
    pthread_mutex_lock(&s->stealer);
    while (!was_handed(s) && (atomic_load_explicit(&s->is_held, memory_order_relaxed) || !try(s)))
        ;
    atomic_fetch_sub_explicit(&s->waiters, 1, memory_order_relaxed);
    pthread_mutex_unlock(&s->stealer);
    uint64_t waited_ns = clock_now_ns() - begin_ns;
    return waited_ns ? waited_ns : 1;
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    if (try(s))
        return 0;
    int kept = errno;
    uint64_t waited_ns = wait_for_it(s);
    errno = kept;
    return waited_ns;
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    atomic_store_explicit(&s->is_held, 0, memory_order_release);
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
    if (--s->ticker)
        return LOCK_KEPT;
    s->ticker = s->turn;
    if (!atomic_load_explicit(&s->waiters, memory_order_relaxed))
        return LOCK_KEPT;
    pthread_mutex_lock(&s->mutex);
    s->is_handed = true;
    pthread_cond_signal(&s->handed);
    pthread_mutex_unlock(&s->mutex);
    return acquire(state, unit);
}

const struct lock lock_pypy_gil = {
    .name = "pypy_gil",
    .summary = "PyPy's global lock: counted turns, and one who polls",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = sizeof(struct state),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
