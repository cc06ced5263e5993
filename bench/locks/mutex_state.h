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
    _Atomic uint32_t waiters; /* the word a holder looks at */
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

static inline uint64_t mutex_acquire(struct mutex_state *s)
{
    if (pthread_mutex_trylock(&s->mutex) == 0)
        return 0;
    uint64_t begin_ns = waiting_begin(&s->waiters);
    pthread_mutex_lock(&s->mutex);
    return waiting_end(&s->waiters, begin_ns);
}

#endif
