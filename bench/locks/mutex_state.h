/*
 * A POSIX mutex of some kind as a lock: what mutex and mutex_adaptive share.
 */
#ifndef CONTEND_LOCKS_MUTEX_STATE_H
#define CONTEND_LOCKS_MUTEX_STATE_H

#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/locks/lock_cond.h"
#include "bench/locks/waiting.h"

struct mutex_state {
    pthread_mutex_t mutex;
    void *last; /* who had it last */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t waiters;
};

static inline int mutex_init(struct mutex_state *s, int kind, struct err *err)
{
    int failed = lock_mutex_init_kind(&s->mutex, lock_is_private(s), kind);
    return failed ? err_set_sys(err, failed, "pthread_mutex_init") : 0;
}

static inline uint64_t mutex_acquire(void *state, void *unit)
{
    struct mutex_state *s = state;
    if (pthread_mutex_trylock(&s->mutex) == 0)
        return wait_changed(s->last, unit);
    wait_count(&s->waiters, unit);
    struct wait w = wait_begin(s);
    pthread_mutex_lock(&s->mutex);
    return wait_end(&w) | LOCK_CHANGED;
}

static inline void mutex_destroy(void *state)
{
    struct mutex_state *s = state;
    pthread_mutex_destroy(&s->mutex);
}

static inline void mutex_release(void *state, void *unit)
{
    struct mutex_state *s = state;
    s->last = unit;
    pthread_mutex_unlock(&s->mutex);
    if (((struct counted *)unit)->is_counted)
        wait_uncount(&s->waiters, unit);
}

static inline const _Atomic uint32_t *mutex_wanted(void *state, void *unit)
{
    (void)unit;
    struct mutex_state *s = state;
    return &s->waiters;
}

/* Who has waited is still on the count: when nobody else is, there is nobody to hand it to. */
static inline uint64_t mutex_handoff(void *state, void *unit)
{
    struct mutex_state *s = state;
    if (wait_uncount(&s->waiters, unit) == 0)
        return LOCK_KEPT;
    mutex_release(state, unit);
    return mutex_acquire(state, unit);
}

#endif
