/*
 * The same threads with and without the lock: only without it does a second CPU help.  A lost
 * update would show two at once even where other programs leave no CPU free.
 */
#include "bench/judge/claims/textbook/claim.h"

#define COMPUTING(k, n)                                                                            \
    {                                                                                              \
        .workload = "spin", .lock = k, .executor = "thread", .tasks = n                            \
    }

const struct claim claim_one_at_a_time = {
    .name = "one_at_a_time",
    .number = 15,
    .sentence = "Under a global lock one unit computes at a time, however many CPUs there are.",
    .where = "Processes, Threads, and Python's Infamous GIL",
    .needs_cpus = "on one CPU one unit computes at a time anyhow",
    .parts =
        {
            {.text = "throughput under the lock, a thread on each CPU against 1 thread",
             .metric = "throughput_per_s",
             .subject = COMPUTING("gil", "cpus"),
             .base = COMPUTING("gil", "1"),
             .below = 1.25,
             .in_python = true},
            {.text = "throughput of these threads without the lock against with it",
             .metric = "throughput_per_s",
             .subject = COMPUTING("none", "cpus"),
             .base = COMPUTING("gil", "cpus"),
             .above = 1.25},
            {.text = "updates of one counter lost by 4 threads under the lock",
             .effect = EFFECT_NEVER,
             .metric = "lost_updates",
             .subject = {.workload = "counter",
                         .lock = "gil",
                         .executor = "thread",
                         .tasks = "4",
                         .params = "inside=100",
                         .ops = 40000}},
        },
};
