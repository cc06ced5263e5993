/* Ten sleepers: one after the other ten times as long as at once. */
#include "bench/judge/claims/textbook/claim.h"

#define SLEEPERS(x)                                                                                \
    {                                                                                              \
        .workload = "sleep", .executor = x, .tasks = "10", .params = "duration=10ms"               \
    }
#define GAIN(who, x)                                                                               \
    {                                                                                              \
        .text = "time of 10 waiting tasks one after the other against 10 " who,                    \
        .metric = "makespan_ns", .subject = SLEEPERS("serial"), .base = SLEEPERS(x), .above = 3,   \
        .in_python = true                                                                          \
    }

const struct claim claim_io_gain = {
    .name = "io_gain",
    .number = 5,
    .sentence = "Work that waits for I/O gains from threads, processes and coroutines alike.",
    .where = "The Real Impact of the GIL",
    .parts =
        {
            GAIN("threads", "thread"),
            GAIN("processes", "process"),
            GAIN("coroutines", "coroutine"),
            {.text = "time of 10 waiting processes against 10 coroutines",
             .metric = "makespan_ns",
             .subject = SLEEPERS("process"),
             .base = SLEEPERS("coroutine"),
             .above = 0.5,
             .below = 2},
        },
};
