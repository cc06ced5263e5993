/*
 * Peers keep what executors promise, though their libraries keep a state for the whole process:
 * each is tried in a child of its own, opened and closed several times there.  And the runtimes'
 * own operations come out right with every parameter.
 *
 * A coroutine costs ThreadSanitizer 0.8 MB of its own: with it this takes minutes.
 * ctest: timeout 480, label slow
 */
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/plan/cell_fit.h"
#include "bench/run/plan/plan.h"
#include "tests/test.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void make_cell(struct cell *c, const char *workload, const struct executor *x,
                      uint32_t tasks, uint64_t ops)
{
    cell_init(c, registry_find_workload(workload, NULL), registry_find_lock("gil", NULL), x);
    c->tasks = tasks;
    c->workers = x->traits & EXECUTOR_POOLED ? 2 : 0;
    c->batch_count = 2;
    c->batch_ops = ops;
    cell_make_id(c);
}

static void set_param(struct cell *c, const char *name, int64_t value)
{
    int row = param_find(c->workload->params, name);
    if (CHECK_MSG(row >= 0, "%s has no parameter %s", c->workload->name, name))
        c->workload_params[row] = value;
}

static void run_once(const struct cell *c)
{
    struct err err = {0};
    struct launch *l;
    char *reason = cell_skip_reason(c);
    if (!reason && launch_open(c, c->tasks, NULL, 0, &l, &err)) {
        CHECK_MSG(err.code == ERR_UNAVAILABLE, "%s: %s", c->id, err.text);
    } else if (!reason) {
        CHECK_MSG(!launch_run(l, &err), "%s: %s", c->id, err.text);
        launch_close(l);
    }
    free(reason);
}

/* Runs fn in a child that inherits no library's state; its failed checks are this test's. */
static void in_child(void (*fn)(const struct executor *), const struct executor *x)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        fn(x);
        fflush(stdout);
        _exit(test_failed_checks ? 1 : 0);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    CHECK_MSG(status == 0, "%s: its child ended with status %d", x->name, status);
}

static void open_and_close_again(const struct executor *x)
{
    static const uint32_t counts[] = {1, 60, 3};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct cell c;
        make_cell(&c, "noop", x, counts[i], 10);
        run_once(&c);
        cell_release(&c);
        make_cell(&c, "sleep", x, counts[i], 2);
        set_param(&c, "duration", 300000);
        run_once(&c);
        cell_release(&c);
    }
}

static void peers_can_be_opened_and_closed_again(void)
{
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        if (x->traits & (EXECUTOR_PEER | EXECUTOR_STACKLESS))
            in_child(open_and_close_again, x);
}

static void run_with(const struct executor *x, const char *workload, const char *param,
                     int64_t value, uint64_t ops)
{
    for (uint32_t tasks = 1; tasks <= 3; tasks += 2) {
        struct cell c;
        make_cell(&c, workload, x, tasks, ops);
        if (param)
            set_param(&c, param, value);
        run_once(&c);
        cell_release(&c);
    }
}

static void try_operations(const struct executor *x)
{
    run_with(x, "switch", NULL, 0, 300);
    run_with(x, "spawn_storm", "burst", 1, 20);
    run_with(x, "spawn_storm", "burst", 7, 100);
    run_with(x, "await", "start", 0, 60);
    run_with(x, "await", "start", 1, 60);
    run_with(x, "cancel", NULL, 0, 60);
    run_with(x, "channel", "capacity", 1, 500);
    run_with(x, "channel", "capacity", 3, 1000);
    run_with(x, "channel", "capacity", 1024, 5000);
    run_with(x, "skynet", "depth", 1, 2);
    run_with(x, "skynet", "depth", 3, 2);
}

static void operations_of_every_runtime_come_out_right(void)
{
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        if (x->runtime || (x->traits & EXECUTOR_STACKLESS))
            in_child(try_operations, x);
}

static void operations_come_out_right_on_every_kind_of_coroutine_stack(void)
{
    const struct executor *x = registry_find_executor("coroutine", NULL);
    int row = param_find(x->params, "stack");
    for (int64_t kind = 0; kind <= x->params[row].max; kind++) {
        struct cell c;
        static const char *const names[] = {"switch", "spawn_storm", "await", "cancel", "channel"};
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            make_cell(&c, names[i], x, 3, 700);
            c.executor_params[row] = kind;
            run_once(&c);
            cell_release(&c);
        }
        make_cell(&c, "skynet", x, 1, 1);
        set_param(&c, "depth", 4);
        c.executor_params[row] = kind;
        run_once(&c);
        cell_release(&c);
    }
}

/* ---- Who takes part ------------------------------------------------------------------ */

static int build_plan(struct plan *p, const char *workload, const char *executor)
{
    struct plan_request r;
    struct err err = {0};
    plan_request_init(&r);
    CHECK(vec_add(&r.workloads, workload));
    if (executor)
        CHECK(vec_add(&r.executors, executor));
    int failed = plan_build(&r, p, &err);
    vec_release(&r.workloads);
    vec_release(&r.executors);
    CHECK_MSG(!failed, "plan of %s: %s", workload, err.text);
    return failed;
}

static void peers_take_part_only_when_named(void)
{
    struct plan p;
    if (build_plan(&p, "noop", NULL))
        return;
    for (size_t i = 0; i < p.cell_count; i++)
        CHECK_MSG(!(p.cells[i].executor->traits & EXECUTOR_PEER), "%s is in the default list",
                  p.cells[i].executor->name);
    plan_release(&p);
    if (build_plan(&p, "noop", "ucontext"))
        return;
    CHECK_EQ(p.cells[0].executor->name, "ucontext");
    plan_release(&p);
}

static void a_peer_that_is_not_there_names_its_package(void)
{
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++) {
        const char *reason = x->unavailable ? x->unavailable() : NULL;
        if ((x->traits & EXECUTOR_PEER) && reason && !strstr(reason, "anitizer"))
            CHECK_CONTAINS(reason, "install lib");
    }
}

static void check_skipped(const char *workload, const char *executor, const char *part)
{
    struct plan p;
    if (build_plan(&p, workload, executor))
        return;
    CHECK_CONTAINS(p.cells[0].skip_reason, part);
    plan_release(&p);
}

static void work_an_executor_has_no_form_of_is_skipped_with_the_reason(void)
{
    check_skipped("prime", "coroutine_stackless", "the workload prime has no stackless form");
    check_skipped("skynet", "thread", "no such operation");
    check_skipped("channel", "process", "no such operation");
    check_skipped("switch", "serial", "alive at once");
}

static const struct test tests[] = {
    {"peers_can_be_opened_and_closed_again", peers_can_be_opened_and_closed_again},
    {"operations_of_every_runtime_come_out_right", operations_of_every_runtime_come_out_right},
    {"operations_come_out_right_on_every_kind_of_coroutine_stack",
     operations_come_out_right_on_every_kind_of_coroutine_stack},
    {"peers_take_part_only_when_named", peers_take_part_only_when_named},
    {"a_peer_that_is_not_there_names_its_package", a_peer_that_is_not_there_names_its_package},
    {"work_an_executor_has_no_form_of_is_skipped_with_the_reason",
     work_an_executor_has_no_form_of_is_skipped_with_the_reason},
    {0},
};
TEST_MAIN(tests)
