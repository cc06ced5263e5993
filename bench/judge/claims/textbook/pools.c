/* A pool pays for its workers once, and for each task only the handing over. */
#include "bench/judge/claims/textbook/claim.h"

#define TASKS(x)                                                                                   \
    {                                                                                              \
        .workload = "noop", .executor = x, .tasks = "50", .ops = 1                                 \
    }

const struct claim claim_pools = {
    .name = "pools",
    .number = 10,
    .sentence = "Workers that live on spread the cost of starting: from some number of tasks on, a "
                "pool is cheaper than a unit for each task.",
    .where = "A Homegrown Process Pool",
    .parts =
        {
            {.text = "tasks from which on a pool of threads is cheaper than a thread each",
             .effect = EFFECT_BREAKEVEN,
             .metric = "lifecycle_ns",
             .subject = TASKS("thread_pool"),
             .base = TASKS("thread"),
             .below = 10000},
            {.text = "tasks from which on a pool of processes is cheaper than a process each",
             .effect = EFFECT_BREAKEVEN,
             .metric = "lifecycle_ns",
             .subject = TASKS("process_pool"),
             .base = TASKS("process"),
             .below = 10000},
        },
};
