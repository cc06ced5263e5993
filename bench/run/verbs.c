/*
 * The task verbs' slow halves: what a unit does when it waits, looks up, lets the lock go or
 * takes it.  Counters are written by the unit that holds the lock alone.
 */
#include "bench/core/clock.h"
#include "bench/run/launch.h"

static uint64_t now(struct task *t)
{
    const struct launch *l = t->launch;
    return l->executor->traits & EXECUTOR_VIRTUAL ? l->virtual_ns : clock_now_ns();
}

/* Books one acquisition in the name of whoever holds the lock. */
static void book(struct task *holder, const struct lock *lock, uint64_t waited_ns)
{
    if (!(lock->traits & LOCK_EXCLUSIVE))
        return;
    holder->acquire_count++;
    if (waited_ns) {
        holder->contended_count++;
        holder->wait_ns += waited_ns;
    }
    struct lock_header *header = (struct lock_header *)holder->lock_state - 1;
    if (header->last_holder != holder) {
        if (header->last_holder)
            holder->handoff_count++;
        header->last_holder = holder;
    }
}

static void acquire(struct task *t)
{
    struct task *holder = t->holder;
    const struct lock *lock = t->launch->lock;
    book(holder, lock, lock->acquire(holder->lock_state, holder->lock_unit));
}

static void release(struct task *t)
{
    struct task *holder = t->holder;
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
    if (own)
        release(t);
    t->launch->executor->sleep_until(t, deadline_ns);
    t->idle_ns += now(t) - begin_ns;
    if (own)
        acquire(t);
}

static void block(struct task *t, uint64_t ns)
{
    uint64_t begin_ns = now(t);
    release(t);
    if (t->launch->executor->traits & EXECUTOR_VIRTUAL)
        t->launch->virtual_ns += ns;
    else
        clock_sleep_until_ns(begin_ns + ns);
    t->idle_ns += now(t) - begin_ns;
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
    if (own)
        release(t);
    bool in_time = t->launch->executor->wait(t, word, expected, deadline_ns);
    t->idle_ns += now(t) - begin_ns;
    if (own)
        acquire(t);
    return in_time;
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    t->launch->executor->wake(t, word, count);
}

static void hand_over(struct task *t)
{
    struct task *holder = t->holder;
    const struct lock *lock = t->launch->lock;
    if (lock->handoff) {
        uint64_t waited_ns = lock->handoff(holder->lock_state, holder->lock_unit);
        if (waited_ns != LOCK_KEPT)
            book(holder, lock, waited_ns);
        return;
    }
    lock->release(holder->lock_state, holder->lock_unit);
    book(holder, lock, lock->acquire(holder->lock_state, holder->lock_unit));
}

static void checkpoint(struct task *t)
{
    const struct launch *l = t->launch;
    if (l->lock->wanted) {
        const _Atomic uint32_t *word = l->lock->wanted(t->holder->lock_state, t->holder->lock_unit);
        if (atomic_load_explicit(word, memory_order_relaxed))
            hand_over(t);
    }
    if (l->executor->yield &&
        ((l->workload->traits & WORKLOAD_YIELDS) || (l->executor->traits & EXECUTOR_VIRTUAL)))
        l->executor->yield(t);
}

const struct task_verbs *task_verbs_table(void)
{
    static const struct task_verbs verbs = {
        .sleep = sleep_verb,
        .block = block,
        .checkpoint = checkpoint,
        .release = release,
        .acquire = acquire,
        .wait = wait_verb,
        .wake = wake,
        .now = now,
    };
    return &verbs;
}
