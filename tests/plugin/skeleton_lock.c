/*
 * politespin: a test-and-set lock whose waiters give the CPU away between two tries.
 *
 * Source: Anderson, "The performance of spin lock alternatives for shared-memory
 * multiprocessors", IEEE TPDS 1(1), 1990 (test and set with a pause).  Properties: one word,
 * not fair, no queue; works wherever the word is shared, also across processes.
 */
#include "bench/contend.h"

#include <sched.h>
#include <time.h>

struct state {
    _Atomic uint32_t is_held;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t waiters; /* the word a holder looks at */
};

static uint64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static bool try_take(struct state *s)
{
    /* acquire: with the release store in release() */
    return !atomic_exchange_explicit(&s->is_held, 1, memory_order_acquire);
}

/* The clock is read only when there is something to wait for. */
static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    if (try_take(s))
        return 0;
    uint64_t begin_ns = now_ns();
    atomic_fetch_add_explicit(&s->waiters, 1, memory_order_relaxed);
    while (!try_take(s))
        sched_yield();
    atomic_fetch_sub_explicit(&s->waiters, 1, memory_order_relaxed);
    uint64_t waited_ns = now_ns() - begin_ns;
    return waited_ns ? waited_ns : 1;
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    atomic_store_explicit(&s->is_held, 0, memory_order_release); /* with try_take() */
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->waiters;
}

const struct lock lock_politespin = {
    .name = "politespin",
    .summary = "test and set, waiters step aside between tries",
    .traits = LOCK_EXCLUSIVE,
    .state_bytes = sizeof(struct state),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
