/*
 * Every executor x lock x workload does its work: each task exactly once, with the right
 * checksum, twice in a row, with one task and with several.  A new plug-in is tested by existing.
 *
 * ctest: takes 65, timeout 360
 */
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/plan/cell_fit.h"
#include "bench/run/plan/plan.h"
#include "tests/test.h"

/* Parameters that make an operation short; anything else stays at its default. */
static void shorten(struct cell *c)
{
    static const struct {
        const char *workload, *param;
        int64_t value;
    } rows[] = {
        {"sleep", "duration", 200000},    {"timers", "most", 200000},
        {"prime", "number", 1000003},     {"skynet", "depth", 2},
        {"spinner", "duration", 2000000}, {"spinner", "interval", 500000},
        {"heap", "bytes", 1048576},       {"spawn_storm", "burst", 50},
        {"request", "turns", 1000},       {"request", "wait", 200000},
        {"freeze", "duration", 500000},   {"file", "sync", 2 /* none */},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int row = param_find(c->workload->params, rows[i].param);
        if (row >= 0 && !strcmp(c->workload->name, rows[i].workload))
            c->workload_params[row] = rows[i].value;
    }
}

static void check_tasks(const struct launch *l, const char *id)
{
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct task *t = &l->tasks[i];
        CHECK_MSG(t->batch_count == l->batch_count, "%s: task %u did %u of %u batches", id, i,
                  t->batch_count, l->batch_count);
        CHECK_MSG(t->wrong_count == 0, "%s: task %u: wrong checksum", id, i);
        CHECK_MSG(t->op_count == l->batch_count * l->batch_ops, "%s: task %u: operations", id, i);
        CHECK_MSG(t->create_ns <= t->created_ns && t->first_ns <= t->go_ns &&
                      t->go_ns <= t->last_ns && t->last_ns <= t->exit_ns &&
                      t->exit_ns <= t->joined_ns,
                  "%s: task %u: stamps are out of order", id, i);
    }
}

static void run_twice(struct cell *c)
{
    struct err err = {0};
    struct launch *l;
    const struct probe *probes[PROBES_MAX];
    size_t count = 0;
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL && count < PROBES_MAX; i++)
        if (!(p->traits & PROBE_OWN_LAUNCH) && !(p->unavailable && p->unavailable()))
            probes[count++] = p;
    if (launch_open(c, c->tasks, probes, count, &l, &err)) {
        CHECK_MSG(err.code == ERR_UNAVAILABLE, "%s: %s", c->id, err.text);
        return;
    }
    for (int again = 0; again < 2; again++) {
        uint64_t elapsed_ns;
        CHECK_MSG(!launch_empty(l, &elapsed_ns, &err), "%s: empty: %s", c->id, err.text);
        CHECK_MSG(!launch_run(l, &err), "%s: %s", c->id, err.text);
        check_tasks(l, c->id);
        launch_close_probes(l);
    }
    launch_close(l);
}

static bool fits(const struct cell *c)
{
    char *reason = cell_skip_reason(c);
    free(reason);
    return !reason;
}

/* A coroutine costs ThreadSanitizer 0.8 MB of its own: not those that make them by thousands. */
#ifdef __SANITIZE_THREAD__
enum { IS_TSAN = 1 };
#else
enum { IS_TSAN = 0 };
#endif
#ifdef __SANITIZE_ADDRESS__
enum { IS_ASAN = 1 };
#else
enum { IS_ASAN = 0 };
#endif

static void run_combination(const struct workload *w, const struct lock *k,
                            const struct executor *x)
{
    static const uint32_t task_counts[] = {5, 1, 9};
    /* One number of tasks tells whether a further lock fits; with and without one, all do. */
    bool is_common = !strcmp(k->name, "none") || !strcmp(k->name, "gil");
    bool is_ours = !(x->traits & EXECUTOR_PEER);
    /* Further locks meet our executors at work; what a runtime's own operations cost has no lock,
     * nor have other programs. */
    if (!is_common &&
        (!is_ours || w->kind == WORKLOAD_STARTUP || w->traits & WORKLOAD_SURROUNDINGS))
        return;
    /* Several units to a process meet every lock in run_locks.c: here one that parks is enough. */
    if (!is_common && (x->traits & EXECUTOR_GROUPED) && strcmp(k->name, "mutex") != 0)
        return;
    /* What a lock must show in processes is that it excludes across them; each of those cells
     * starts some forty processes. */
    if (!is_common && !(x->traits & EXECUTOR_SHARED_HEAP) && strcmp(w->name, "counter") != 0)
        return;
    if (IS_TSAN && w->kind == WORKLOAD_STARTUP && strcmp(w->name, "noop"))
        return;
    /* Nor does it see across processes. */
    if (IS_TSAN && !(x->traits & EXECUTOR_SHARED_HEAP) && strcmp(w->name, "counter") != 0)
        return;
    /* AddressSanitizer's own start crashes in a program begun by a child of vfork. */
    if (IS_ASAN && !strcmp(x->name, "process_vfork") && !strcmp(w->name, "command"))
        return;
    /* One alone races with nobody, and nine race as five do. */
    for (size_t n = 0; n < (is_common && is_ours && !IS_TSAN ? 3u : 1u); n++) {
        struct cell c;
        cell_init(&c, w, k, x);
        shorten(&c);
        c.tasks = task_counts[n];
        c.workers = x->traits & EXECUTOR_POOLED ? 2 : 0;
        c.batch_ops = w->ops_per_task ? 1 : w->kind == WORKLOAD_CPU ? 50 : 5;
        c.batch_count = 3;
        cell_make_id(&c);
        if (fits(&c))
            run_twice(&c);
        cell_release(&c);
    }
}

static void every_cell_does_its_work_twice_in_a_row(void)
{
    const struct workload *w;
    const struct lock *k;
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        for (size_t j = 0; (k = registry_lock(j)) != NULL; j++)
            for (size_t m = 0; (w = registry_workload(m)) != NULL; m++)
                /* Waiters of somebody else's may never offer their CPU: run_locks.c is enough. */
                if (!(k->traits & LOCK_PEER))
                    run_combination(w, k, x);
}

static const struct test tests[] = {
    {"every_cell_does_its_work_twice_in_a_row", every_cell_does_its_work_twice_in_a_row},
    {0},
};
TEST_MAIN(tests)
