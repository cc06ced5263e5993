/*
 * The primitives behind contend's locks with nothing around them: no waits timed, no holder told of
 * waiters, nothing booked (they do not claim to exclude, so the harness keeps no ledger either).
 * Beside the locks of the same names, in one run, they show what the bookkeeping costs:
 *
 *   contend run --plugin ./bare_locks.so --workload counter -p counter.locking=each \
 *       --lock ticket,bare_ticket,mutex,bare_mutex --executor thread --tasks 1,2
 */
#include "bench/contend.h"

#include <pthread.h>
#include <sched.h>

#ifdef CONTEND_HAVE_CK
#include <ck_pr.h>
#include <ck_spinlock.h>
#endif

enum { SPIN_TURNS = 128 };

/* As contend's locks spin: with a limit, so that more units than CPUs get on. */
static void spin_turn(uint32_t *turns)
{
    if (++*turns % SPIN_TURNS == 0)
        sched_yield();
    else
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#else
        __asm__ volatile("" ::: "memory");
#endif
}

struct words {
    _Atomic uint32_t next, serving;
};

/* ---- Ticket, test and set ------------------------------------------------------------ */

static uint64_t ticket_acquire(void *state, void *unit)
{
    (void)unit;
    struct words *s = state;
    uint32_t turns = 0, mine = atomic_fetch_add_explicit(&s->next, 1, memory_order_relaxed);
    while (atomic_load_explicit(&s->serving, memory_order_acquire) != mine)
        spin_turn(&turns);
    return 0;
}

static void ticket_release(void *state, void *unit)
{
    (void)unit;
    struct words *s = state;
    uint32_t mine = atomic_load_explicit(&s->serving, memory_order_relaxed);
    atomic_store_explicit(&s->serving, mine + 1, memory_order_release);
}

static uint64_t spin_acquire(void *state, void *unit)
{
    (void)unit;
    struct words *s = state;
    uint32_t turns = 0;
    while (atomic_exchange_explicit(&s->next, 1, memory_order_acquire))
        while (atomic_load_explicit(&s->next, memory_order_relaxed))
            spin_turn(&turns);
    return 0;
}

static void spin_release(void *state, void *unit)
{
    (void)unit;
    struct words *s = state;
    atomic_store_explicit(&s->next, 0, memory_order_release);
}

/* ---- POSIX ---------------------------------------------------------------------------- */

/* As the locks beside it have it. */
static int reach(const void *state)
{
    return lock_is_private(state) ? PTHREAD_PROCESS_PRIVATE : PTHREAD_PROCESS_SHARED;
}

static int mutex_init_of(void *state, int kind)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, reach(state));
    pthread_mutexattr_settype(&attributes, kind);
    int failed = pthread_mutex_init(state, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return failed ? -1 : 0;
}

static int mutex_init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    return mutex_init_of(state, PTHREAD_MUTEX_DEFAULT);
}

static int adaptive_init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    return mutex_init_of(state, PTHREAD_MUTEX_ADAPTIVE_NP);
}

static uint64_t mutex_acquire(void *state, void *unit)
{
    (void)unit;
    pthread_mutex_lock(state);
    return 0;
}

static void mutex_release(void *state, void *unit)
{
    (void)unit;
    pthread_mutex_unlock(state);
}

static int rwlock_init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setpshared(&attributes, reach(state));
    int failed = pthread_rwlock_init(state, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    return failed ? -1 : 0;
}

static uint64_t rwlock_acquire(void *state, void *unit)
{
    (void)unit;
    pthread_rwlock_wrlock(state);
    return 0;
}

static void rwlock_release(void *state, void *unit)
{
    (void)unit;
    pthread_rwlock_unlock(state);
}

/* ---- Queues, as Concurrency Kit has them -------------------------------------------------- */

#ifdef CONTEND_HAVE_CK

struct clh_state {
    ck_spinlock_clh_t *tail;
    _Alignas(CONTEND_LINE_BYTES) ck_spinlock_clh_t first;
};

struct clh_unit {
    ck_spinlock_clh_t *node; /* NULL before the first time */
    _Alignas(CONTEND_LINE_BYTES) ck_spinlock_clh_t own;
};

static uint64_t mcs_acquire(void *state, void *unit)
{
    ck_spinlock_mcs_lock(state, unit);
    return 0;
}

static void mcs_release(void *state, void *unit)
{
    ck_spinlock_mcs_unlock(state, unit);
}

static int clh_init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    struct clh_state *s = state;
    ck_spinlock_clh_init(&s->tail, &s->first);
    return 0;
}

static uint64_t clh_acquire(void *state, void *unit)
{
    struct clh_state *s = state;
    struct clh_unit *u = unit;
    if (!u->node)
        u->node = &u->own;
    ck_spinlock_clh_lock(&s->tail, u->node);
    return 0;
}

static void clh_release(void *state, void *unit)
{
    (void)state;
    struct clh_unit *u = unit;
    ck_spinlock_clh_unlock(&u->node);
}

const struct lock lock_bare_mcs = {
    .name = "bare_mcs",
    .summary = "Concurrency Kit's mcs and nothing else",
    .state_bytes = sizeof(ck_spinlock_mcs_t),
    .unit_bytes = sizeof(ck_spinlock_mcs_context_t),
    .acquire = mcs_acquire,
    .release = mcs_release,
};

const struct lock lock_bare_clh = {
    .name = "bare_clh",
    .summary = "Concurrency Kit's clh and nothing else",
    .state_bytes = sizeof(struct clh_state),
    .unit_bytes = sizeof(struct clh_unit),
    .init = clh_init,
    .acquire = clh_acquire,
    .release = clh_release,
};

#endif

const struct lock lock_bare_ticket = {
    .name = "bare_ticket",
    .summary = "a ticket lock and nothing else",
    .state_bytes = sizeof(struct words),
    .acquire = ticket_acquire,
    .release = ticket_release,
};

const struct lock lock_bare_spin = {
    .name = "bare_spin",
    .summary = "test and test-and-set and nothing else",
    .state_bytes = sizeof(struct words),
    .acquire = spin_acquire,
    .release = spin_release,
};

const struct lock lock_bare_mutex = {
    .name = "bare_mutex",
    .summary = "a POSIX mutex and nothing else",
    .state_bytes = sizeof(pthread_mutex_t),
    .init = mutex_init,
    .acquire = mutex_acquire,
    .release = mutex_release,
};

const struct lock lock_bare_mutex_adaptive = {
    .name = "bare_mutex_adaptive",
    .summary = "glibc's adaptive mutex and nothing else",
    .state_bytes = sizeof(pthread_mutex_t),
    .init = adaptive_init,
    .acquire = mutex_acquire,
    .release = mutex_release,
};

const struct lock lock_bare_rwlock = {
    .name = "bare_rwlock",
    .summary = "a POSIX read-write lock and nothing else",
    .state_bytes = sizeof(pthread_rwlock_t),
    .init = rwlock_init,
    .acquire = rwlock_acquire,
    .release = rwlock_release,
};

const struct lock *const bare_locks[] = {
    &lock_bare_mutex,
    &lock_bare_mutex_adaptive,
    &lock_bare_spin,
    &lock_bare_ticket,
    &lock_bare_rwlock,
#ifdef CONTEND_HAVE_CK
    &lock_bare_mcs,
    &lock_bare_clh,
#endif
    NULL,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "bare_locks",
    .locks = bare_locks,
};
