/*
 * rwlock: a POSIX read-write lock taken for writing.
 *
 * Source: pthread_rwlock_wrlock(3).  Properties: what a read-write lock costs those who never
 * read; two words instead of one, so dearer than a mutex; not fair; waiters sleep in the kernel.
 */
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/locks/lock_cond.h"
#include "bench/locks/waiting.h"

#include <pthread.h>

struct state {
    pthread_rwlock_t rwlock;
    void *last; /* who had it last */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t waiters;
};

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    struct state *s = state;
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setpshared(&attributes, lock_reach(lock_is_private(state)));
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
    struct state *s = state;
    if (pthread_rwlock_trywrlock(&s->rwlock) == 0)
        return wait_changed(s->last, unit);
    wait_count(&s->waiters, unit);
    struct wait w = wait_begin(s);
    pthread_rwlock_wrlock(&s->rwlock);
    return wait_end(&w) | LOCK_CHANGED;
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    s->last = unit;
    pthread_rwlock_unlock(&s->rwlock);
    if (((struct counted *)unit)->is_counted)
        wait_uncount(&s->waiters, unit);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->waiters;
}

/* Who has waited is still on the count: when nobody else is, there is nobody to hand it to. */
static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    if (wait_uncount(&s->waiters, unit) == 0)
        return LOCK_KEPT;
    release(state, unit);
    return acquire(state, unit);
}

const struct lock lock_rwlock = {
    .name = "rwlock",
    .summary = "a POSIX read-write lock, always taken for writing",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct counted),
    .init = init,
    .destroy = destroy,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
