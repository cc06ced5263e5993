/*
 * contend_sync.h: what units use to wait for each other, for workloads inside and outside.
 *
 * Mutex, condition, event, semaphore and barrier, each made of words in the launch's shared memory
 * and of task_wait() and task_wake() alone: so the same few lines work between threads, processes
 * and coroutines, under every lock, and the executor's own way of waiting is what is measured.  The
 * queue stands in contend_queue.h.
 *
 * Rules.  An object lies in memory all units share: launch->workload_shared, or what hangs on it.
 * Zeroed memory, as a launch begins with, is a valid object at rest; only barriers and queues are
 * told their size, in prepare().  Nothing is allocated or freed.  The launch's lock (a GIL, say) is
 * let go while a unit waits and held again when the call returns.  A unit that is killed inside a
 * call may leave a mutex locked.
 *
 * Timeouts are ns of the executor's clock; UINT64_MAX waits for ever, 0 not at all.  A wait never
 * ends early: it lasts until there is something, or until the whole time has passed.  An executor
 * that runs one unit after the other has nobody who could come: there a wait without a limit ends
 * at once, as timed out.
 */
#ifndef CONTEND_SYNC_H
#define CONTEND_SYNC_H

#include "contend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SYNC_FOREVER UINT64_MAX

enum sync_result {
    SYNC_OK,
    SYNC_LAST,      /* barrier: this unit came last; one of each round is told so */
    SYNC_TIMED_OUT, /* the time has passed, or nobody can ever come */
    SYNC_CLOSED,    /* queue: it is closed (and empty, for a receiver) */
};

/* When a wait of timeout_ns that begins now is over. */
static inline uint64_t sync_deadline_ns(struct task *t, uint64_t timeout_ns)
{
    uint64_t now_ns = timeout_ns == 0 || timeout_ns == SYNC_FOREVER ? 0 : task_now_ns(t);
    return timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns;
}

/*
 * Parks while *word == expected, until the deadline (0: has passed, UINT64_MAX: none).  False: do
 * not wait again.  True: something may have changed.
 */
static inline bool sync_park(struct task *t, contend_word *word, uint32_t expected,
                             uint64_t deadline_ns)
{
    if (deadline_ns == SYNC_FOREVER)
        return task_wait(t, word, expected, SYNC_FOREVER);
    uint64_t now_ns = deadline_ns ? task_now_ns(t) : 0;
    if (now_ns >= deadline_ns)
        return false;
    return task_wait(t, word, expected, deadline_ns - now_ns) || task_now_ns(t) < deadline_ns;
}

/* ---- Mutex ------------------------------------------------------------------------- */

/*
 * 0 free, 1 locked, 2 locked and perhaps wanted: the third mutex of Drepper, "Futexes Are Tricky"
 * (2011).  Not the launch's lock: it guards one object for a few instructions, and nothing that
 * waits is called under it.  On an event loop it is never contended.
 */
struct sync_mutex {
    contend_word word;
};

static inline void sync_mutex_lock(struct task *t, struct sync_mutex *m)
{
    uint32_t seen = 0;
    if (atomic_compare_exchange_strong_explicit(&m->word, &seen, 1, memory_order_acquire,
                                                memory_order_relaxed))
        return;
    while (atomic_exchange_explicit(&m->word, 2, memory_order_acquire) != 0)
        task_wait(t, &m->word, 2, SYNC_FOREVER);
}

static inline void sync_mutex_unlock(struct task *t, struct sync_mutex *m)
{
    if (atomic_exchange_explicit(&m->word, 0, memory_order_release) == 2)
        task_wake(t, &m->word, 1);
}

/* ---- Condition --------------------------------------------------------------------- */

/*
 * Monitors as Hoare and Mesa have them ("Experience with Processes and Monitors in Mesa", 1980): a
 * signal is a hint, so the caller tests its condition again.  All calls are made under the mutex.
 */
struct sync_condition {
    contend_word signals; /* changes with every signal: what waiters park on */
    uint32_t waiting;     /* units that have not come back from their wait */
    uint32_t awaited;     /* of these, those a signal was given to: at most `waiting` */
};

/* Lets the mutex go and takes it again; false when the deadline has passed. */
static inline bool sync_condition_wait(struct task *t, struct sync_condition *c,
                                       struct sync_mutex *m, uint64_t deadline_ns)
{
    /* A signal between here and the parking changes the word, so it is not lost. */
    uint32_t seen = atomic_load_explicit(&c->signals, memory_order_relaxed);
    c->waiting++;
    sync_mutex_unlock(t, m);
    bool may_go_on = sync_park(t, &c->signals, seen, deadline_ns);
    sync_mutex_lock(t, m);
    c->waiting--;
    c->awaited -= c->awaited > 0;
    return may_go_on;
}

/*
 * Unlocks the mutex and then wakes up to `count` of those who wait.  Whoever was signalled and has
 * not come back is not signalled again: it will look by itself, and a system call is saved.
 */
static inline void sync_condition_signal_and_unlock(struct task *t, struct sync_condition *c,
                                                    struct sync_mutex *m, uint32_t count)
{
    uint32_t sleeping = c->waiting - c->awaited;
    if (count > sleeping)
        count = sleeping;
    c->awaited += count;
    if (count)
        atomic_fetch_add_explicit(&c->signals, 1, memory_order_relaxed);
    sync_mutex_unlock(t, m);
    if (count)
        task_wake(t, &c->signals, count);
}

/* ---- Event ------------------------------------------------------------------------- */

/*
 * A flag units wait for, as in Python's threading.Event.  The word counts how often it was set, so
 * that a waiter also hears of a set that was cleared before it ran again.
 */
struct sync_event {
    contend_word word; /* times set, is somebody waiting, is it set */
};

enum { SYNC_EVENT_SET = 1, SYNC_EVENT_WAITED = 2, SYNC_EVENT_ONCE = 4 };

static inline bool sync_event_is_set(struct sync_event *e)
{
    return atomic_load_explicit(&e->word, memory_order_acquire) & SYNC_EVENT_SET;
}

/* Wakes all who wait. */
static inline void sync_event_set(struct task *t, struct sync_event *e)
{
    uint32_t seen = atomic_load_explicit(&e->word, memory_order_relaxed), next;
    do {
        if (seen & SYNC_EVENT_SET)
            return;
        next = ((seen + SYNC_EVENT_ONCE) | SYNC_EVENT_SET) & ~(uint32_t)SYNC_EVENT_WAITED;
    } while (!atomic_compare_exchange_weak_explicit(&e->word, &seen, next, memory_order_release,
                                                    memory_order_relaxed));
    if (seen & SYNC_EVENT_WAITED)
        task_wake(t, &e->word, UINT32_MAX);
}

static inline void sync_event_clear(struct sync_event *e)
{
    atomic_fetch_and_explicit(&e->word, ~(uint32_t)SYNC_EVENT_SET, memory_order_relaxed);
}

/* True: it is set, or was meanwhile. False: the time has passed and it was not. */
static inline bool sync_event_wait(struct task *t, struct sync_event *e, uint64_t timeout_ns)
{
    uint32_t seen = atomic_load_explicit(&e->word, memory_order_acquire);
    uint32_t times = seen / SYNC_EVENT_ONCE;
    uint64_t deadline_ns = sync_deadline_ns(t, timeout_ns);
    bool may_wait = true;
    for (;;) {
        if ((seen & SYNC_EVENT_SET) || seen / SYNC_EVENT_ONCE != times)
            return true;
        if (!may_wait)
            return false;
        if (!(seen & SYNC_EVENT_WAITED) &&
            !atomic_compare_exchange_weak_explicit(&e->word, &seen, seen | SYNC_EVENT_WAITED,
                                                   memory_order_acquire, memory_order_acquire))
            continue;
        may_wait = sync_park(t, &e->word, seen | SYNC_EVENT_WAITED, deadline_ns);
        seen = atomic_load_explicit(&e->word, memory_order_acquire);
    }
}

/* ---- Semaphore --------------------------------------------------------------------- */

/* Dijkstra's counting semaphore; who waits longest is not served first. */
struct sync_semaphore {
    contend_word count;
    contend_word waiting;
};

static inline bool sync_semaphore_try(struct sync_semaphore *s)
{
    uint32_t count = atomic_load_explicit(&s->count, memory_order_relaxed);
    while (count > 0)
        if (atomic_compare_exchange_weak_explicit(&s->count, &count, count - 1,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    return false;
}

/* Takes one; false: the time has passed without one. */
static inline bool sync_semaphore_acquire(struct task *t, struct sync_semaphore *s,
                                          uint64_t timeout_ns)
{
    if (sync_semaphore_try(s))
        return true;
    uint64_t deadline_ns = sync_deadline_ns(t, timeout_ns);
    bool has_it, may_wait = true;
    /* Both sides write their own word and then look at the other's, in one order for all units
     * (Dekker): either the releaser sees the waiter or the waiter the count. */
    atomic_fetch_add(&s->waiting, 1);
    while (!(has_it = sync_semaphore_try(s)) && may_wait)
        may_wait = sync_park(t, &s->count, 0, deadline_ns);
    atomic_fetch_sub(&s->waiting, 1);
    return has_it;
}

/* Gives `count` back, or puts them there in the first place. */
static inline void sync_semaphore_release(struct task *t, struct sync_semaphore *s, uint32_t count)
{
    atomic_fetch_add(&s->count, count);
    if (atomic_load(&s->waiting) > 0)
        task_wake(t, &s->count, count);
}

/* ---- Barrier ----------------------------------------------------------------------- */

/* All of `parties` units wait for each other, round after round. */
struct sync_barrier {
    uint32_t parties; /* set before units exist, at least 1 */
    contend_word arrived;
    contend_word round;
};

/* SYNC_LAST for one unit of the round and SYNC_OK for the others. */
static inline enum sync_result sync_barrier_wait(struct task *t, struct sync_barrier *b)
{
    uint32_t round = atomic_load_explicit(&b->round, memory_order_acquire);
    if (atomic_fetch_add_explicit(&b->arrived, 1, memory_order_acq_rel) + 1 == b->parties) {
        /* Nobody can arrive for the next round before this one has ended. */
        atomic_store_explicit(&b->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&b->round, round + 1, memory_order_release);
        task_wake(t, &b->round, UINT32_MAX);
        return SYNC_LAST;
    }
    while (atomic_load_explicit(&b->round, memory_order_acquire) == round)
        if (!task_wait(t, &b->round, round, SYNC_FOREVER))
            return SYNC_TIMED_OUT;
    return SYNC_OK;
}

#ifdef __cplusplus
}
#endif

#endif
