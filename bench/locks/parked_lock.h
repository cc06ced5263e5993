/*
 * A lock of one word whose waiters park in a queue beside it: what parking_lot and pymutex share.
 *
 *   word     bit 0: held; bit 1: somebody is parked, so that who lets go has to look
 *   take     a compare-and-swap while it is free, also past those who are parked
 *   let go   a compare-and-swap while nobody is parked; else the first of the queue is woken, and
 * if it has waited for too long it owns the lock already: barging ends in time
 *
 * The queue is guarded by a mutex of its own and lies beside the word; a program has one table of
 * queues for all its locks.
 */
#ifndef CONTEND_LOCKS_PARKED_LOCK_H
#define CONTEND_LOCKS_PARKED_LOCK_H

#include "bench/base/err.h"
#include "bench/locks/turn_queue.h"
#include "bench/locks/waiting.h"

#include <errno.h>

enum { PARKED_HELD = 1, PARKED_SLEEPERS = 2 };

struct parked_unit {
    struct place place;
    uint64_t fair_ns; /* from then on it is handed the lock */
    bool is_handed;
};

struct parked_lock {
    _Atomic uint32_t word;
    void *last; /* who had it last */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t parked;
    pthread_mutex_t mutex;
    struct turn_queue queue;
};

static inline int parked_init(struct parked_lock *s, bool is_private, struct err *err)
{
    s->queue.is_private = is_private;
    int failed = lock_mutex_init(&s->mutex, is_private);
    return failed ? err_set_sys(err, failed, "pthread_mutex_init") : 0;
}

/* Acquire: pairs with the release of whoever let it go. */
static inline bool parked_try(struct parked_lock *s, uint32_t seen)
{
    return !(seen & PARKED_HELD) &&
           atomic_compare_exchange_strong_explicit(&s->word, &seen, seen | PARKED_HELD,
                                                   memory_order_acquire, memory_order_relaxed);
}

/* Sleeps if the word is still what it was. Returns whether it was handed the lock. */
static inline bool parked_sleep(struct parked_lock *s, struct parked_unit *u)
{
    const uint32_t expected = PARKED_HELD | PARKED_SLEEPERS;
    pthread_mutex_lock(&s->mutex);
    u->is_handed = false;
    if (atomic_load_explicit(&s->word, memory_order_relaxed) == expected) {
        queue_add(&s->queue, &u->place);
        atomic_fetch_add_explicit(&s->parked, 1, memory_order_relaxed);
        while (!u->place.is_called)
            pthread_cond_wait(&u->place.turn, &s->mutex);
    }
    pthread_mutex_unlock(&s->mutex);
    return u->is_handed;
}

/* `spin` is called for each try before the first sleep, with its number; false: enough. */
static inline uint64_t parked_wait(struct parked_lock *s, struct parked_unit *u, uint64_t fair_ns,
                                   bool (*spin)(struct wait *w, uint32_t turn))
{
    int kept = errno;
    uint32_t turn = 0;
    bool was_held = false;
    struct wait w = wait_begin(s);
    u->fair_ns = 0;
    for (;;) {
        uint32_t seen = atomic_load_explicit(&s->word, memory_order_relaxed);
        if (parked_try(s, seen))
            break;
        was_held |= seen & PARKED_HELD;
        if (!(seen & PARKED_HELD) || (!(seen & PARKED_SLEEPERS) && spin(&w, turn++)))
            continue;
        if (!(seen & PARKED_SLEEPERS) &&
            !atomic_compare_exchange_strong_explicit(&s->word, &seen, seen | PARKED_SLEEPERS,
                                                     memory_order_relaxed, memory_order_relaxed))
            continue;
        wait_is_long(&w);
        if (!u->fair_ns)
            u->fair_ns = clock_now_ns() + fair_ns;
        if (parked_sleep(s, u))
            break;
    }
    errno = kept;
    /* Free, with others asleep: it has passed them. */
    return was_held ? wait_end(&w) | LOCK_CHANGED : wait_changed(s->last, u);
}

static inline uint64_t parked_acquire(struct parked_lock *s, void *unit, uint64_t fair_ns,
                                      bool (*spin)(struct wait *w, uint32_t turn))
{
    if (parked_try(s, 0))
        return wait_changed(s->last, unit);
    return parked_wait(s, unit, fair_ns, spin);
}

static inline void parked_wake(struct parked_lock *s)
{
    pthread_mutex_lock(&s->mutex);
    struct place *first = s->queue.first;
    uint32_t word = 0;
    if (first) {
        struct parked_unit *u = (void *)first;
        u->is_handed = clock_now_ns() >= u->fair_ns;
        word = (u->is_handed ? PARKED_HELD : 0) | (first->after ? PARKED_SLEEPERS : 0);
        atomic_fetch_sub_explicit(&s->parked, 1, memory_order_relaxed);
    }
    /* Release, and under the mutex: who was handed the lock sees it by that. */
    atomic_store_explicit(&s->word, word, memory_order_release);
    queue_call(&s->queue, first);
    pthread_mutex_unlock(&s->mutex);
}

static inline void parked_release(struct parked_lock *s, void *unit)
{
    uint32_t seen = PARKED_HELD;
    s->last = unit;
    if (!atomic_compare_exchange_strong_explicit(&s->word, &seen, 0, memory_order_release,
                                                 memory_order_relaxed))
        parked_wake(s);
}

#endif
