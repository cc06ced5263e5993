/*
 * mutex: one POSIX mutex around all computing, process-shared.
 *
 * Source: pthread_mutex_lock(3), the default kind.  Properties: not fair (whoever runs when it
 * is let go tends to get it back), waiters sleep in the kernel, no hand-over: a checkpoint
 * that is asked lets go and takes again at once, and mostly wins against the unit it woke.
 */
#include "bench/contend.h"
#include "bench/core/clock.h"
#include "bench/core/err.h"

#include <pthread.h>

struct state {
    pthread_mutex_t mutex;
    _Atomic uint32_t waiters; /* the word a holder looks at */
};

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    struct state *s = state;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    int failed = pthread_mutex_init(&s->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return failed ? err_set_sys(err, failed, "pthread_mutex_init") : 0;
}

static void destroy(void *state)
{
    struct state *s = state;
    pthread_mutex_destroy(&s->mutex);
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    if (pthread_mutex_trylock(&s->mutex) == 0)
        return 0;
    uint64_t begin_ns = clock_now_ns();
    atomic_fetch_add_explicit(&s->waiters, 1, memory_order_relaxed);
    pthread_mutex_lock(&s->mutex);
    atomic_fetch_sub_explicit(&s->waiters, 1, memory_order_relaxed);
    uint64_t waited_ns = clock_now_ns() - begin_ns;
    return waited_ns ? waited_ns : 1;
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    pthread_mutex_unlock(&s->mutex);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->waiters;
}

const struct lock lock_mutex = {
    .name = "mutex",
    .summary = "a POSIX mutex around all computing",
    .traits = LOCK_EXCLUSIVE,
    .state_bytes = sizeof(struct state),
    .init = init,
    .destroy = destroy,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
