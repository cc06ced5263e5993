/*
 * The task verbs' slow halves: what a unit does when it waits, looks up, lets the lock go or
 * takes it.  Counters are written by the unit that holds the lock alone.
 */
#include "bench/base/clock.h"
#include "bench/run/launch/launch.h"
#include "bench/run/launch/tracing.h"

#include <errno.h>
#include <unistd.h>

static uint64_t now(struct task *t)
{
    const struct launch *l = t->launch;
    return l->executor->traits & EXECUTOR_VIRTUAL ? l->virtual_ns : clock_now_ns();
}

/*
 * Whether another unit had the lock since this one let it go.  A lock that does not say so itself
 * is asked for with a word that each new holder writes: one more line that goes from CPU to CPU.
 */
static bool has_changed(struct task *holder, const struct lock *lock, uint64_t waited)
{
    struct lock_front *front = (struct lock_front *)holder->lock_state - 1;
    void *before = front->last_holder;
    if (before && (lock->traits & LOCK_TELLS))
        return waited & LOCK_CHANGED;
    if (before == holder)
        return false;
    front->last_holder = holder;
    return before != NULL;
}

/* Books one acquisition in the name of whoever holds the lock. */
static void book(struct task *holder, const struct lock *lock, uint64_t waited)
{
    if (!(lock->traits & LOCK_EXCLUSIVE))
        return;
    holder->acquire_count++;
    if (lock->traits & LOCK_PEER)
        return;
    if (waited & ~LOCK_CHANGED) {
        holder->contended_count++;
        holder->wait_ns += waited & LOCK_TIME;
        if (waited & LOCK_SAMPLED)
            holder->is_wait_sampled = 1;
    }
    if (has_changed(holder, lock, waited))
        holder->handoff_count++;
}

/* Tells the probe that watches, if there is one. */
static void tell(struct task *t, enum watched what, uint64_t waited_ns)
{
    void (*watch)(struct task *, enum watched, uint64_t) =
        atomic_load_explicit(&t->launch->watch, memory_order_relaxed);
    if (__builtin_expect(watch != NULL, 0))
        watch(t, what, waited_ns);
}

static void acquire(struct task *t)
{
    struct task *holder = t->holder;
    const struct lock *lock = t->launch->lock;
    tell(holder, WATCH_TAKE, 0);
    uint64_t waited = lock->acquire(holder->lock_state, holder->lock_unit);
    book(holder, lock, waited);
    tell(holder, WATCH_TAKEN, waited & LOCK_TIME);
}

static void release(struct task *t)
{
    struct task *holder = t->holder;
    tell(holder, WATCH_LET_GO, 0);
    t->launch->lock->release(holder->lock_state, holder->lock_unit);
}

/*
 * On an event loop the lock belongs to the loop, which lets it go around its own wait: a task
 * that merely suspends leaves it alone.
 */
static bool holds_itself(const struct task *t)
{
    return t->holder == t;
}

static void sleep_verb(struct task *t, uint64_t ns)
{
    /* The deadline comes first, as in an interpreter: waiting for the lock is not sleeping. */
    uint64_t begin_ns = now(t);
    uint64_t deadline_ns = ns > UINT64_MAX - begin_ns ? UINT64_MAX : begin_ns + ns;
    bool own = holds_itself(t);
    tell(t, WATCH_IDLE, deadline_ns);
    if (own)
        release(t);
    t->launch->executor->sleep_until(t, deadline_ns);
    t->idle_ns += now(t) - begin_ns;
    tell(t, WATCH_AWAKE, 0);
    if (own)
        acquire(t);
}

static void block(struct task *t, uint64_t ns)
{
    uint64_t begin_ns = now(t);
    tell(t, WATCH_IDLE, begin_ns + ns);
    release(t);
    if (t->launch->executor->traits & EXECUTOR_VIRTUAL)
        t->launch->virtual_ns += ns;
    else
        clock_sleep_until_ns(begin_ns + ns);
    t->idle_ns += now(t) - begin_ns;
    tell(t, WATCH_AWAKE, 0);
    acquire(t);
}

static bool wait_verb(struct task *t, _Atomic uint32_t *word, uint32_t expected,
                      uint64_t timeout_ns)
{
    if (atomic_load_explicit(word, memory_order_acquire) != expected)
        return true;
    uint64_t begin_ns = now(t);
    uint64_t deadline_ns = timeout_ns > UINT64_MAX - begin_ns ? UINT64_MAX : begin_ns + timeout_ns;
    bool own = holds_itself(t);
    tell(t, WATCH_IDLE, deadline_ns);
    if (own)
        release(t);
    bool in_time = t->launch->executor->wait(t, word, expected, deadline_ns);
    t->idle_ns += now(t) - begin_ns;
    tell(t, WATCH_AWAKE, 0);
    if (own)
        acquire(t);
    return in_time;
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    t->launch->executor->wake(t, word, count);
}

/* Until the call has not had to wait: that is the executor's, so that it may run others. */
static ssize_t try_until_done(struct task *t, int descriptor, void *buffer, size_t bytes,
                              bool is_writing)
{
    const struct executor *x = t->launch->executor;
    for (;;) {
        ssize_t done =
            is_writing ? write(descriptor, buffer, bytes) : read(descriptor, buffer, bytes);
        if (done >= 0)
            return done;
        bool must_wait = errno == EAGAIN || errno == EWOULDBLOCK;
        if (errno != EINTR && !(must_wait && x->wait_io))
            return -1;
        if (must_wait && x->wait_io(t, descriptor, is_writing))
            return -1;
    }
}

static ssize_t transfer(struct task *t, int descriptor, void *buffer, size_t bytes, bool is_writing)
{
    uint64_t begin_ns = now(t);
    bool own = holds_itself(t);
    tell(t, WATCH_IDLE, 0);
    if (own)
        release(t);
    ssize_t done = try_until_done(t, descriptor, buffer, bytes, is_writing);
    int saved = errno; /* taking the lock may change it */
    t->idle_ns += now(t) - begin_ns;
    tell(t, WATCH_AWAKE, 0);
    if (own)
        acquire(t);
    errno = saved;
    return done;
}

static ssize_t read_verb(struct task *t, int descriptor, void *buffer, size_t bytes)
{
    return transfer(t, descriptor, buffer, bytes, false);
}

static ssize_t write_verb(struct task *t, int descriptor, const void *buffer, size_t bytes)
{
    return transfer(t, descriptor, (void *)(uintptr_t)buffer, bytes, true);
}

static void hand_over(struct task *t)
{
    struct task *holder = t->holder;
    const struct lock *lock = t->launch->lock;
    uint64_t waited;
    tell(holder, WATCH_HAND_OVER, 0);
    if (lock->handoff) {
        waited = lock->handoff(holder->lock_state, holder->lock_unit);
    } else {
        lock->release(holder->lock_state, holder->lock_unit);
        waited = lock->acquire(holder->lock_state, holder->lock_unit);
    }
    if (waited == LOCK_KEPT) {
        tell(holder, WATCH_KEPT, 0);
        return;
    }
    book(holder, lock, waited);
    tell(holder, WATCH_TAKEN, waited & LOCK_TIME);
}

/* Hands the lock over, if somebody has asked for it. */
static void give_way(struct task *t)
{
    const struct launch *l = t->launch;
    if (l->lock->wanted) {
        const _Atomic uint32_t *word = l->lock->wanted(t->holder->lock_state, t->holder->lock_unit);
        if (atomic_load_explicit(word, memory_order_relaxed))
            hand_over(t);
    }
}

static bool steps_aside(const struct launch *l)
{
    return l->executor->yield &&
           ((l->workload->traits & WORKLOAD_YIELDS) || (l->executor->traits & EXECUTOR_VIRTUAL));
}

static void checkpoint(struct task *t)
{
    give_way(t);
    if (steps_aside(t->launch))
        t->launch->executor->yield(t);
}

/* A table of verbs: of what is traced one is another. */
#define VERBS(look)                                                                                \
    {                                                                                              \
        .sleep = sleep_verb, .block = block, .checkpoint = look, .release = release,               \
        .acquire = acquire, .wait = wait_verb, .wake = wake, .now = now, .read = read_verb,        \
        .write = write_verb,                                                                       \
    }

const struct task_verbs *task_verbs_table(void)
{
    static const struct task_verbs verbs = VERBS(checkpoint);
    return &verbs;
}

/* ---- The same where a launch is traced ----------------------------------------------------- */

static void checkpoint_traced(struct task *t)
{
    traced_look(t);
    give_way(t);
    if (!steps_aside(t->launch))
        return;
    traced_note(t, TRACED_ASIDE, 0);
    t->launch->executor->yield(t);
    traced_note(t, TRACED_BACK, 0);
}

/* Of all else the recorder hears as any probe that watches does. */
const struct task_verbs *task_verbs_traced(void)
{
    static const struct task_verbs verbs = VERBS(checkpoint_traced);
    return &verbs;
}
