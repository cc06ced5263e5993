/* Mutexes and conditions in a launch's shared mapping: process-shared, on the monotonic clock. */
#ifndef CONTEND_LOCKS_SHARED_COND_H
#define CONTEND_LOCKS_SHARED_COND_H

#include "bench/base/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Both return 0 or an error number. */
static inline int shared_mutex_init(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    int failed = pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return failed;
}

static inline int shared_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int failed = pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
    return failed;
}

/* Returns 0 or ETIMEDOUT. */
static inline int shared_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                         uint64_t deadline_ns)
{
    struct timespec ts = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    return pthread_cond_timedwait(cond, mutex, &ts);
}

#endif
