/*
 * A process-shared POSIX mutex of some kind as a lock: what mutex and mutex_adaptive share.
 */
#ifndef CONTEND_LOCKS_MUTEX_STATE_H
#define CONTEND_LOCKS_MUTEX_STATE_H

#include "bench/contend.h"
#include "bench/core/err.h"
#include "bench/locks/waiting.h"

#include <pthread.h>

struct mutex_state {
    pthread_mutex_t mutex;
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t waiters;
};

static inline int mutex_init(struct mutex_state *s, int kind, struct err *err)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_settype(&attributes, kind);
    int failed = pthread_mutex_init(&s->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return failed ? err_set_sys(err, failed, "pthread_mutex_init") : 0;
}

static inline uint64_t mutex_acquire(void *state, void *unit)
{
    (void)unit;
    struct mutex_state *s = state;
    if (pthread_mutex_trylock(&s->mutex) == 0)
        return 0;
    uint64_t begin_ns = waiting_begin(&s->waiters);
    pthread_mutex_lock(&s->mutex);
    return waiting_end(&s->waiters, begin_ns);
}

static inline void mutex_destroy(void *state)
{
    struct mutex_state *s = state;
    pthread_mutex_destroy(&s->mutex);
}

static inline void mutex_release(void *state, void *unit)
{
    (void)unit;
    struct mutex_state *s = state;
    pthread_mutex_unlock(&s->mutex);
}

static inline const _Atomic uint32_t *mutex_wanted(void *state, void *unit)
{
    (void)unit;
    struct mutex_state *s = state;
    return &s->waiters;
}

#endif
