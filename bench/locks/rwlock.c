/*
 * rwlock: a POSIX read-write lock taken for writing, process-shared.
 *
 * Source: pthread_rwlock_wrlock(3).  Properties: what a read-write lock costs those who never
 * read; two words instead of one, so dearer than a mutex; not fair; waiters sleep in the kernel.
 */
#include "bench/contend.h"
#include "bench/core/err.h"
#include "bench/locks/waiting.h"

#include <pthread.h>

struct state {
    pthread_rwlock_t rwlock;
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t waiters;
};

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    struct state *s = state;
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    int failed = pthread_rwlock_init(&s->rwlock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    return failed ? err_set_sys(err, failed, "pthread_rwlock_init") : 0;
}

static void destroy(void *state)
{
    struct state *s = state;
    pthread_rwlock_destroy(&s->rwlock);
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    if (pthread_rwlock_trywrlock(&s->rwlock) == 0)
        return 0;
    uint64_t begin_ns = waiting_begin(&s->waiters);
    pthread_rwlock_wrlock(&s->rwlock);
    return waiting_end(&s->waiters, begin_ns);
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    pthread_rwlock_unlock(&s->rwlock);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->waiters;
}

const struct lock lock_rwlock = {
    .name = "rwlock",
    .summary = "a POSIX read-write lock, always taken for writing",
    .traits = LOCK_EXCLUSIVE,
    .state_bytes = sizeof(struct state),
    .init = init,
    .destroy = destroy,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
