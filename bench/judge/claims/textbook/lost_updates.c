/*
 * All add to one shared counter: read, compute a little, write.
 *
 * Coroutines may lose nothing even though nothing locks: between read and write none steps aside.
 */
#include "bench/judge/claims/textbook/claim.h"

#define ADDING(k, x)                                                                               \
    {                                                                                              \
        .workload = "counter", .lock = k, .executor = x, .tasks = "4", .params = "inside=100",     \
        .ops = 40000                                                                               \
    }
#define NONE_LOST(who, k, x)                                                                       \
    {                                                                                              \
        .text = "updates lost by 4 " who, .effect = EFFECT_NEVER, .metric = "lost_updates",        \
        .subject = ADDING(k, x)                                                                    \
    }

const struct claim claim_lost_updates = {
    .name = "lost_updates",
    .number = 7,
    .sentence = "Threads share memory: without a lock updates are lost, with one none are; "
                "coroutines that do not step aside in between need none.",
    .where = "A Bit of Jargon",
    .needs_cpus = "two threads on one CPU hardly ever meet",
    .parts =
        {
            {.text = "share of updates lost by 4 threads without a lock",
             .effect = EFFECT_VALUE,
             .metric = "lost_updates_ratio",
             .subject = ADDING("none", "thread"),
             .above = 0.001},
            NONE_LOST("threads with a mutex", "mutex", "thread"),
            NONE_LOST("threads under the global lock", "gil", "thread"),
            NONE_LOST("coroutines without a lock", "none", "coroutine"),
        },
};
