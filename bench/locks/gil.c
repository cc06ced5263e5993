/*
 * gil: a global lock that behaves as CPython's does since 3.2.
 *
 * Source: the behaviour of CPython 3.2 to 3.12 (Antoine Pitrou's "new GIL"), written anew from a
 * description of it.  Properties: a waiter waits one switch interval on a condition; if the
 * time ran out and the lock did not change hands meanwhile, it asks; the holder sees the
 * request at its next checkpoint, lets go, and waits until somebody else really took the
 * lock before it queues again (the forced switch).  Not fair beyond what the kernel gives:
 * the condition is signalled, never broadcast, and who asked has no claim to the lock.
 *
 *   waiter            holder                         last_holder, switch_number
 *     | timed wait      |
 *     | ... interval    |
 *     | drop_request=1 -> checkpoint: locked=0, signal
 *     | takes it        | waits on switched until last_holder is another
 */
#include "bench/contend.h"
#include "bench/core/clock.h"
#include "bench/core/err.h"

#include <errno.h>
#include <pthread.h>

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

struct state {
    pthread_mutex_t mutex;        /* guards locked and switch_number; held for instructions */
    pthread_cond_t available;     /* signalled when the lock was let go */
    pthread_mutex_t switch_mutex; /* guards last_holder while somebody waits for the switch */
    pthread_cond_t switched;      /* signalled when somebody took it */
    uint64_t interval_ns;
    uint64_t switch_number; /* times the holder became another unit */
    void *last_holder;      /* who holds or last held it; by switch_mutex */
    bool locked;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t drop_request; /* the word a holder looks at */
};

static int init(void *state, const int64_t *values, struct err *err)
{
    struct state *s = state;
    s->interval_ns = (uint64_t)values[INTERVAL];
    pthread_mutexattr_t mutex_attributes;
    pthread_mutexattr_init(&mutex_attributes);
    pthread_mutexattr_setpshared(&mutex_attributes, PTHREAD_PROCESS_SHARED);
    pthread_condattr_t cond_attributes;
    pthread_condattr_init(&cond_attributes);
    pthread_condattr_setpshared(&cond_attributes, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setclock(&cond_attributes, CLOCK_MONOTONIC);
    int failed = pthread_mutex_init(&s->mutex, &mutex_attributes);
    if (!failed)
        failed = pthread_mutex_init(&s->switch_mutex, &mutex_attributes);
    if (!failed)
        failed = pthread_cond_init(&s->available, &cond_attributes);
    if (!failed)
        failed = pthread_cond_init(&s->switched, &cond_attributes);
    pthread_mutexattr_destroy(&mutex_attributes);
    pthread_condattr_destroy(&cond_attributes);
    return failed ? err_set_sys(err, failed, "gil: initialisation") : 0;
}

/* Conditions are not destroyed: a unit that was killed in a wait would block it for ever. */
static void destroy(void *state)
{
    (void)state;
}

/* One wait of an interval; asks for the lock if a whole turn has passed without a switch. */
static void wait_an_interval(struct state *s)
{
    uint64_t seen = s->switch_number;
    uint64_t deadline_ns = clock_now_ns() + s->interval_ns;
    struct timespec ts = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    int rc = pthread_cond_timedwait(&s->available, &s->mutex, &ts);
    if (rc == ETIMEDOUT && s->locked && s->switch_number == seen)
        atomic_store_explicit(&s->drop_request, 1, memory_order_relaxed);
}

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    uint64_t begin_ns = 0, waited_ns = 0;
    pthread_mutex_lock(&s->mutex);
    if (s->locked) {
        begin_ns = clock_now_ns();
        while (s->locked)
            wait_an_interval(s);
    }
    pthread_mutex_lock(&s->switch_mutex);
    s->locked = true;
    if (s->last_holder != unit) {
        s->last_holder = unit;
        s->switch_number++;
    }
    pthread_cond_signal(&s->switched);
    pthread_mutex_unlock(&s->switch_mutex);
    if (atomic_load_explicit(&s->drop_request, memory_order_relaxed))
        atomic_store_explicit(&s->drop_request, 0, memory_order_relaxed);
    pthread_mutex_unlock(&s->mutex);
    if (begin_ns) {
        waited_ns = clock_now_ns() - begin_ns;
        waited_ns = waited_ns ? waited_ns : 1;
    }
    return waited_ns;
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    pthread_mutex_lock(&s->mutex);
    s->locked = false;
    pthread_cond_signal(&s->available);
    pthread_mutex_unlock(&s->mutex);
    if (!atomic_load_explicit(&s->drop_request, memory_order_relaxed))
        return;
    /* The forced switch.  No loop around the wait: one signal, real or spurious, is enough. */
    pthread_mutex_lock(&s->switch_mutex);
    if (s->last_holder == unit) {
        atomic_store_explicit(&s->drop_request, 0, memory_order_relaxed);
        pthread_cond_wait(&s->switched, &s->switch_mutex);
    }
    pthread_mutex_unlock(&s->switch_mutex);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->drop_request;
}

const struct lock lock_gil = {
    .name = "gil",
    .summary = "a global interpreter lock, asked back every 5 ms",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = sizeof(struct state),
    .unit_bytes = CONTEND_LINE_BYTES,
    .init = init,
    .destroy = destroy,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
