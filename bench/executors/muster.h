/*
 * A first job for each worker of somebody else's pool: none ends before all have begun, so that
 * each worker has one, all threads exist afterwards, and each is where it shall run.
 */
#ifndef CONTEND_EXECUTORS_MUSTER_H
#define CONTEND_EXECUTORS_MUSTER_H

#include "bench/base/futex.h"
#include "bench/contend.h"
#include "bench/executors/spread.h"

struct muster {
    _Atomic uint32_t arrived;
    uint32_t expected;
    const struct launch *launch; /* the i-th to come goes where its i-th worker belongs */
};

static inline struct muster muster_of(const struct launch *l)
{
    return (struct muster){.expected = l->worker_count, .launch = l};
}

/* In a worker. */
static inline void muster_come(struct muster *m)
{
    uint32_t index = atomic_fetch_add(&m->arrived, 1), seen;
    spread_out(m->launch, index);
    if (index + 1 == m->expected)
        futex_wake(&m->arrived, UINT32_MAX, false);
    while ((seen = atomic_load(&m->arrived)) < m->expected)
        futex_wait(&m->arrived, seen, UINT64_MAX, false);
}

#endif
