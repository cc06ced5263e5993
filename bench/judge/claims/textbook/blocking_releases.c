/* Who waits does not hold the lock. */
#include "bench/judge/claims/textbook/claim.h"

#define SLEEPERS(k, x)                                                                             \
    {                                                                                              \
        .workload = "sleep", .lock = k, .executor = x, .tasks = "10", .params = "duration=10ms"    \
    }

const struct claim claim_blocking_releases = {
    .name = "blocking_releases",
    .number = 17,
    .sentence = "A call that blocks lets go of the lock first, so threads that wait do so at the "
                "same time.",
    .where = "Processes, Threads, and Python's Infamous GIL",
    .parts =
        {
            {.text = "time of 10 sleepers one after the other against 10 threads under the lock",
             .metric = "makespan_ns",
             .subject = SLEEPERS("none", "serial"),
             .base = SLEEPERS("gil", "thread"),
             .above = 3,
             .in_python = true},
            {.text = "time of 10 sleeping threads with the lock against without",
             .metric = "makespan_ns",
             .subject = SLEEPERS("gil", "thread"),
             .base = SLEEPERS("none", "thread"),
             .below = 1.5},
        },
};
