/*
 * For workloads that time single operations: room for a sample of them in shared memory.
 *
 * All are kept until it is full; then every second one is thrown away and from then on only every
 * second new one is kept, and so on.  So what is kept lies evenly over all operations, whatever
 * their number, and nothing is allocated.  One writer.
 */
#ifndef CONTEND_WORKLOADS_LATENCY_RING_H
#define CONTEND_WORKLOADS_LATENCY_RING_H

#include "bench/contend.h"

enum { LATENCY_RING_SIZE = 8192 };

struct latency_ring {
    uint64_t seen; /* operations so far */
    uint32_t kept;
    uint32_t shift; /* every 2^shift-th is kept */
    uint64_t values[LATENCY_RING_SIZE];
};

/* measured: no allocation; a halving takes some microseconds and is rare */
static inline void latency_ring_add(struct latency_ring *r, uint64_t value)
{
    if (r->seen++ & ((1u << r->shift) - 1))
        return;
    r->values[r->kept++] = value;
    if (r->kept < LATENCY_RING_SIZE)
        return;
    for (uint32_t i = 0; i < LATENCY_RING_SIZE / 2; i++)
        r->values[i] = r->values[2 * i];
    r->kept = LATENCY_RING_SIZE / 2;
    r->shift++;
}

/* Hands all that is kept to a metric. */
static inline void latency_ring_post(const struct latency_ring *r, struct sink *sink, int metric)
{
    for (uint32_t i = 0; i < r->kept; i++)
        sink->quantity(sink, metric, r->values[i]);
}

#endif
