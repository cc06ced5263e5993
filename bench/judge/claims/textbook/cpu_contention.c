/* The run queue: ready, and no CPU free. */
#include "bench/judge/claims/textbook/claim.h"

#define COMPUTING(n)                                                                               \
    {                                                                                              \
        .workload = "spin", .executor = "thread", .tasks = n                                       \
    }

const struct claim claim_cpu_contention = {
    .name = "cpu_contention",
    .number = 14,
    .sentence = "When more units compute than there are CPUs, the scheduler makes them wait for "
                "their turn.",
    .where = "A Bit of Jargon",
    .parts =
        {
            {.text = "share of their time that 4 computing threads a CPU wait for one",
             .effect = EFFECT_VALUE,
             .metric = "runqueue_wait_ratio",
             .subject = COMPUTING("4cpus"),
             .above = 0.3},
            {.text = "the same with 1 thread a CPU, against it",
             .metric = "runqueue_wait_ratio",
             .subject = COMPUTING("cpus"),
             .base = COMPUTING("4cpus"),
             .below = 0.7},
        },
};
