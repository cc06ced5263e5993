/*
 * Requests that units take from one queue: when each comes, when it was answered.
 *
 * A unit takes the next number with one atomic addition and works out, or looks up, when that
 * request comes; nothing is locked, so that no unit that is put out holds the others up here.
 *
 *   open loop    arrival k is a sum of exponentially distributed times, whose table of TABLE
 * entries is gone through again and again: 16384 gaps, then the same ones closed loop  the first
 * `clients` requests are there when the gate opens; the k-th answer is the arrival of request k +
 * clients
 *
 * One word of each ring entry says which request it is of, so a reader that comes early waits for
 * the writer and one that comes late sees that it did.
 */
#ifndef CONTEND_WORKLOADS_REQUEST_QUEUE_H
#define CONTEND_WORKLOADS_REQUEST_QUEUE_H

#include "bench/base/rng.h"
#include "bench/contend.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>

enum { REQUEST_TABLE = 16384, REQUEST_TIMES = 65536 };

struct request_arrival {
    _Atomic uint64_t number; /* of the request, plus 1; 0: none yet */
    _Atomic uint64_t time_ns;
};

struct request_queue {
    uint64_t clients, every_ns;
    uint64_t first; /* answers before anything is counted ... */
    uint64_t last;  /* ... and until which it is */
    uint64_t ring_mask;
    uint64_t sum_ns; /* of the whole table */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint64_t taken;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint64_t answered;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint64_t begin_ns;        /* when `first` were answered */
    _Atomic uint64_t end_ns;                                       /* ... and `last` */
    _Alignas(CONTEND_LINE_BYTES) uint64_t table_ns[REQUEST_TABLE]; /* sums of gaps */
    uint64_t times_ns[REQUEST_TIMES]; /* request k's in place k mod their number; 0: none */
    struct request_arrival ring[];
};

struct request_queue_form {
    uint32_t clients;
    uint64_t every_ns; /* 0: a closed loop */
    uint64_t seed;
    uint64_t total; /* requests of the launch */
};

/* What came of a launch. */
struct request_figures {
    double served_per_s;       /* 0: too few to tell */
    double offered_per_s;      /* that were to come meanwhile; 0 in a closed loop */
    const uint64_t *sorted_ns; /* of each request counted, in the queue's own memory */
    size_t count;
};

/* Twice as many as are outstanding: an entry is read long before it is written again. */
static inline uint64_t request_ring_size(uint32_t clients)
{
    uint64_t size = 1024;
    while (size < 2 * (uint64_t)clients)
        size *= 2;
    return size;
}

static inline size_t request_queue_bytes(uint32_t clients)
{
    return sizeof(struct request_queue) +
           sizeof(struct request_arrival) * request_ring_size(clients);
}

static inline void request_queue_fill(struct request_queue *q, uint64_t seed)
{
    struct rng rng = {.state = seed};
    double sum_ns = 0;
    for (size_t i = 0; i < REQUEST_TABLE; i++) {
        /* In (0, 1]. */
        double u = ((double)(rng_next(&rng) >> 11) + 1) * 0x1p-53;
        sum_ns -= log(u) * (double)q->every_ns;
        q->table_ns[i] = (uint64_t)sum_ns;
    }
    q->sum_ns = (uint64_t)sum_ns;
}

/* The memory is zeroed. */
static inline void request_queue_init(struct request_queue *q, const struct request_queue_form *f)
{
    q->clients = f->clients;
    q->every_ns = f->every_ns;
    q->ring_mask = request_ring_size(f->clients) - 1;
    /* A closed loop begins with all at once; it has settled when as many have been answered. */
    uint64_t warm = f->every_ns ? f->total / 10 : f->clients;
    q->first = warm < f->total / 3 ? warm : f->total / 3;
    /* Units do a share each, and run out of it one after the other: the end is left out.  Not from
     * when the first has, for who was favoured would then say when that is. */
    q->last = f->total - (f->total / 5 ? f->total / 5 : 1);
    if (f->every_ns)
        request_queue_fill(q, f->seed);
}

/* The number of the next request. */
static inline uint64_t request_queue_take(struct request_queue *q)
{
    return atomic_fetch_add_explicit(&q->taken, 1, memory_order_relaxed);
}

/* When that request comes: in an open loop possibly in the future. */
static inline uint64_t request_queue_arrival_ns(struct request_queue *q, uint64_t number,
                                                uint64_t opened_ns)
{
    if (q->every_ns)
        return opened_ns + number / REQUEST_TABLE * q->sum_ns + q->table_ns[number % REQUEST_TABLE];
    if (number < q->clients)
        return opened_ns;
    struct request_arrival *a = &q->ring[number & q->ring_mask];
    /* There are at least as many clients as units: it was answered, and is just being written. */
    while (atomic_load_explicit(&a->number, memory_order_acquire) < number + 1)
        sched_yield();
    return atomic_load_explicit(&a->time_ns, memory_order_relaxed);
}

static inline void request_queue_answer(struct request_queue *q, uint64_t number,
                                        uint64_t arrival_ns, uint64_t now_ns)
{
    uint64_t answers = atomic_fetch_add_explicit(&q->answered, 1, memory_order_relaxed);
    if (!q->every_ns) {
        struct request_arrival *a = &q->ring[(answers + q->clients) & q->ring_mask];
        atomic_store_explicit(&a->time_ns, now_ns, memory_order_relaxed);
        atomic_store_explicit(&a->number, answers + q->clients + 1, memory_order_release);
    }
    if (answers == q->first)
        atomic_store_explicit(&q->begin_ns, now_ns, memory_order_relaxed);
    if (answers == q->last)
        atomic_store_explicit(&q->end_ns, now_ns, memory_order_relaxed);
    if (answers > q->first && answers <= q->last)
        q->times_ns[number % REQUEST_TIMES] = now_ns > arrival_ns ? now_ns - arrival_ns : 1;
}

static inline int request_compare_ns(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/*
 * What came while what is counted was answered.  A draw of few arrivals has a rate of its own, far
 * from the one it was drawn with: who keeps up is told by this one.
 */
static inline double request_queue_offered_per_s(struct request_queue *q)
{
    if (!q->every_ns || q->last <= q->first)
        return 0;
    uint64_t time_ns =
        request_queue_arrival_ns(q, q->last, 0) - request_queue_arrival_ns(q, q->first, 0);
    return time_ns ? (double)(q->last - q->first) * 1e9 / (double)time_ns : 0;
}

/* When all units are gone; the times are put in order where they lie. */
static inline void request_queue_figures(struct request_queue *q, struct request_figures *f)
{
    uint64_t begin_ns = atomic_load(&q->begin_ns), end_ns = atomic_load(&q->end_ns);
    *f = (struct request_figures){.sorted_ns = q->times_ns,
                                  .offered_per_s = request_queue_offered_per_s(q)};
    for (size_t i = 0; i < REQUEST_TIMES; i++)
        if (q->times_ns[i])
            q->times_ns[f->count++] = q->times_ns[i];
    qsort(q->times_ns, f->count, sizeof *q->times_ns, request_compare_ns);
    if (begin_ns && end_ns > begin_ns && q->last > q->first)
        f->served_per_s = (double)(q->last - q->first) * 1e9 / (double)(end_ns - begin_ns);
}

#endif
