/*
 * Mutexes and conditions of a lock, in a launch's mapping and on the monotonic clock.
 *
 * `is_private`: units of one address space alone use them (lock_is_private()).  It decides more
 * than the price of a system call.  A private futex is found by its address, a shared one by the
 * page behind it, which takes longer; who of two waiters gets a signal hangs on such times, and
 * what these locks stand for are locks within one process.
 */
#ifndef CONTEND_LOCKS_LOCK_COND_H
#define CONTEND_LOCKS_LOCK_COND_H

#include "bench/base/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

static inline int lock_reach(bool is_private)
{
    return is_private ? PTHREAD_PROCESS_PRIVATE : PTHREAD_PROCESS_SHARED;
}

/* `kind`: PTHREAD_MUTEX_DEFAULT or another.  Returns 0 or an error number, as the next does. */
static inline int lock_mutex_init_kind(pthread_mutex_t *mutex, bool is_private, int kind)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, lock_reach(is_private));
    pthread_mutexattr_settype(&attributes, kind);
    int failed = pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return failed;
}

static inline int lock_mutex_init(pthread_mutex_t *mutex, bool is_private)
{
    return lock_mutex_init_kind(mutex, is_private, PTHREAD_MUTEX_DEFAULT);
}

static inline int lock_cond_init(pthread_cond_t *cond, bool is_private)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setpshared(&attributes, lock_reach(is_private));
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int failed = pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
    return failed;
}

/* Returns 0 or ETIMEDOUT. */
static inline int lock_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                       uint64_t deadline_ns)
{
    struct timespec ts = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    return pthread_cond_timedwait(cond, mutex, &ts);
}

#endif
