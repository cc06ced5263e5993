/*
 * A turn ends when somebody has waited an interval for it: one hand-over an interval.
 *
 * Other programs take time away from turns, so a second holds fewer of them, which is no reason to
 * say that the lock is not asked back: too few are looked for against CPU time, too many against
 * the clock.  The work is fixed and lasts many intervals.
 */
#include "bench/judge/claims/textbook/claim.h"

#define TWO(p)                                                                                     \
    {                                                                                              \
        .workload = "spin", .lock = "gil", .executor = "thread", .tasks = "2",                     \
        .params = "turns=500" p, .ops = 40000                                                      \
    }

const struct claim claim_switch_interval = {
    .name = "switch_interval",
    .number = 16,
    .sentence = "Every 5 ms the running thread is made to let go of the lock, and another may take "
                "it.",
    .where = "Processes, Threads, and Python's Infamous GIL",
    .parts =
        {
            {.text = "hand-overs between 2 computing threads, an interval of their CPU time",
             .effect = EFFECT_CPU_INTERVALS,
             .metric = "handoffs_per_s",
             .subject = TWO(""),
             .above = 0.5,
             .in_python = true},
            {.text = "hand-overs between 2 computing threads, an interval",
             .effect = EFFECT_INTERVALS,
             .metric = "handoffs_per_s",
             .subject = TWO(""),
             .below = 1.5,
             .in_python = true},
            {.text = "hand-overs with an interval of 1 ms against 5 ms",
             .metric = "handoffs_per_s",
             .subject = TWO(",gil.interval=1ms"),
             .base = TWO(""),
             .above = 2},
        },
};
