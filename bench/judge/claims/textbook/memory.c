/* What one more unit that is alive and blocked adds to the machine's memory. */
#include "bench/judge/claims/textbook/claim.h"

#define UNIT(x)                                                                                    \
    {                                                                                              \
        .workload = "noop", .executor = x, .tasks = "50", .ops = 1, .probe = "memory"              \
    }

const struct claim claim_memory = {
    .name = "memory",
    .number = 3,
    .sentence = "A waiting coroutine takes less memory than a thread, and a thread less than a "
                "process.",
    .where = "Processes, Threads, and Python's Infamous GIL",
    .parts =
        {
            {.text = "memory of a blocked thread against that of a coroutine",
             .metric = "memory_bytes",
             .subject = UNIT("thread"),
             .base = UNIT("coroutine"),
             .above = 1},
            {.text = "memory of a blocked process against that of a thread",
             .metric = "memory_bytes",
             .subject = UNIT("process"),
             .base = UNIT("thread"),
             .above = 1},
        },
};
