/*
 * For workloads whose operation belongs to the runtime: how long one took, measured by each task
 * around its own loop, without what the harness does between batches; and who lacks the operation.
 */
#ifndef CONTEND_WORKLOADS_OP_TIME_H
#define CONTEND_WORKLOADS_OP_TIME_H

#include "bench/contend.h"

#include <math.h>

struct op_time {
    _Alignas(CONTEND_LINE_BYTES) uint64_t elapsed_ns; /* one writer: the task */
    uint64_t op_count;
};

static inline struct op_time *op_time_of(const struct launch *l, uint32_t index)
{
    return (struct op_time *)l->workload_shared + index;
}

static inline void op_time_add(struct task *t, uint64_t begin_ns, uint64_t op_count)
{
    struct op_time *mine = op_time_of(t->launch, t->index);
    mine->elapsed_ns += task_now_ns(t) - begin_ns;
    mine->op_count += op_count;
}

/* Mean of all operations of the launch; NaN when there were none. */
static inline double op_time_mean(const struct launch *l)
{
    double elapsed_ns = 0, op_count = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        elapsed_ns += (double)op_time_of(l, i)->elapsed_ns;
        op_count += (double)op_time_of(l, i)->op_count;
    }
    return op_count > 0 ? elapsed_ns / op_count : (double)NAN;
}

/* For workloads that share nothing else, and whose first metric is that mean. */
static inline size_t op_time_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct op_time) * task_count;
}

static inline void op_time_collect(struct launch *l, struct sink *sink)
{
    sink->value(sink, 0, op_time_mean(l));
}

/* 1 + 2 + ... + n, modulo 2^64: what children that return their numbers add up to. */
static inline uint64_t sum_to(uint64_t n)
{
    return n % 2 ? (n + 1) / 2 * n : n / 2 * (n + 1);
}

/* The reason is the same for every runtime without the operation. */
#define RUNTIME_LACKS(x, member)                                                                   \
    ((x)->runtime && (x)->runtime->member ? NULL : "the executor has no such operation of its own")

#endif
