/* A unit's whole life: create it, let it do nothing, have it back. */
#include "bench/judge/claims/textbook/claim.h"

#define UNIT(x)                                                                                    \
    {                                                                                              \
        .workload = "noop", .executor = x, .tasks = "50", .ops = 1                                 \
    }

const struct claim claim_startup = {
    .name = "startup",
    .number = 2,
    .sentence = "Starting a coroutine is cheaper than starting a thread, and a thread is cheaper "
                "than a process.",
    .where = "Processes, Threads, and Python's Infamous GIL",
    .parts =
        {
            {.text = "life of an empty thread against that of a coroutine",
             .metric = "lifecycle_ns",
             .subject = UNIT("thread"),
             .base = UNIT("coroutine"),
             .above = 1,
             .in_python = true},
            {.text = "life of an empty process against that of a thread",
             .metric = "lifecycle_ns",
             .subject = UNIT("process"),
             .base = UNIT("thread"),
             .above = 1,
             .in_python = true},
        },
};
