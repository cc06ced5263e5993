/*
 * futex: the three-state lock on one futex word: 0 free, 1 held, 2 held and somebody may sleep.
 *
 * Source: Drepper, "Futexes are tricky", 2011, section 6, mutex 2.  Properties: no system call
 * while nobody waits, neither to take nor to let go; waiters sleep at once, without spinning; not
 * fair (whoever runs gets it); one waiter is woken at a time.  Works across processes.
 */
#include "bench/core/futex.h"
#include "bench/contend.h"
#include "bench/locks/waiting.h"

enum { FREE, HELD, SLEPT_ON };

struct state {
    _Atomic uint32_t word;
    /* On a line of its own: the holder looks at it at each checkpoint. */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t waiters;
};

/* Acquire, here and in the loop: pairs with the release in release(). */
static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    uint32_t seen = FREE;
    if (atomic_compare_exchange_strong_explicit(&s->word, &seen, HELD, memory_order_acquire,
                                                memory_order_relaxed))
        return 0;
    uint64_t begin_ns = waiting_begin(&s->waiters);
    /* Who has slept cannot know whether others still do: it takes the lock as slept on. */
    while (atomic_exchange_explicit(&s->word, SLEPT_ON, memory_order_acquire) != FREE)
        futex_wait(&s->word, SLEPT_ON, UINT64_MAX, true);
    return waiting_end(&s->waiters, begin_ns);
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    if (atomic_exchange_explicit(&s->word, FREE, memory_order_release) == SLEPT_ON)
        futex_wake(&s->word, 1, true);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->waiters;
}

const struct lock lock_futex = {
    .name = "futex",
    .summary = "free, held, slept on: one word and the kernel",
    .traits = LOCK_EXCLUSIVE,
    .state_bytes = sizeof(struct state),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
