/* On one CPU, so that what is timed is the switch and not the waking of a CPU that sleeps. */
#include "bench/judge/claims/textbook/claim.h"

#define RING(x)                                                                                    \
    {                                                                                              \
        .workload = "switch", .executor = x, .tasks = "2", .placement = "same"                     \
    }

const struct claim claim_switching = {
    .name = "switching",
    .number = 4,
    .sentence = "Passing control from one coroutine to the next is cheaper than from thread to "
                "thread, and that is cheaper than from process to process.",
    .where = "Processes, Threads, and Python's Infamous GIL",
    .known = "the kernel switches threads and processes by the same path; only the change of "
             "address space is extra, and it is small where the processor tags its translations",
    .parts =
        {
            {.text = "a switch between threads against one between coroutines",
             .metric = "switch_ns",
             .subject = RING("thread"),
             .base = RING("coroutine"),
             .above = 1},
            {.text = "a switch between processes against one between threads",
             .metric = "switch_ns",
             .subject = RING("process"),
             .base = RING("thread"),
             .above = 1},
        },
};
