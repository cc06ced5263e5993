/*
 * What locks share that wait: counting who waits, and spinning with a limit.
 *
 * A spinning waiter whose holder has lost its CPU burns the holder's own time; with a queue it is
 * worse, since the next in line may be the one that is not running.  So after SPIN_TURNS pauses
 * (some microseconds) a waiter offers its CPU with sched_yield() each time it has spun as many
 * turns again.  Where every unit has a CPU the limit is hardly ever reached.
 */
#ifndef CONTEND_LOCKS_WAITING_H
#define CONTEND_LOCKS_WAITING_H

#include "bench/core/clock.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

enum { SPIN_TURNS = 128 };

/* One turn of a spin loop; `turns` counts them, from 0. */
static inline void spin_turn(uint32_t *turns)
{
    if (++*turns % SPIN_TURNS == 0)
        sched_yield();
    else
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("yield");
#else
        atomic_signal_fence(memory_order_seq_cst);
#endif
}

/* A wait begins: the holder sees it at its next checkpoint (relaxed: it is a hint). */
static inline uint64_t waiting_begin(_Atomic uint32_t *waiters)
{
    atomic_fetch_add_explicit(waiters, 1, memory_order_relaxed);
    return clock_now_ns();
}

/* It is over: how long it took, at least 1. */
static inline uint64_t waiting_end(_Atomic uint32_t *waiters, uint64_t begin_ns)
{
    atomic_fetch_sub_explicit(waiters, 1, memory_order_relaxed);
    uint64_t waited_ns = clock_now_ns() - begin_ns;
    return waited_ns ? waited_ns : 1;
}

#endif
