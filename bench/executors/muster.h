/*
 * A first job for each worker of somebody else's pool: none ends before all have begun, so that
 * each worker has one, all threads exist afterwards, and each is where it shall run.
 */
#ifndef CONTEND_EXECUTORS_MUSTER_H
#define CONTEND_EXECUTORS_MUSTER_H

#include "bench/base/futex.h"
#include "bench/contend.h"
#include "bench/machine/affinity.h"

struct muster {
    _Atomic uint32_t arrived;
    uint32_t expected;
    bool is_pinned; /* the i-th to come goes to the i-th CPU */
};

static inline struct muster muster_of(const struct launch *l)
{
    return (struct muster){.expected = l->worker_count,
                           .is_pinned = l->placement == PLACEMENT_SPREAD};
}

/* In a worker. */
static inline void muster_come(struct muster *m)
{
    uint32_t index = atomic_fetch_add(&m->arrived, 1), seen;
    if (m->is_pinned)
        affinity_pin_nth(index, NULL);
    if (index + 1 == m->expected)
        futex_wake(&m->arrived, UINT32_MAX, false);
    while ((seen = atomic_load(&m->arrived)) < m->expected)
        futex_wait(&m->arrived, seen, UINT64_MAX, false);
}

#endif
