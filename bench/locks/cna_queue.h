/*
 * The queue of cna.c, which is told where its callers are: on machines of one node tests supply
 * others.  See there.
 *
 * All waiters are in the main queue, from the holder on, or in the one of those set aside.  Only
 * the holder touches that one; it travels from holder to holder, in the node of who has the lock.
 */
#ifndef CONTEND_LOCKS_CNA_QUEUE_H
#define CONTEND_LOCKS_CNA_QUEUE_H

#include "bench/contend.h"
#include "bench/locks/waiting.h"

/* The number of the NUMA node that the caller is on. */
typedef uint32_t cna_where_fn(void);

enum { CNA_NOWHERE = UINT32_MAX };

/* A unit's place. */
struct cna_node {
    struct cna_node *_Atomic next; /* who comes after this one in its queue */
    struct cna_node *aside;        /* the first of those set aside, while it has the lock */
    struct cna_node *aside_last;   /* ... and the last, known by the first */
    uint32_t where;                /* CNA_NOWHERE: not asked so far */
    _Atomic uint32_t is_waiting;   /* cleared by the one before */
    _Atomic uint32_t wanted;       /* somebody has come after this one, or is set aside */
    uint64_t draw;
};

struct cna {
    struct cna_node *_Atomic tail; /* of the main queue; NULL: free */
    struct cna_node *last;         /* who let it go when nobody waited */
    /* Of so many hand-overs one, on average, goes to who was set aside, whoever waits nearer; 0:
     * each goes to who came first. */
    uint32_t turns;
};

static inline uint64_t cna_acquire(struct cna *s, struct cna_node *n, cna_where_fn *where)
{
    n->aside = NULL;
    n->where = CNA_NOWHERE;
    atomic_store_explicit(&n->next, NULL, memory_order_relaxed);
    atomic_store_explicit(&n->is_waiting, 1, memory_order_relaxed);
    atomic_store_explicit(&n->wanted, 0, memory_order_relaxed);
    /* Release: the node is whole before others see it; acquire: with the release that found nobody.
     */
    struct cna_node *before = atomic_exchange_explicit(&s->tail, n, memory_order_acq_rel);
    if (!before)
        return wait_changed(s->last, n);
    struct wait w = wait_begin(s);
    if (s->turns)
        n->where = where();
    /* Release: pairs with cna_hear(). */
    atomic_store_explicit(&before->wanted, 1, memory_order_release);
    /* Release: who finds this one there sees where it is. */
    atomic_store_explicit(&before->next, n, memory_order_release);
    while (atomic_load_explicit(&n->is_waiting, memory_order_acquire))
        wait_turn(&w);
    return wait_end(&w) | LOCK_CHANGED;
}

static inline struct cna_node *cna_after(const struct cna_node *n)
{
    return atomic_load_explicit(&n->next, memory_order_acquire);
}

/* Nobody is in the main queue: frees the lock, or makes those set aside the main queue; false if
 * somebody has come meanwhile. */
static inline bool cna_leave_empty(struct cna *s, struct cna_node *n, struct cna_node **heir)
{
    if (atomic_load_explicit(&s->tail, memory_order_relaxed) != n)
        return false;
    *heir = n->aside;
    s->last = n;
    struct cna_node *seen = n, *tail = n->aside ? n->aside->aside_last : NULL;
    return atomic_compare_exchange_strong_explicit(&s->tail, &seen, tail, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

/* Whether this hand-over is to look for somebody near (Weyl's sequence, mixed once). */
static inline bool cna_stays(const struct cna *s, struct cna_node *n)
{
    if (s->turns <= 1)
        return false;
    n->draw += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = (n->draw ^ n->draw >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (mixed >> 32) % s->turns != 0;
}

/* The first of the queue who is where the holder is; those before it are set aside.  NULL: none. */
static inline struct cna_node *cna_near(struct cna_node *n, struct cna_node *first,
                                        cna_where_fn *where)
{
    uint32_t here = n->where == CNA_NOWHERE ? where() : n->where;
    struct cna_node *last = NULL, *near = first;
    while (near && near->where != here) {
        last = near;
        near = cna_after(near);
    }
    if (!near || !last)
        return near;
    atomic_store_explicit(&last->next, NULL, memory_order_relaxed);
    if (n->aside)
        atomic_store_explicit(&n->aside->aside_last->next, first, memory_order_relaxed);
    else
        n->aside = first;
    n->aside->aside_last = last;
    return near;
}

/* The lock goes to `to`, and those set aside with it. */
static inline void cna_grant(struct cna_node *to, struct cna_node *aside)
{
    to->aside = aside;
    if (aside)
        atomic_store_explicit(&to->wanted, 1, memory_order_relaxed);
    atomic_store_explicit(&to->is_waiting, 0, memory_order_release);
}

static inline void cna_release(struct cna *s, struct cna_node *n, cna_where_fn *where)
{
    struct cna_node *next = cna_after(n), *heir = NULL;
    if (!next && cna_leave_empty(s, n, &heir)) {
        if (heir)
            cna_grant(heir, NULL);
        return;
    }
    struct wait w = {0};
    while (!(next = cna_after(n)))
        wait_turn(&w); /* it is just joining the queue */
    struct cna_node *near = cna_stays(s, n) ? cna_near(n, next, where) : NULL;
    if (near) {
        cna_grant(near, n->aside);
    } else if (n->aside) {
        /* Who was set aside goes before all others; who was its last has `wanted` set already. */
        atomic_store_explicit(&n->aside->aside_last->next, next, memory_order_release);
        cna_grant(n->aside, NULL);
    } else {
        cna_grant(next, NULL);
    }
}

/*
 * The holder has heard; whether anybody waits: the word may be out of date.  Who has asked will not
 * ask again, so what it reads is what it clears: a request before that is then in the tail as well.
 */
static inline bool cna_hear(struct cna *s, struct cna_node *n)
{
    atomic_exchange_explicit(&n->wanted, 0, memory_order_acquire);
    return n->aside || atomic_load_explicit(&s->tail, memory_order_relaxed) != n;
}

#endif
