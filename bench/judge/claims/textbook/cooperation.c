/* Whoever does not await keeps the loop, and with it everybody. */
#include "bench/judge/claims/textbook/claim.h"

#define SPINNER(w)                                                                                 \
    {                                                                                              \
        .workload = "spinner", .executor = "coroutine", .tasks = "2",                              \
        .params = w "duration=60ms,interval=10ms"                                                  \
    }

const struct claim claim_cooperation = {
    .name = "cooperation",
    .number = 9,
    .sentence = "Coroutines have to cooperate: one that blocks or computes without awaiting stops "
                "the event loop and every other coroutine.",
    .where = "A Bit of Jargon",
    .parts =
        {
            {.text = "what the other coroutine gets done while one never gives way, against before",
             .effect = EFFECT_VALUE,
             .metric = "freeze_progress_ratio",
             .subject = {.workload = "freeze",
                         .executor = "coroutine",
                         .tasks = "2",
                         .params = "duration=10ms",
                         .ops = 3},
             .below = 0.05},
            {.text = "share of its frames that a spinner shows beside a coroutine that blocks",
             .effect = EFFECT_VALUE,
             .metric = "responsiveness_ratio",
             .subject = SPINNER("work=block,"),
             .below = 0.2},
            {.text = "... beside one that awaits its sleep",
             .effect = EFFECT_VALUE,
             .metric = "responsiveness_ratio",
             .subject = SPINNER(""),
             .above = 0.7},
        },
};
