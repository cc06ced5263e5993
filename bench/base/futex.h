/*
 * futex(2) with absolute deadlines of CLOCK_MONOTONIC.  `shared`: the word is used by several
 * processes; otherwise the cheaper private key is used.
 */
#ifndef CONTEND_BASE_FUTEX_H
#define CONTEND_BASE_FUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Parks while *word == expected; false when the deadline (UINT64_MAX: none) has passed. */
static inline bool futex_wait(_Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns,
                              bool shared)
{
    struct timespec ts = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    int op = FUTEX_WAIT_BITSET | (shared ? 0 : FUTEX_PRIVATE_FLAG);
    long rc = syscall(SYS_futex, word, op, expected, deadline_ns == UINT64_MAX ? NULL : &ts, NULL,
                      FUTEX_BITSET_MATCH_ANY);
    return !(rc < 0 && errno == ETIMEDOUT);
}

static inline void futex_wake(_Atomic uint32_t *word, uint32_t count, bool shared)
{
    int op = FUTEX_WAKE | (shared ? 0 : FUTEX_PRIVATE_FLAG);
    syscall(SYS_futex, word, op, count > INT32_MAX ? INT32_MAX : (int)count, NULL, NULL, 0);
}

#endif
