/*
 * What the queue locks of Concurrency Kit (mcs, clh) share.
 *
 * The library's loops spin without limit on ck_pr_stall().  Here that word is taken over before
 * the lock headers are read: the first stall of an acquisition tells that it has to wait (which
 * no return value of theirs does) and when that began, and later ones yield now and then, as
 * waiting.h explains.  The record of a wait is the thread's own; it is idle between two calls.
 *
 * Their atomics are inline assembly, which ThreadSanitizer cannot see: it is told what they mean.
 */
#ifndef CONTEND_LOCKS_QUEUE_LOCK_H
#define CONTEND_LOCKS_QUEUE_LOCK_H

#include "bench/contend.h"
#include "bench/locks/waiting.h"

#ifdef CONTEND_HAVE_CK

#include <ck_pr.h>

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#define queue_lock_taken(lock)  __tsan_acquire(lock)
#define queue_lock_let_go(lock) __tsan_release(lock)
#else
#define queue_lock_taken(lock)  (void)(lock)
#define queue_lock_let_go(lock) (void)(lock)
#endif

static _Thread_local struct {
    _Atomic uint32_t *waiters;
    uint64_t begin_ns;
    uint32_t turns; /* 0: no wait so far */
} stalled;

static inline void queue_lock_stall(void)
{
    if (stalled.turns == 0)
        stalled.begin_ns = waiting_begin(stalled.waiters);
    spin_turn(&stalled.turns);
}

/* Ends a wait, if there was one: its length or 0. */
static inline uint64_t queue_lock_waited(void)
{
    if (__builtin_expect(stalled.turns == 0, 1))
        return 0;
    stalled.turns = 0;
    return waiting_end(stalled.waiters, stalled.begin_ns);
}

#define ck_pr_stall queue_lock_stall
#include <ck_spinlock.h>
#undef ck_pr_stall

#else

static const char *unavailable(void)
{
    return "built without Concurrency Kit (libck-dev)";
}

/* Never called; every lock has them. */
static uint64_t acquire(void *state, void *unit)
{
    (void)state;
    (void)unit;
    return 0;
}

static void release(void *state, void *unit)
{
    (void)state;
    (void)unit;
}

#endif
#endif
