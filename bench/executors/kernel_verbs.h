/*
 * What a task of a process of its own asks for, the kernel does: sleeping, and waiting on a word
 * that other processes share.
 */
#ifndef CONTEND_EXECUTORS_KERNEL_VERBS_H
#define CONTEND_EXECUTORS_KERNEL_VERBS_H

#include "bench/base/clock.h"
#include "bench/base/futex.h"
#include "bench/contend.h"

static inline void kernel_sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    clock_sleep_until_ns(deadline_ns);
}

static inline bool kernel_wait(struct task *t, _Atomic uint32_t *word, uint32_t expected,
                               uint64_t deadline_ns)
{
    (void)t;
    return futex_wait(word, expected, deadline_ns, true);
}

static inline void kernel_wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    (void)t;
    futex_wake(word, count, true);
}

#endif
