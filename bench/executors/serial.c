/*
 * serial: one task after the other in the calling thread.  The baseline of every comparison
 * and the ceiling of one CPU; nothing overlaps.
 */
#include "bench/base/clock.h"
#include "bench/contend.h"

static int start(struct launch *l, struct err *err)
{
    (void)err;
    l->live_count = l->task_count;
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    (void)err;
    for (uint32_t i = 0; i < l->live_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = t->created_ns = launch_stamp_ns(l);
        l->body(t);
        t->joined_ns = launch_stamp_ns(l);
    }
    return 0;
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    clock_sleep_until_ns(deadline_ns);
}

/* Nobody else runs who could change the word: only the time can end the wait. */
static bool wait(struct task *t, _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    (void)t;
    if (atomic_load(word) != expected)
        return true;
    if (deadline_ns != UINT64_MAX)
        clock_sleep_until_ns(deadline_ns);
    return false;
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    (void)t;
    (void)word;
    (void)count;
}

const struct executor executor_serial = {
    .name = "serial",
    .summary = "one task after the other, in one thread",
    .traits = EXECUTOR_SHARED_HEAP | EXECUTOR_SEQUENTIAL,
    .start = start,
    .join = join,
    .sleep_until = sleep_until,
    .wait = wait,
    .wake = wake,
};
