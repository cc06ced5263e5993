/*
 * patient: a lock.  Looks at the word for a while before it goes to sleep in the kernel.
 *
 * Source: Drepper, "Futexes Are Tricky" (2011), the third mutex, with the bounded spinning of
 * Karlin, Li, Manasse and Owicki, "Empirical studies of competitive spinning for a shared-memory
 * multiprocessor", SOSP 1991.  Properties: one word, not fair, no queue; works between processes.
 *
 * PATIENCE is what two builds of it differ in:
 *     make patient.so DEFINES=-DPATIENCE=1000
 */
#include <contend.h>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef PATIENCE
#define PATIENCE 100 /* looks before it sleeps */
#endif

enum { FREE, HELD, WANTED }; /* WANTED: held, and somebody sleeps or is about to */

struct state {
    contend_word word;
    CONTEND_ALIGNAS(CONTEND_LINE_BYTES) contend_word waiters; /* the word a holder looks at */
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Units may be processes; where they are not, the kernel finds a private word sooner. */
static void futex(struct state *s, int what, uint32_t value)
{
    int op = lock_is_private(s) ? what | FUTEX_PRIVATE_FLAG : what;
    syscall(SYS_futex, &s->word, op, value, NULL, NULL, 0);
}

static bool take(struct state *s)
{
    uint32_t seen = FREE;
    /* acquire: with the release in release() */
    return atomic_compare_exchange_strong_explicit(&s->word, &seen, HELD, memory_order_acquire,
                                                   memory_order_relaxed);
}

static bool look_for_it(struct state *s)
{
    for (int look = 0; look < PATIENCE; look++)
        if (atomic_load_explicit(&s->word, memory_order_relaxed) == FREE && take(s))
            return true;
    return false;
}

/* The clock is read only when there is something to wait for. */
static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    struct state *s = (struct state *)state;
    if (take(s))
        return 0;
    uint64_t begin_ns = now_ns();
    atomic_fetch_add_explicit(&s->waiters, 1, memory_order_relaxed);
    if (!look_for_it(s))
        while (atomic_exchange_explicit(&s->word, WANTED, memory_order_acquire) != FREE)
            futex(s, FUTEX_WAIT, WANTED);
    atomic_fetch_sub_explicit(&s->waiters, 1, memory_order_relaxed);
    uint64_t waited_ns = now_ns() - begin_ns;
    return waited_ns ? waited_ns : 1;
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = (struct state *)state;
    if (atomic_exchange_explicit(&s->word, FREE, memory_order_release) == WANTED)
        futex(s, FUTEX_WAKE, 1);
}

static const contend_word *wanted(void *state, void *unit)
{
    (void)unit;
    return &((struct state *)state)->waiters;
}

static const struct lock patient = {
    .name = "patient",
    .summary = "a futex whose waiters look for a while first",
    .traits = LOCK_EXCLUSIVE,
    .state_bytes = sizeof(struct state),
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "patient",
    .locks = (const struct lock *const[]){&patient, NULL},
};
