/*
 * A pool: one caller hands numbered items over to W workers, which are threads or processes.
 *
 *   caller --put--> [ ring of item numbers ] --claim--> workers --done--> caller
 *                   tail: moved by the caller once a batch
 *                   head: moved by a worker once a claim
 *
 * What makes it cheap, and why it is so:
 *  - The tail moves once a batch, the head once a claim, so that a line that changes hands (62 ns
 *    from CPU to CPU) is paid by many items.
 *  - One ring for all workers in place of one each: no worker is idle while another has items
 *    waiting.  A claim takes its share of what is ready, at most what runs in CLAIM_NS: a round
 *    begins with one by one, and goes on so when items are long (guided self-scheduling,
 *    Polychronopoulos and Kuck 1987, with a limit in time).
 *  - Workers and the caller spin before they park, but only while what is awake fits on the CPUs:
 *    a spinner that holds the CPU of somebody with work costs a whole time slice.
 *  - A futex wake is called only for somebody who is parked.  On one CPU it is called only
 *    when the caller is about to wait itself: earlier it could only push the caller aside.
 *
 * The caller does not help: it would be one worker more than asked for.  Knows nothing of tasks
 * and launches.  All of it lies in one mapping at one address, shared when workers are processes.
 */
#ifndef CONTEND_EXECUTORS_POOL_H
#define CONTEND_EXECUTORS_POOL_H

#include "bench/base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POOL_LINE_BYTES = 128, POOL_BATCH_MAX = 256 };

struct pool_config {
    uint32_t workers;
    uint32_t items; /* most items of a round: their numbers are below this */
    uint32_t batch; /* most items published or claimed at once, 1 .. POOL_BATCH_MAX */
    uint32_t cpus;  /* CPUs that caller and workers may use; with one nobody spins */
    uint64_t spin_ns;
    bool is_shared; /* workers are processes */
    void (*run)(void *context, uint32_t item);
    void *context;
    /* Asked now and then while the caller is parked; -1: workers are lost. May be NULL. */
    int (*check)(void *context, struct err *err);
};

/* A worker's own lines. */
struct pool_worker {
    _Alignas(POOL_LINE_BYTES) _Atomic uint32_t is_parked;
};

struct pool {
    struct pool_config config;
    size_t map_bytes;
    uint32_t mask;               /* of the ring */
    uint32_t low;                /* items left at which a caller that waits for room is woken */
    _Atomic uint32_t *ring;      /* item numbers */
    _Atomic uint8_t *ended;      /* of the round, by item number */
    struct pool_worker *workers; /* config.workers of them */

    /* The caller's own. */
    _Alignas(POOL_LINE_BYTES) uint64_t put; /* items put since the pool was made */
    uint64_t published;                     /* of these, those workers know of */
    uint64_t head_seen;                     /* head when it was last looked at */
    uint32_t cursor;                        /* worker to wake next */

    /* Written by the caller alone: one line has all that is new of a round. */
    _Alignas(POOL_LINE_BYTES) _Atomic uint64_t tail;
    _Atomic uint32_t round;
    _Atomic bool is_tracked;                          /* note each item's end */
    _Alignas(POOL_LINE_BYTES) _Atomic uint64_t head;  /* items claimed */
    _Alignas(POOL_LINE_BYTES) _Atomic uint64_t done;  /* items that have ended */
    _Alignas(POOL_LINE_BYTES) _Atomic uint32_t awake; /* workers that are not parked */
    _Atomic uint32_t ready;                           /* workers that have begun */
    _Atomic uint32_t is_stopped;
    _Alignas(POOL_LINE_BYTES) _Atomic uint32_t caller; /* enum pool_wait: what it is parked for */
    _Atomic uint64_t target;                           /* `done` at which all have ended */
};

/* NULL with ERR_LIMIT when there is no memory. No worker is made: that is the user's. */
struct pool *pool_new(const struct pool_config *config, struct err *err);
void pool_free(struct pool *p);

/* What worker number `worker` runs: returns after pool_stop(). */
void pool_work(struct pool *p, uint32_t worker);
/* Waits until that many workers have begun. */
int pool_wait_ready(struct pool *p, uint32_t workers, struct err *err);
/* Workers return when the ring is empty. Ends the pool's use. */
void pool_stop(struct pool *p);

/*
 * A round: begin, put each item once, flush, wait.  With is_tracked the end of each item can be
 * waited for; otherwise only that of all.
 */
void pool_begin(struct pool *p, bool is_tracked);
void pool_flush(struct pool *p);
int pool_wait_item(struct pool *p, uint32_t item, struct err *err);
int pool_wait_all(struct pool *p, struct err *err);

/* The slow halves of pool_put(). */
int pool_make_room(struct pool *p, struct err *err);
void pool_publish(struct pool *p);

/* measured: no allocation, no I/O; a system call only to wake or to wait for room */
static inline int pool_put(struct pool *p, uint32_t item, struct err *err)
{
    if (p->put - p->head_seen > p->mask && pool_make_room(p, err))
        return -1;
    atomic_store_explicit(&p->ring[p->put & p->mask], item, memory_order_relaxed);
    p->put++;
    if (p->put - p->published >= p->config.batch)
        pool_publish(p);
    return 0;
}

#endif
