/*
 * The interpreter lock's algorithm since CPython 3.2, for gil, gil_per_unit and gil_313.
 *
 *   waiter            holder                         last_holder, switch_number
 *     | timed wait      |
 *     | ... interval    |
 *     | drop_request=1 -> checkpoint: locked=0, signal
 *     | takes it        | waits on switched until last_holder is another
 *
 * Waiters wait on `available`, which is signalled, never broadcast.  A wait that timed out asks
 * only if no switch happened meanwhile, so a request means that one uninterrupted turn has lasted
 * a whole interval of the waiter's own waiting.  A forced switch is waited for without a limit and
 * without a loop.  Each of these three shows in what a unit that sleeps beside computing ones sees.
 */
#ifndef CONTEND_LOCKS_GIL_STATE_H
#define CONTEND_LOCKS_GIL_STATE_H

#include "bench/base/clock.h"
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/locks/lock_cond.h"

#include <errno.h>
#include <pthread.h>

struct gil_state {
    pthread_mutex_t mutex;        /* guards locked and switch_number; held for instructions */
    pthread_cond_t available;     /* signalled when the lock was let go */
    pthread_mutex_t switch_mutex; /* guards last_holder against its next taker */
    pthread_cond_t switched;      /* signalled when somebody took it */
    uint64_t interval_ns;
    bool is_switch_forced;
    uint64_t switch_number;    /* times the holder became another unit */
    void *_Atomic last_holder; /* who holds or last held it */
    bool locked;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t drop_request; /* the word a holder looks at */
};

/* is_private: units of one address space alone use it. */
static inline int gil_init(struct gil_state *s, uint64_t interval_ns, bool is_switch_forced,
                           bool is_private, struct err *err)
{
    s->interval_ns = interval_ns;
    s->is_switch_forced = is_switch_forced;
    int failed = lock_mutex_init(&s->mutex, is_private);
    failed = failed ? failed : lock_mutex_init(&s->switch_mutex, is_private);
    failed = failed ? failed : lock_cond_init(&s->available, is_private);
    failed = failed ? failed : lock_cond_init(&s->switched, is_private);
    return failed ? err_set_sys(err, failed, "gil: initialisation") : 0;
}

/* Where a unit is asked to let the lock go. */
typedef _Atomic uint32_t *gil_word_fn(struct gil_state *s, void *unit);

/* Up to 3.12: one word for all. */
static inline _Atomic uint32_t *gil_common_word(struct gil_state *s, void *unit)
{
    (void)unit;
    return &s->drop_request;
}

/* One wait of an interval; asks for the lock if a whole turn has passed without a switch. */
static inline void gil_wait_an_interval(struct gil_state *s, gil_word_fn *word_of)
{
    uint64_t seen = s->switch_number;
    uint64_t deadline_ns = clock_now_ns() + s->interval_ns;
    int rc = lock_cond_wait_until(&s->available, &s->mutex, deadline_ns);
    if (rc == ETIMEDOUT && s->locked && s->switch_number == seen) {
        void *holder = atomic_load_explicit(&s->last_holder, memory_order_relaxed);
        atomic_store_explicit(word_of(s, holder), 1, memory_order_relaxed);
    }
}

static inline uint64_t gil_acquire_asking(struct gil_state *s, void *unit, gil_word_fn *word_of)
{
    int kept = errno;
    uint64_t begin_ns = 0, waited_ns = 0;
    pthread_mutex_lock(&s->mutex);
    if (s->locked) {
        begin_ns = clock_now_ns();
        while (s->locked)
            gil_wait_an_interval(s, word_of);
    }
    pthread_mutex_lock(&s->switch_mutex);
    s->locked = true;
    if (atomic_load_explicit(&s->last_holder, memory_order_relaxed) != unit) {
        atomic_store_explicit(&s->last_holder, unit, memory_order_relaxed);
        s->switch_number++;
    }
    pthread_cond_signal(&s->switched);
    pthread_mutex_unlock(&s->switch_mutex);
    _Atomic uint32_t *word = word_of(s, unit);
    if (atomic_load_explicit(word, memory_order_relaxed))
        atomic_store_explicit(word, 0, memory_order_relaxed);
    pthread_mutex_unlock(&s->mutex);
    if (begin_ns) {
        waited_ns = clock_now_ns() - begin_ns;
        waited_ns = waited_ns ? waited_ns : 1;
    }
    errno = kept;
    return waited_ns;
}

/* The same for a demanded drop and for one before a wait: both may have to see the switch. */
static inline void gil_release_asked(struct gil_state *s, void *unit, gil_word_fn *word_of)
{
    _Atomic uint32_t *word = word_of(s, unit);
    /* Only the holder is here, and it is the last holder unless it took the lock by another name.
     */
    atomic_store_explicit(&s->last_holder, unit, memory_order_relaxed);
    pthread_mutex_lock(&s->mutex);
    s->locked = false;
    pthread_cond_signal(&s->available);
    pthread_mutex_unlock(&s->mutex);
    /* A fast taker may have cleared a common request already: then there is nothing to wait for. */
    if (!s->is_switch_forced || !atomic_load_explicit(word, memory_order_relaxed))
        return;
    pthread_mutex_lock(&s->switch_mutex);
    if (atomic_load_explicit(&s->last_holder, memory_order_relaxed) == unit) {
        atomic_store_explicit(word, 0, memory_order_relaxed);
        /* No loop around the wait: one signal, real or spurious, is enough. */
        pthread_cond_wait(&s->switched, &s->switch_mutex);
    }
    pthread_mutex_unlock(&s->switch_mutex);
}

static inline uint64_t gil_acquire(struct gil_state *s, void *unit)
{
    return gil_acquire_asking(s, unit, gil_common_word);
}

static inline void gil_release(struct gil_state *s, void *unit)
{
    gil_release_asked(s, unit, gil_common_word);
}

#endif
