/*
 * One task waits 1 ms at a time, the others compute.  After each wait it has to get the lock back.
 *
 * Beside several computing threads the waits scatter from one interval to many, because who asked
 * has no claim to the lock; the bounds for two are therefore wide.
 */
#include "bench/judge/claims/textbook/claim.h"

#define BESIDE(k, n)                                                                               \
    {                                                                                              \
        .workload = "mixed", .lock = k, .executor = "thread", .tasks = n, .ops = 8                 \
    }
#define WAIT(who, k, n, from, to)                                                                  \
    {                                                                                              \
        .text = "time until it computes again beside " who ", in intervals",                       \
        .effect = EFFECT_INTERVALS, .metric = "io_latency_ns", .subject = BESIDE(k, n),            \
        .above = from, .below = to, .in_python = true                                              \
    }

const struct claim claim_convoy = {
    .name = "convoy",
    .number = 22,
    .sentence = "Beside threads that compute under the lock, one that does I/O waits about an "
                "interval for each of them before it gets the lock back.",
    .where = "The Real Impact of the GIL",
    .parts =
        {
            WAIT("1 computing thread", "gil", "2", 0.5, 2),
            WAIT("2 computing threads", "gil", "3", 0.75, 12),
            {.text = "the wait beside 1 computing thread without the lock against with it",
             .metric = "io_latency_ns",
             .subject = BESIDE("none", "2"),
             .base = BESIDE("gil", "2"),
             .below = 0.5},
        },
};
