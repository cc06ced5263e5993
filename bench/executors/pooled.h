/*
 * What pools of threads and of processes have in common: their parameters, and how a launch's
 * tasks go through a pool.
 *
 * joined_ns of a task is taken in the order of the tasks, as by somebody who waits for one after
 * the other; a caller that is parked hears of tasks longer than 0.1 ms at once, and of shorter
 * ones when the last has ended, because waking it for each would cost more than the task.
 */
#ifndef CONTEND_EXECUTORS_POOLED_H
#define CONTEND_EXECUTORS_POOLED_H

#include "bench/contend.h"
#include "bench/executors/pool.h"
#include "bench/machine/affinity.h"

enum { POOLED_BATCH, POOLED_SPIN };

/*
 * The default of `spin` is about what waking a sleeping CPU costs in a virtual machine: spinning as
 * long as parking would cost is at most twice as dear as knowing the future (Karlin, Li, Manasse
 * and Owicki, "Empirical studies of competitive spinning", 1991).
 */
#define POOLED_PARAMS                                                                              \
    {.name = "batch",                                                                              \
     .unit = "count",                                                                              \
     .value = 128,                                                                                 \
     .min = 1,                                                                                     \
     .max = POOL_BATCH_MAX,                                                                        \
     .help = "most tasks handed over or taken at once"},                                           \
    {                                                                                              \
        .name = "spin", .unit = "ns", .value = 20000, .min = 0, .max = 60000000000,                \
        .help = "how long to look for work before parking; 0: not at all"                          \
    }

static inline void pooled_run(void *context, uint32_t item)
{
    struct launch *l = context;
    l->body(&l->tasks[item]);
}

static inline struct pool_config pooled_config(struct launch *l)
{
    int count = affinity_count();
    return (struct pool_config){
        .workers = l->worker_count,
        .items = l->task_count,
        .batch = (uint32_t)l->executor_params[POOLED_BATCH],
        .spin_ns = (uint64_t)l->executor_params[POOLED_SPIN],
        .cpus = count > 0 ? (uint32_t)count : 1,
        .run = pooled_run,
        .context = l,
    };
}

static inline int pooled_start(struct launch *l, struct pool *p)
{
    pool_begin(p, !l->is_empty);
    l->live_count = l->task_count;
    return 0;
}

/* measured: the hand-over alone, without a stamp */
static inline int pooled_join_empty(struct launch *l, struct pool *p, struct err *err)
{
    for (uint32_t i = 0; i < l->live_count; i++)
        if (pool_put(p, i, err))
            return -1;
    pool_flush(p);
    return pool_wait_all(p, err);
}

static inline int pooled_join(struct launch *l, struct pool *p, struct err *err)
{
    if (l->is_empty)
        return pooled_join_empty(l, p, err);
    for (uint32_t i = 0; i < l->live_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        if (pool_put(p, i, err))
            return -1;
        t->created_ns = launch_stamp_ns(l);
    }
    pool_flush(p);
    for (uint32_t i = 0; i < l->live_count; i++) {
        if (pool_wait_item(p, i, err))
            return -1;
        l->tasks[i].joined_ns = launch_stamp_ns(l);
    }
    /* Its end is booked after it was noted: the workers must be done with the round. */
    return pool_wait_all(p, err);
}

#endif
