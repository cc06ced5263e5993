/* The same computing tasks one after the other and in threads under the lock. */
#include "bench/judge/claims/textbook/claim.h"

#define COMPUTING(k, x)                                                                            \
    {                                                                                              \
        .workload = "spin", .lock = k, .executor = x, .tasks = "cpus"                              \
    }

const struct claim claim_no_speedup = {
    .name = "no_speedup",
    .number = 19,
    .sentence = "Under the lock, threads that compute are no faster than one after the other, and "
                "often slower.",
    .where = "Thread-Based Nonsolution",
    .needs_cpus = "on one CPU nothing could be faster",
    .parts =
        {
            {.text = "throughput of computing threads under the lock against one after the other",
             .metric = "throughput_per_s",
             .subject = COMPUTING("gil", "thread"),
             .base = COMPUTING("none", "serial"),
             .below = 1.25,
             .in_python = true},
        },
};
