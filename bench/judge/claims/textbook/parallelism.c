/* Waiting needs no CPU, so any number of tasks can wait at once; computing needs one each. */
#include "bench/judge/claims/textbook/claim.h"

#define SLEEPERS(n)                                                                                \
    {                                                                                              \
        .workload = "sleep", .executor = "thread", .tasks = n, .params = "duration=20ms"           \
    }
#define COMPUTING(n)                                                                               \
    {                                                                                              \
        .workload = "spin", .executor = "thread", .tasks = n                                       \
    }

const struct claim claim_parallelism = {
    .name = "parallelism",
    .number = 1,
    .sentence = "Concurrency is not parallelism: many waiting tasks finish together on few CPUs, "
                "while computing ones gain only until every CPU has one.",
    .where = "A Bit of Jargon",
    .needs_cpus = "one task cannot be told from as many as CPUs",
    .parts =
        {
            {.text = "time of 200 sleepers against that of 1",
             .metric = "makespan_ns",
             .subject = SLEEPERS("200"),
             .base = SLEEPERS("1"),
             .below = 2},
            {.text = "throughput of a computing thread on each CPU against 1 thread",
             .metric = "throughput_per_s",
             .subject = COMPUTING("cpus"),
             .base = COMPUTING("1"),
             .above = 1.25},
            {.text = "throughput of 4 computing threads a CPU against 1 a CPU",
             .metric = "throughput_per_s",
             .subject = COMPUTING("4cpus"),
             .base = COMPUTING("cpus"),
             .below = 1.25},
        },
};
