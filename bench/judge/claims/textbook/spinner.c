/* The textbook's hello world, and the experiment that breaks it. */
#include "bench/judge/claims/textbook/claim.h"

#define FRAMES(who, w, x)                                                                          \
    .text = "share of its frames that a spinner shows " who, .effect = EFFECT_VALUE,               \
    .metric = "responsiveness_ratio",                                                              \
    .subject = {.workload = "spinner",                                                             \
                .executor = x,                                                                     \
                .tasks = "2",                                                                      \
                .params = w "duration=60ms,interval=10ms"}

const struct claim claim_spinner = {
    .name = "spinner",
    .number = 23,
    .sentence = "The spinner turns as thread, process and coroutine while the work sleeps; as a "
                "coroutine it freezes when the work blocks or computes.",
    .where = "Experiment: Break the Spinner for an Insight",
    .parts =
        {
            {FRAMES("as a thread while the work sleeps", "", "thread"), .above = 0.7},
            {FRAMES("as a process while the work sleeps", "", "process"), .above = 0.7},
            {FRAMES("as a coroutine while the work sleeps", "", "coroutine"), .above = 0.7},
            {FRAMES("as a coroutine while the work blocks", "work=block,", "coroutine"),
             .below = 0.2},
            {FRAMES("as a coroutine while the work computes", "work=cpu,", "coroutine"),
             .below = 0.2},
        },
};
