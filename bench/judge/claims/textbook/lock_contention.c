/* Everything an operation does is done under the lock, so a second thread can add nothing. */
#include "bench/judge/claims/textbook/claim.h"

#define TAKING(n)                                                                                  \
    {                                                                                              \
        .workload = "counter", .lock = "mutex", .executor = "thread", .tasks = n,                  \
        .params = "locking=each,inside=100", .ops = 40000                                          \
    }

const struct claim claim_lock_contention = {
    .name = "lock_contention",
    .number = 13,
    .sentence = "Units that want the same resource wait for each other, and together they get less "
                "done.",
    .where = "A Bit of Jargon",
    .needs_cpus = "on one CPU two threads hardly ever want the lock at once",
    .parts =
        {
            {.text = "share of their time that 4 threads wait for one mutex",
             .effect = EFFECT_VALUE,
             .metric = "lock_wait_ratio",
             .subject = TAKING("4"),
             .above = 0.1},
            {.text = "throughput of 4 threads that want one mutex against 1 thread",
             .metric = "throughput_per_s",
             .subject = TAKING("4"),
             .base = TAKING("1"),
             .below = 1},
        },
};
