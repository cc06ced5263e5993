/* Compression, hashing, linear algebra: written in C, they let go of the lock meanwhile. */
#include "bench/judge/claims/textbook/claim.h"

#define OUTSIDE(n)                                                                                 \
    {                                                                                              \
        .workload = "release", .lock = "gil", .executor = "thread", .tasks = n                     \
    }

const struct claim claim_extensions = {
    .name = "extensions",
    .number = 18,
    .sentence = "Extensions may let go of the lock while they compute, and then their threads run "
                "on several CPUs.",
    .where = "Processes, Threads, and Python's Infamous GIL",
    .needs_cpus = "nothing runs in parallel on one CPU",
    .parts =
        {
            {.text = "throughput outside the lock, a thread on each CPU against 1 thread",
             .metric = "throughput_per_s",
             .subject = OUTSIDE("cpus"),
             .base = OUTSIDE("1"),
             .above = 1.25,
             .in_python = true},
        },
};
