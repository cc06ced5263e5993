/* A process has an interpreter, and so a lock, of its own. */
#include "bench/judge/claims/textbook/claim.h"

#define COMPUTING(x, n)                                                                            \
    {                                                                                              \
        .workload = "spin", .lock = "gil", .executor = x, .tasks = n                               \
    }

const struct claim claim_processes_scale = {
    .name = "processes_scale",
    .number = 20,
    .sentence = "For work that computes, processes are the way to use all CPUs: each has a lock of "
                "its own.",
    .where = "Process-Based Solution",
    .needs_cpus = "there is only one CPU to use",
    .parts =
        {
            {.text = "throughput of a process on each CPU against 1 process",
             .metric = "throughput_per_s",
             .subject = COMPUTING("process", "cpus"),
             .base = COMPUTING("process", "1"),
             .above = 1.25,
             .in_python = true},
            {.text = "throughput of as many processes against as many threads",
             .metric = "throughput_per_s",
             .subject = COMPUTING("process", "cpus"),
             .base = COMPUTING("thread", "cpus"),
             .above = 1.25,
             .in_python = true},
        },
};
