/* `await` is one expression; everybody else has to agree on a place, and on what an error looks
 * like. */
#include "bench/judge/claims/textbook/claim.h"

#define CHILD(x, p)                                                                                \
    {                                                                                              \
        .workload = "future", .executor = x, .tasks = "1", .params = p                             \
    }
#define AGAINST_COROUTINE(what, m, x, p)                                                           \
    {                                                                                              \
        .text = what " against a coroutine", .metric = m, .subject = CHILD(x, p),                  \
        .base = CHILD("coroutine", p), .above = 1                                                  \
    }

const struct claim claim_results_and_errors = {
    .name = "results_and_errors",
    .number = 11,
    .sentence = "Awaiting a coroutine returns its value or raises its exception; a thread or a "
                "process needs a channel for either.",
    .where = "Supervisors Side-by-Side",
    .parts =
        {
            AGAINST_COROUTINE("steps to a value from a thread", "future_steps_count", "thread",
                              NULL),
            AGAINST_COROUTINE("steps to a value from a process", "future_steps_count", "process",
                              NULL),
            AGAINST_COROUTINE("steps to an error from a thread", "future_steps_count", "thread",
                              "outcome=error"),
            AGAINST_COROUTINE("time to a value from a thread", "future_ns", "thread", NULL),
            AGAINST_COROUTINE("time to a value from a process", "future_ns", "process", NULL),
        },
};
