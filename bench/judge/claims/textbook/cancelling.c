/*
 * Neither ends in the middle of a stretch of computing: the time to stop one grows with the length
 * of its stretches, from suspension to suspension or from look to look at a flag.
 */
#include "bench/judge/claims/textbook/claim.h"

#define COMPUTING(x, turns)                                                                        \
    {                                                                                              \
        .workload = "cancel", .executor = x, .tasks = "1",                                         \
        .params = "child=computing,turns=" turns                                                   \
    }
#define SLEEPING(x)                                                                                \
    {                                                                                              \
        .workload = "cancel", .executor = x, .tasks = "1"                                          \
    }

const struct claim claim_cancelling = {
    .name = "cancelling",
    .number = 12,
    .sentence = "A coroutine can be cancelled and stops where it is suspended; a thread cannot, it "
                "has to be asked and to look.",
    .where = "Supervisors Side-by-Side",
    .parts =
        {
            {.text = "time to stop a computing coroutine when it suspends 10 times more rarely",
             .metric = "cancel_latency_ns",
             .subject = COMPUTING("coroutine", "1000000"),
             .base = COMPUTING("coroutine", "100000"),
             .above = 2},
            {.text = "time to stop a computing thread when it looks 10 times more rarely",
             .metric = "cancel_latency_ns",
             .subject = COMPUTING("thread", "1000000"),
             .base = COMPUTING("thread", "100000"),
             .above = 2},
            {.text = "time to start and stop a sleeping thread against a coroutine",
             .metric = "op_ns",
             .subject = SLEEPING("thread"),
             .base = SLEEPING("coroutine"),
             .above = 1},
        },
};
