/*
 * A queue of waiting units, each with a condition of its own, in a launch's shared mapping: for
 * locks that know whom they let in.  All of it is guarded by the lock's mutex.
 */
#ifndef CONTEND_LOCKS_TURN_QUEUE_H
#define CONTEND_LOCKS_TURN_QUEUE_H

#include "bench/locks/lock_cond.h"

#include <stddef.h>

/* A unit's place; zeroed it is in no queue. */
struct place {
    pthread_cond_t turn;
    bool is_ready;  /* the condition was made */
    bool is_called; /* it was let in: queue_call() */
    struct place *before, *after;
};

struct turn_queue {
    struct place *first, *last;
    bool is_private; /* units of one address space wait in it: lock_is_private() */
};

/* In front of `next`, or behind all if that is NULL. */
static inline void queue_add_before(struct turn_queue *q, struct place *p, struct place *next)
{
    if (!p->is_ready)
        p->is_ready = !lock_cond_init(&p->turn, q->is_private);
    p->is_called = false;
    p->after = next;
    p->before = next ? next->before : q->last;
    *(p->before ? &p->before->after : &q->first) = p;
    *(next ? &next->before : &q->last) = p;
}

static inline void queue_add(struct turn_queue *q, struct place *p)
{
    queue_add_before(q, p, NULL);
}

static inline void queue_remove(struct turn_queue *q, struct place *p)
{
    *(p->before ? &p->before->after : &q->first) = p->after;
    *(p->after ? &p->after->before : &q->last) = p->before;
}

/* Takes it out of the queue and wakes it; NULL: nobody is there. Returns it. */
static inline struct place *queue_call(struct turn_queue *q, struct place *p)
{
    if (!p)
        return NULL;
    queue_remove(q, p);
    p->is_called = true;
    pthread_cond_signal(&p->turn);
    return p;
}

#endif
