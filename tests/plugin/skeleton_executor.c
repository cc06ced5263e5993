/*
 * backwards: one task after the other, the last one first.  The smallest executor there is:
 * no units of its own, nothing overlaps.
 */
#include "bench/contend.h"

static int start(struct launch *l, struct err *err)
{
    (void)err;
    l->live_count = l->task_count; /* what join() has to take back */
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    (void)err;
    for (uint32_t i = l->live_count; i-- > 0;) {
        struct task *t = &l->tasks[i];
        t->create_ns = t->created_ns = launch_stamp_ns(l);
        l->body(t);
        t->joined_ns = launch_stamp_ns(l);
    }
    return 0;
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    while (task_now_ns(t) < deadline_ns)
        ;
}

/* Nobody else runs who could change the word: only time can end the wait. */
static bool wait(struct task *t, _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    if (atomic_load(word) != expected)
        return true;
    if (deadline_ns != UINT64_MAX)
        sleep_until(t, deadline_ns);
    return false;
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    (void)t;
    (void)word;
    (void)count;
}

const struct executor executor_backwards = {
    .name = "backwards",
    .summary = "one task after the other, the last one first",
    .traits = EXECUTOR_SHARED_HEAP | EXECUTOR_SEQUENTIAL,
    .start = start,
    .join = join,
    .sleep_until = sleep_until,
    .wait = wait,
    .wake = wake,
};
