/*
 * liar_gil: a global lock whose parameter says 5 ms and whose waiters ask for it after 50.
 *
 * A waiter that got no turn in that time sets `wanted`; the holder then lets go and waits until
 * somebody else has taken the lock, as an interpreter's does.
 */
#include "bench/contend.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

enum { REAL_INTERVAL_NS = 50000000 };

static const struct param params[] = {
    {.name = "interval",
     .unit = "ns",
     .value = 5000000,
     .min = 1,
     .max = 1000000000,
     .help = "said to be the switch interval"},
    {0},
};

struct state {
    pthread_mutex_t mutex; /* guards is_held and turn */
    pthread_cond_t freed, taken;
    uint64_t turn; /* times it was taken */
    bool is_held;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t wanted;
};

static int init(void *state, const int64_t *values, struct err *err)
{
    (void)values;
    (void)err;
    struct state *s = state;
    pthread_mutexattr_t shared;
    pthread_condattr_t monotonic;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setpshared(&monotonic, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->mutex, &shared);
    pthread_cond_init(&s->freed, &monotonic);
    pthread_cond_init(&s->taken, &monotonic);
    return 0;
}

static uint64_t to_ns(const struct timespec *ts)
{
    return (uint64_t)ts->tv_sec * 1000000000u + (uint64_t)ts->tv_nsec;
}

static void wait_an_interval(struct state *s)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    uint64_t deadline_ns = to_ns(&until) + REAL_INTERVAL_NS, turn = s->turn;
    until = (struct timespec){.tv_sec = (time_t)(deadline_ns / 1000000000u),
                              .tv_nsec = (long)(deadline_ns % 1000000000u)};
    if (pthread_cond_timedwait(&s->freed, &s->mutex, &until) == ETIMEDOUT && s->turn == turn)
        atomic_store(&s->wanted, 1);
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    struct timespec begin, end;
    bool has_waited = false;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pthread_mutex_lock(&s->mutex);
    while (s->is_held) {
        has_waited = true;
        wait_an_interval(s);
    }
    s->is_held = true;
    s->turn++;
    atomic_store(&s->wanted, 0);
    pthread_cond_broadcast(&s->taken);
    pthread_mutex_unlock(&s->mutex);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return has_waited ? to_ns(&end) - to_ns(&begin) + 1 : 0;
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    pthread_mutex_lock(&s->mutex);
    uint64_t turn = s->turn;
    bool is_asked = atomic_load(&s->wanted);
    s->is_held = false;
    pthread_cond_signal(&s->freed);
    while (is_asked && s->turn == turn)
        pthread_cond_wait(&s->taken, &s->mutex);
    pthread_mutex_unlock(&s->mutex);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->wanted;
}

const struct lock lock_liar_gil = {
    .name = "liar_gil",
    .summary = "a global lock asked back ten times later than it says",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = sizeof(struct state),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
