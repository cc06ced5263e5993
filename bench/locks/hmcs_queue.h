/*
 * The queues of hmcs.c, which are told where their callers are: on machines of one node tests
 * supply others.  See there.
 *
 *     top:       | own of leaf 2 | <- | own of leaf 0 |        one place a leaf
 *     leaf 0:    | unit | <- | unit | <- | unit |              one place a unit
 *
 * Who is first in a leaf's queue stands in the top queue with the leaf's own place.  That place is
 * touched by the leaf's first alone; it goes with the leaf's queue from one to the next.
 */
#ifndef CONTEND_LOCKS_HMCS_QUEUE_H
#define CONTEND_LOCKS_HMCS_QUEUE_H

#include "bench/contend.h"
#include "bench/locks/waiting.h"

/* The number of the NUMA node that the caller is on. */
typedef uint32_t hmcs_where_fn(void);

/* Nodes beyond them share a leaf. */
enum { HMCS_LEAVES = 16 };

/* What a place is told by the one before it.  Numbers in between: the top is its leaf's still, and
 * it is the leaf's holder number so many in a row. */
enum hmcs_status {
    HMCS_WAITS = 0,
    HMCS_FIRST = 1,        /* nobody is before it in this queue */
    HMCS_ASK = 0x7fffffff, /* nor here, and its leaf has to ask for the top again */
};

/* A place in a queue. */
struct hmcs_place {
    struct hmcs_place *_Atomic next; /* who comes after this one */
    _Atomic uint32_t status;
};

struct hmcs_queue {
    _Alignas(CONTEND_LINE_BYTES) struct hmcs_place *_Atomic tail; /* NULL: nobody */
    const void *last; /* the unit that let it go when nobody waited */
    /* In the queue above; its first waits there, on another line than those who join. */
    _Alignas(CONTEND_LINE_BYTES) struct hmcs_place own;
};

struct hmcs {
    struct hmcs_queue top;
    struct hmcs_queue leaves[HMCS_LEAVES];
    uint32_t turns; /* of a leaf in a row; 0: no leaves, all wait in the top queue */
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t wanted;
};

struct hmcs_unit {
    struct hmcs_place place;
    struct hmcs_queue *leaf; /* where it has joined; NULL: the top */
};

/* One acquisition's waits, in one queue or two. */
struct hmcs_wait {
    struct wait wait;
    bool has_waited;
};

/* Joins the queue, and waits until it is first there.  Returns what it was told, HMCS_FIRST where
 * nobody was before it. */
static inline uint32_t hmcs_join(struct hmcs *s, struct hmcs_queue *q, struct hmcs_place *p,
                                 struct hmcs_wait *w)
{
    uint32_t status;
    atomic_store_explicit(&p->next, NULL, memory_order_relaxed);
    atomic_store_explicit(&p->status, HMCS_WAITS, memory_order_relaxed);
    /* Release: the place is whole before others see it; acquire: with the release that found
     * nobody.
     */
    struct hmcs_place *before = atomic_exchange_explicit(&q->tail, p, memory_order_acq_rel);
    if (!before)
        return HMCS_FIRST;
    if (!w->has_waited)
        *w = (struct hmcs_wait){wait_begin(s), true};
    atomic_store_explicit(&before->next, p, memory_order_release);
    while ((status = atomic_load_explicit(&p->status, memory_order_acquire)) == HMCS_WAITS) {
        wait_ask(&s->wanted);
        wait_turn(&w->wait);
    }
    return status;
}

static inline struct hmcs_place *hmcs_after(const struct hmcs_place *p)
{
    return atomic_load_explicit(&p->next, memory_order_acquire);
}

/* Lets the queue go to the next, who is told `status`; `unit` does it. */
static inline void hmcs_leave(struct hmcs_queue *q, struct hmcs_place *p, uint32_t status,
                              const void *unit)
{
    struct hmcs_place *next = hmcs_after(p), *seen = p;
    if (!next && atomic_load_explicit(&q->tail, memory_order_relaxed) == p) {
        q->last = unit;
        if (atomic_compare_exchange_strong_explicit(&q->tail, &seen, NULL, memory_order_release,
                                                    memory_order_relaxed))
            return;
    }
    struct wait w = {0};
    while (!(next = hmcs_after(p)))
        wait_turn(&w); /* it is just joining the queue */
    atomic_store_explicit(&next->status, status, memory_order_release);
}

static inline uint64_t hmcs_acquire(struct hmcs *s, struct hmcs_unit *u, hmcs_where_fn *where)
{
    struct hmcs_wait w = {.has_waited = false};
    u->leaf = s->turns ? &s->leaves[where() % HMCS_LEAVES] : NULL;
    uint32_t told = hmcs_join(s, u->leaf ? u->leaf : &s->top, &u->place, &w);
    if (u->leaf && (told == HMCS_FIRST || told == HMCS_ASK)) {
        hmcs_join(s, &s->top, &u->leaf->own, &w);
        told = HMCS_FIRST;
    }
    /* Relaxed: nobody else reads it before it is written again. */
    atomic_store_explicit(&u->place.status, told, memory_order_relaxed);
    return w.has_waited ? wait_end(&w.wait) | LOCK_CHANGED : wait_changed(s->top.last, u);
}

static inline void hmcs_release(struct hmcs *s, struct hmcs_unit *u)
{
    if (!u->leaf) {
        hmcs_leave(&s->top, &u->place, HMCS_FIRST, u);
        return;
    }
    uint32_t turn = atomic_load_explicit(&u->place.status, memory_order_relaxed);
    struct hmcs_place *next = turn < s->turns ? hmcs_after(&u->place) : NULL;
    if (next) {
        atomic_store_explicit(&next->status, turn + 1, memory_order_release);
        return;
    }
    hmcs_leave(&s->top, &u->leaf->own, HMCS_FIRST, u);
    hmcs_leave(u->leaf, &u->place, HMCS_ASK, u);
}

/* The holder has heard; whether anybody waits: the word may be out of date. */
static inline bool hmcs_hear(struct hmcs *s, const struct hmcs_unit *u)
{
    wait_heard(&s->wanted);
    const struct hmcs_place *top = u->leaf ? &u->leaf->own : &u->place;
    return atomic_load_explicit(&s->top.tail, memory_order_relaxed) != top ||
           (u->leaf && atomic_load_explicit(&u->leaf->tail, memory_order_relaxed) != &u->place);
}

#endif
