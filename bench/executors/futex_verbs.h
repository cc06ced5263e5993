/* What units do that are kernel threads of one process: the verbs of struct executor. */
#ifndef CONTEND_EXECUTORS_FUTEX_VERBS_H
#define CONTEND_EXECUTORS_FUTEX_VERBS_H

#include "bench/base/clock.h"
#include "bench/base/futex.h"
#include "bench/contend.h"

static inline void futex_verb_sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    clock_sleep_until_ns(deadline_ns);
}

static inline bool futex_verb_wait(struct task *t, _Atomic uint32_t *word, uint32_t expected,
                                   uint64_t deadline_ns)
{
    (void)t;
    return futex_wait(word, expected, deadline_ns, false);
}

static inline void futex_verb_wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    (void)t;
    futex_wake(word, count, false);
}

#define FUTEX_VERBS                                                                                \
    .sleep_until = futex_verb_sleep_until, .wait = futex_verb_wait, .wake = futex_verb_wake

#endif
