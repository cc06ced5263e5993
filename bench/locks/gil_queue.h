/*
 * The interpreter lock with a queue, as proposals that were never merged would have it: who lets go
 * hands it to the next in line, who owns it before it runs.
 *
 * Source: the discussion of the convoy (bugs.python.org, issue 7946, 2010), in words: Beazley's
 * priorities, and the obvious two beside them.  A waiter still asks after an interval in which
 * nothing changed; what differs is who is next:
 *
 *   fifo       who came first.
 *   io_first   who comes from a blocking call, before all whose turn was ended by a request.
 *   priority   the same, and such a one asks at once when the holder is none: no interval is
 * waited.
 */
#ifndef CONTEND_LOCKS_GIL_QUEUE_H
#define CONTEND_LOCKS_GIL_QUEUE_H

#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/locks/turn_queue.h"

#include <errno.h>

enum gil_policy { GIL_AS_IS, GIL_FIFO, GIL_PRIORITY, GIL_IO_FIRST };

struct gil_queue_unit {
    struct place place;
    bool has_computed; /* its last turn was ended by a request, not by a call that blocks */
};

struct gil_queue {
    pthread_mutex_t mutex; /* guards all of it */
    struct turn_queue queue;
    struct gil_queue_unit *holder; /* NULL: free */
    uint64_t interval_ns, switch_number;
    enum gil_policy policy;
    _Atomic uint32_t *request; /* the word a holder looks at */
};

static inline int gil_queue_init(struct gil_queue *q, enum gil_policy policy, uint64_t interval_ns,
                                 _Atomic uint32_t *request, bool is_private, struct err *err)
{
    q->queue.is_private = is_private;
    q->policy = policy;
    q->interval_ns = interval_ns;
    q->request = request;
    int failed = lock_mutex_init(&q->mutex, is_private);
    return failed ? err_set_sys(err, failed, "gil: initialisation") : 0;
}

/* A place is the first member of its unit. */
static inline struct gil_queue_unit *gil_queue_unit_of(struct place *p)
{
    return (struct gil_queue_unit *)(void *)p;
}

static inline void gil_queue_ask(struct gil_queue *q)
{
    atomic_store_explicit(q->request, 1, memory_order_relaxed);
}

/* Whether the first in line need not wait until an interval is over. */
static inline bool gil_queue_is_urgent(const struct gil_queue *q)
{
    return q->policy == GIL_PRIORITY && q->holder && q->holder->has_computed && q->queue.first &&
           !gil_queue_unit_of(q->queue.first)->has_computed;
}

/* Behind all, or behind those that come from a blocking call too. */
static inline void gil_queue_join(struct gil_queue *q, struct gil_queue_unit *u)
{
    struct place *next = NULL;
    if (q->policy != GIL_FIFO && !u->has_computed)
        for (next = q->queue.first; next && !gil_queue_unit_of(next)->has_computed;)
            next = next->after;
    queue_add_before(&q->queue, &u->place, next);
}

/* With the mutex: until it was handed the lock. */
static inline void gil_queue_wait(struct gil_queue *q, struct gil_queue_unit *u)
{
    gil_queue_join(q, u);
    if (gil_queue_is_urgent(q))
        gil_queue_ask(q);
    while (!u->place.is_called) {
        uint64_t seen = q->switch_number;
        int rc = lock_cond_wait_until(&u->place.turn, &q->mutex, clock_now_ns() + q->interval_ns);
        if (rc == ETIMEDOUT && !u->place.is_called && q->switch_number == seen)
            gil_queue_ask(q);
    }
}

static inline uint64_t gil_queue_acquire(struct gil_queue *q, struct gil_queue_unit *u)
{
    int kept = errno;
    uint64_t waited_ns = 0;
    pthread_mutex_lock(&q->mutex);
    if (q->holder) {
        uint64_t begin_ns = clock_now_ns();
        gil_queue_wait(q, u);
        waited_ns = clock_now_ns() - begin_ns;
        waited_ns = waited_ns ? waited_ns : 1;
    } else {
        q->holder = u;
    }
    pthread_mutex_unlock(&q->mutex);
    errno = kept;
    return waited_ns;
}

/* To the next in line, if there is one. */
static inline void gil_queue_pass(struct gil_queue *q, struct gil_queue_unit *u, bool has_computed)
{
    pthread_mutex_lock(&q->mutex);
    u->has_computed = has_computed;
    struct place *next = queue_call(&q->queue, q->queue.first);
    q->holder = next ? gil_queue_unit_of(next) : NULL;
    q->switch_number += next != NULL;
    atomic_store_explicit(q->request, 0, memory_order_relaxed);
    if (gil_queue_is_urgent(q))
        gil_queue_ask(q);
    pthread_mutex_unlock(&q->mutex);
}

/* It was asked: if nobody is in line after all, it keeps it. */
static inline uint64_t gil_queue_handoff(struct gil_queue *q, struct gil_queue_unit *u)
{
    gil_queue_pass(q, u, true);
    return gil_queue_acquire(q, u);
}

#endif
