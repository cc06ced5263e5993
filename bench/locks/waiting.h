/*
 * What locks share that wait: spinning with a limit, timing waits, and telling the holder of them.
 *
 * A spinning waiter whose holder has lost its CPU burns the holder's own time; with a queue it is
 * worse, since the next in line may be the one that is not running.  So after SPIN_TURNS pauses
 * (some microseconds) a waiter offers its CPU with sched_yield() each time it has spun as many
 * turns again.  Where every unit has a CPU the limit is hardly ever reached.
 *
 * Keeping books must not become what is measured.  The clock behind a wait is read while the lock
 * is held, so a thread whose waits are short (WAITS_A_CLOCK clock reads) times one in SAMPLED_EACH,
 * drawn at random, and lets that one stand for the others: the sum stays right on average.  What of
 * a wait comes after the first yield is always timed, so that no long one is multiplied.
 *
 * A waiter that spins asks by a word that it writes only where it reads 0, and that is cleared by
 * the holder who acts on it: who takes the lock for each operation writes it once and never again.
 * A request that is out of date costs one look at a checkpoint.  One that sleeps cannot ask again,
 * so those are counted, and who has waited takes itself off the count when it has let go.
 */
#ifndef CONTEND_LOCKS_WAITING_H
#define CONTEND_LOCKS_WAITING_H

#include "bench/base/clock.h"
#include "bench/contend.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

enum { SPIN_TURNS = 128, SAMPLED_EACH = 16, WAITS_A_CLOCK = 20 };

/* ---- Timing -------------------------------------------------------------------------- */

/* One wait. */
struct wait {
    uint64_t begin_ns; /* 0: not timed */
    uint64_t long_ns;  /* when it began to be a long one; 0: it has not */
    uint64_t weight;   /* waits that it stands for */
    uint32_t turns;    /* of spinning */
};

/* The thread's own, for each kind of lock. */
static _Thread_local struct {
    uint64_t draw;
    uint64_t short_ns; /* waits below it are not worth two clock reads; 0: not known yet */
    bool is_sampling;
} timing;

/* Weyl's sequence, mixed once: one wait in SAMPLED_EACH on average, whatever their rhythm. */
static inline bool timing_is_drawn(void)
{
    timing.draw += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = (timing.draw ^ timing.draw >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return (mixed >> 32) % SAMPLED_EACH == 0;
}

/* The least that a clock read took of a few. */
static inline uint64_t timing_clock_cost_ns(void)
{
    uint64_t least_ns = UINT64_MAX, before_ns = clock_now_ns();
    for (int i = 0; i < 8; i++) {
        uint64_t now_ns = clock_now_ns();
        least_ns = now_ns - before_ns < least_ns ? now_ns - before_ns : least_ns;
        before_ns = now_ns;
    }
    return least_ns ? least_ns : 1;
}

/* A wait begins, for the lock with this state. */
static inline struct wait wait_begin(const void *state)
{
    const struct lock_front *front = (const struct lock_front *)state - 1;
    struct wait w = {.weight = 1};
    if (timing.is_sampling &&
        !atomic_load_explicit(&front->are_waits_timed, memory_order_relaxed)) {
        w.weight = SAMPLED_EACH;
        if (!timing_is_drawn())
            return w;
    }
    w.begin_ns = clock_now_ns();
    return w;
}

/* From here on it is a long one: it yields, or goes to sleep. */
static inline void wait_is_long(struct wait *w)
{
    if (!w->long_ns)
        w->long_ns = clock_now_ns();
}

/* One turn of a loop that waits. */
static inline void wait_turn(struct wait *w)
{
    if (++w->turns % SPIN_TURNS == 0) {
        wait_is_long(w);
        sched_yield();
        return;
    }
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

/* It is over: what acquire() returns of it. */
static inline uint64_t wait_end(const struct wait *w)
{
    uint64_t sampled = w->weight > 1 ? LOCK_SAMPLED : 0;
    if (!w->begin_ns && !w->long_ns)
        return sampled;
    uint64_t end_ns = clock_now_ns(), short_end_ns = w->long_ns ? w->long_ns : end_ns;
    uint64_t short_ns = w->begin_ns ? short_end_ns - w->begin_ns : 0;
    uint64_t waited_ns = short_ns * w->weight + (end_ns - short_end_ns);
    if (!timing.short_ns)
        timing.short_ns = WAITS_A_CLOCK * timing_clock_cost_ns();
    timing.is_sampling = end_ns - (w->begin_ns ? w->begin_ns : w->long_ns) < timing.short_ns;
    return sampled | (waited_ns ? waited_ns : 1);
}

/* ---- Asking ---------------------------------------------------------------------------- */

/* A waiter that runs asks for the lock (relaxed: it is a hint). */
static inline void wait_ask(_Atomic uint32_t *wanted)
{
    if (!atomic_load_explicit(wanted, memory_order_relaxed))
        atomic_store_explicit(wanted, 1, memory_order_relaxed);
}

/* The holder has heard. */
static inline void wait_heard(_Atomic uint32_t *wanted)
{
    atomic_store_explicit(wanted, 0, memory_order_relaxed);
}

/* What a unit keeps of a lock whose waiters sleep and are counted. */
struct counted {
    bool is_counted; /* still, although it has the lock */
};

/* A waiter that is going to sleep counts itself. */
static inline void wait_count(_Atomic uint32_t *waiters, struct counted *unit)
{
    if (unit->is_counted)
        return;
    atomic_fetch_add_explicit(waiters, 1, memory_order_relaxed);
    unit->is_counted = true;
}

/* Takes it off again, best after the lock was let go. Returns how many others wait. */
static inline uint32_t wait_uncount(_Atomic uint32_t *waiters, struct counted *unit)
{
    if (!unit->is_counted)
        return atomic_load_explicit(waiters, memory_order_relaxed);
    unit->is_counted = false;
    return atomic_fetch_sub_explicit(waiters, 1, memory_order_relaxed) - 1;
}

/* ---- Who had it last --------------------------------------------------------------------- */

/*
 * For LOCK_TELLS, in the line of the word that is taken: read by who has taken it, written by who
 * is about to let it go, so that no further line goes from CPU to CPU.
 */
static inline uint64_t wait_changed(const void *last, const void *unit)
{
    return last && last != unit ? LOCK_CHANGED : 0;
}

#endif
