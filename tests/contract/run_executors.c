/*
 * What every executor promises: sleepers never wake early and overlap unless it is sequential,
 * units wait for each other on words, and a start that fails half-way leaves nothing behind.
 *
 * ctest: serial
 */
#include "bench/base/clock.h"
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/plan/cell_fit.h"
#include "bench/run/plan/plan.h"
#include "tests/test.h"

#include <sys/wait.h>

static bool open_cell(const char *workload, const struct executor *x, uint32_t tasks,
                      struct cell *c, struct launch **l)
{
    struct err err = {0};
    cell_init(c, registry_find_workload(workload, NULL), registry_find_lock("none", NULL), x);
    c->tasks = tasks;
    c->workers = x->traits & EXECUTOR_POOLED ? 2 : 0;
    c->batch_count = 1;
    c->batch_ops = 1;
    cell_make_id(c);
    char *reason = cell_skip_reason(c);
    bool ok = !reason && !launch_open(c, tasks, NULL, 0, l, &err);
    CHECK_MSG(ok || reason || err.code == ERR_UNAVAILABLE, "%s: %s", c->id, err.text);
    free(reason);
    if (!ok)
        cell_release(c);
    return ok;
}

static void sleepers_never_wake_early(void)
{
    enum { TASKS = 20, SLEEP_NS = 3000000 };
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++) {
        struct cell c;
        struct launch *l;
        struct err err = {0};
        /* A peer that breaks this promise is shown by its early_wakes, not hidden. */
        if ((x->traits & EXECUTOR_PEER) || !open_cell("sleep", x, TASKS, &c, &l))
            continue;
        c.workload_params[0] = SLEEP_NS;
        CHECK_MSG(!launch_run(l, &err), "%s: %s", c.id, err.text);
        for (uint32_t n = 0; n < TASKS; n++)
            CHECK_MSG(l->tasks[n].last_ns - l->tasks[n].go_ns >= SLEEP_NS,
                      "%s: task %u slept only %llu ns", c.id, n,
                      (unsigned long long)(l->tasks[n].last_ns - l->tasks[n].go_ns));
        launch_close(l);
        cell_release(&c);
    }
}

/* Task 0 waits until every other task has counted itself in. */
static uint64_t meet(struct task *t, uint64_t op_count)
{
    _Atomic uint32_t *arrived = t->launch->workload_shared;
    uint32_t others = t->launch->task_count - 1, seen;
    if (t->index) {
        atomic_fetch_add(arrived, 1);
        task_wake(t, arrived, 1);
        return op_count;
    }
    while ((seen = atomic_load(arrived)) < others)
        task_wait(t, arrived, seen, UINT64_MAX);
    return op_count;
}

static size_t one_word(const int64_t *params, uint32_t task_count)
{
    (void)params;
    (void)task_count;
    return sizeof(uint32_t);
}

static const struct workload meeting = {
    .name = "meeting",
    .summary = "one waits for all others",
    .kind = WORKLOAD_SYNC,
    .shared_bytes = one_word,
    .run = meet,
};

static void units_can_wait_for_each_other(void)
{
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++) {
        struct cell c;
        struct launch *l;
        struct err err = {0};
        /* One after the other, the first would wait for ever. */
        if ((x->traits & EXECUTOR_SEQUENTIAL) || (x->unavailable && x->unavailable()))
            continue;
        cell_init(&c, &meeting, registry_find_lock("gil", NULL), x);
        c.tasks = 5;
        c.workers = x->traits & EXECUTOR_POOLED ? 5 : 0;
        c.batch_count = 1;
        c.batch_ops = 1;
        cell_make_id(&c);
        char *reason = cell_skip_reason(&c);
        if (!reason && !launch_open(&c, c.tasks, NULL, 0, &l, &err)) {
            CHECK_MSG(!launch_run(l, &err), "%s: %s", c.id, err.text);
            launch_close(l);
        }
        free(reason);
        cell_release(&c);
    }
}

static void no_unit_is_left_after_a_launch(void)
{
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++) {
        struct cell c;
        struct launch *l;
        struct err err = {0};
        if (!open_cell("noop", x, 7, &c, &l))
            continue;
        CHECK_MSG(!launch_run(l, &err), "%s: %s", c.id, err.text);
        launch_close(l);
        siginfo_t info = {0};
        int rc = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
        CHECK_MSG(rc < 0, "%s: a child process is left", c.id);
        cell_release(&c);
    }
}

static const struct test tests[] = {
    {"sleepers_never_wake_early", sleepers_never_wake_early},
    {"units_can_wait_for_each_other", units_can_wait_for_each_other},
    {"no_unit_is_left_after_a_launch", no_unit_is_left_after_a_launch},
    {0},
};
TEST_MAIN(tests)
