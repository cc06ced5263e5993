/*
 * fake: a simulated executor for tests of the tool itself.  Its clock is a counter, so a run
 * gives the same bytes on every machine: creating a unit takes 500 ns, its first instruction
 * comes 250 ns later, joining takes 100 ns, and a checkpoint 10 ns.  Tasks lie side by side in
 * virtual time, as if each had a CPU of its own.
 */
#include "bench/contend.h"

enum { CREATE_NS = 500, FIRST_NS = 250, JOIN_NS = 100, CHECKPOINT_NS = 10 };

static int start(struct launch *l, struct err *err)
{
    (void)err;
    if (l->virtual_ns == 0)
        l->virtual_ns = 1000; /* a stamp of 0 would mean "did not happen" */
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = l->virtual_ns;
        l->virtual_ns += CREATE_NS;
        t->created_ns = l->virtual_ns;
    }
    l->live_count = l->task_count;
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    (void)err;
    uint64_t end_ns = l->virtual_ns;
    for (uint32_t i = 0; i < l->live_count; i++) {
        struct task *t = &l->tasks[i];
        l->virtual_ns = t->created_ns + FIRST_NS;
        l->body(t);
        if (l->virtual_ns > end_ns)
            end_ns = l->virtual_ns;
        end_ns += JOIN_NS;
        t->joined_ns = end_ns;
    }
    l->virtual_ns = end_ns;
    return 0;
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    if (deadline_ns > t->launch->virtual_ns)
        t->launch->virtual_ns = deadline_ns;
}

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

static void yield(struct task *t)
{
    t->launch->virtual_ns += CHECKPOINT_NS;
}

const struct executor executor_fake = {
    .name = "fake",
    .summary = "simulated units with a virtual clock, for tests",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_SHARED_HEAP | EXECUTOR_SEQUENTIAL | EXECUTOR_VIRTUAL |
              EXECUTOR_HIDDEN,
    .start = start,
    .join = join,
    .sleep_until = sleep_until,
    .wait = wait,
    .wake = wake,
    .yield = yield,
};
