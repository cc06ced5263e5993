/* The kernel takes the CPU away whether the unit likes it or not. */
#include "bench/judge/claims/textbook/claim.h"

#define BESIDE_FROZEN(x)                                                                           \
    {                                                                                              \
        .workload = "freeze", .executor = x, .tasks = "2", .params = "duration=10ms", .ops = 3     \
    }
#define GOES_ON(who, x)                                                                            \
    {                                                                                              \
        .text = "what the other " who " gets done while one never gives way, against before",      \
        .effect = EFFECT_VALUE, .metric = "freeze_progress_ratio", .subject = BESIDE_FROZEN(x),    \
        .above = 0.2                                                                               \
    }

const struct claim claim_preemption = {
    .name = "preemption",
    .number = 8,
    .sentence = "Threads and processes are preempted: one that never gives way does not stop the "
                "others.",
    .where = "A Bit of Jargon",
    .parts = {GOES_ON("thread", "thread"), GOES_ON("process", "process")},
};
