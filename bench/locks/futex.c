/*
 * futex: the three-state lock on one futex word: free, held, held and somebody may sleep.
 *
 * Source: Drepper, "Futexes are tricky", 2011, section 6, mutex 2.  Properties: no system call
 * while nobody waits, neither to take nor to let go; waiters sleep at once, without spinning; not
 * fair (whoever runs gets it); one waiter is woken at a time.  Works across processes.
 */
#include "bench/base/futex.h"
#include "bench/contend.h"
#include "bench/locks/waiting.h"

/* Held is 0, so that the word itself is what a holder looks at: not 0 while somebody may sleep. */
enum { HELD, FREE, SLEPT_ON };

struct state {
    _Atomic uint32_t word;
    bool is_shared;
    void *last; /* who had it last */
};

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    struct state *s = state;
    s->is_shared = !lock_is_private(state);
    atomic_store_explicit(&s->word, FREE, memory_order_relaxed);
    return 0;
}

/* Acquire, here and in the loop: pairs with the release in release(). */
static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    uint32_t seen = FREE;
    if (atomic_compare_exchange_strong_explicit(&s->word, &seen, HELD, memory_order_acquire,
                                                memory_order_relaxed))
        return wait_changed(s->last, unit);
    struct wait w = wait_begin(s);
    /* Who has slept cannot know whether others still do: it takes the lock as slept on. */
    while (atomic_exchange_explicit(&s->word, SLEPT_ON, memory_order_acquire) != FREE) {
        wait_is_long(&w);
        futex_wait(&s->word, SLEPT_ON, UINT64_MAX, s->is_shared);
    }
    return wait_end(&w) | LOCK_CHANGED;
}

static void release(void *state, void *unit)
{
    struct state *s = state;
    s->last = unit;
    if (atomic_exchange_explicit(&s->word, FREE, memory_order_release) == SLEPT_ON)
        futex_wake(&s->word, 1, s->is_shared);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    return &s->word;
}

const struct lock lock_futex = {
    .name = "futex",
    .summary = "free, held, slept on: one word and the kernel",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct state),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};
