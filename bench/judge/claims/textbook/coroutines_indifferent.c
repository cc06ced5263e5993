/* One thread carries them all: the lock has nobody to keep out. */
#include "bench/judge/claims/textbook/claim.h"

#define COMPUTING(k, n)                                                                            \
    {                                                                                              \
        .workload = "spin", .lock = k, .executor = "coroutine", .tasks = n                         \
    }

const struct claim claim_coroutines_indifferent = {
    .name = "coroutines_indifferent",
    .number = 21,
    .sentence = "Coroutines share one thread, so the global lock neither helps nor hurts them.",
    .where = "Processes, Threads, and Python's Infamous GIL",
    .parts =
        {
            {.text = "throughput of computing coroutines with the lock against without",
             .metric = "throughput_per_s",
             .subject = COMPUTING("gil", "cpus"),
             .base = COMPUTING("none", "cpus"),
             .above = 0.8,
             .below = 1.25},
            {.text = "throughput of as many computing coroutines as CPUs against 1",
             .metric = "throughput_per_s",
             .subject = COMPUTING("gil", "cpus"),
             .base = COMPUTING("gil", "1"),
             .above = 0.8,
             .below = 1.25,
             .in_python = true},
            {.text = "updates of one counter lost by 4 coroutines without a lock",
             .effect = EFFECT_NEVER,
             .metric = "lost_updates",
             .subject = {.workload = "counter",
                         .executor = "coroutine",
                         .tasks = "4",
                         .params = "inside=100",
                         .ops = 40000}},
        },
};
