/*
 * contend cell: measures one cell once, as a worker of a run would, and prints what it found as one
 * line of JSON (contend.sample/1).  What `contend duel` starts for each sample when its sides are
 * settings, plug-ins or other builds of this program.
 */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/core/clock.h"
#include "bench/core/opts.h"
#include "bench/registry.h"
#include "bench/result/heads.h"
#include "bench/result/write.h"
#include "bench/run/assemble.h"
#include "bench/run/plan.h"
#include "bench/run/worker.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

struct request {
    struct plan_request plan;
    struct opt_list plugins, probes;
    int64_t batches;
    bool calibrates, is_whole, help;
};

static void default_to(struct opt_list *list, const char *word)
{
    if (!list->count)
        list->items[list->count++] = word;
}

static int parse(struct request *r, int argc, char *const *argv, struct err *err)
{
    struct plan_request *p = &r->plan;
    const struct opt table[] = {
        {"workload", 0, OPT_LIST, &p->workloads, "NAME", "the workload", NULL, 0, 0, NULL},
        {"lock", 0, OPT_LIST, &p->locks, "NAME", "the lock", NULL, 0, 0, NULL},
        {"executor", 0, OPT_LIST, &p->executors, "NAME", "the executor", NULL, 0, 0, NULL},
        {"tasks", 0, OPT_LIST, &p->tasks, "N", "how many tasks", NULL, 0, 0, NULL},
        {"workers", 0, OPT_NUMBER, &p->workers, "N", "workers of pools", "count", 1, 100000, NULL},
        {"placement", 0, OPT_LIST, &p->placements, "P", "free, same, spread", NULL, 0, 0, NULL},
        {"param", 'p', OPT_LIST, &p->params, "NAME.PARAM=V", "a parameter", NULL, 0, 0, NULL},
        {"ops", 0, OPT_NUMBER, &p->ops, "N", "operations a task", "count", 1,
         INT64_C(1000000000000), NULL},
        {"batches", 0, OPT_NUMBER, &r->batches, "N", "in so many calls", "count", 1, 1000000, NULL},
        {"task-time", 0, OPT_NUMBER, &p->task_time_ns, "T", "what a calibrated task aims at", "ns",
         10000, 60000000000, NULL},
        {"calibrate", 0, OPT_FLAG, &r->calibrates, NULL, "print how many operations fill that time",
         NULL, 0, 0, NULL},
        {"whole", 0, OPT_FLAG, &r->is_whole, NULL, "print the cell as it stands in a result", NULL,
         0, 0, NULL},
        {"probe", 0, OPT_LIST, &r->probes, "NAME", "a probe that has launches of its own", NULL, 0,
         0, NULL},
        {"plugin", 0, OPT_LIST, &r->plugins, "FILE", "load it first", NULL, 0, 0, NULL},
        {0},
    };
    if (opts_parse(table, argc, argv, NULL, &r->help, err))
        return -1;
    if (r->help) {
        struct buf out = {0};
        buf_printf(&out, "usage: %s\n\n", command_cell.usage);
        opts_help(table, &out);
        int failed = cli_print(buf_text(&out), err);
        buf_release(&out);
        return failed;
    }
    if (!p->workloads.count)
        return err_set(err, ERR_USAGE, "cell: --workload is needed");
    /* One cell, where a run would take all executors and a sweep of tasks. */
    default_to(&p->executors, "thread");
    default_to(&p->tasks, "1");
    return 0;
}

/* ---- What is printed ----------------------------------------------------------------- */

/* The cell with all metrics and distributions, for who puts a result together. */
static int print_whole(const struct plan *plan, const struct mailbox *m, struct err *err)
{
    struct record *records = records_new(plan, err);
    struct result result = {.heads = heads_new()};
    json_t *visit = visit_to_json(0, 0, &plan->cells[0], m, 0), *cell = NULL;
    int failed =
        !records || (!visit || !result.heads ? err_set(err, ERR_SYSTEM, "no memory for the cell")
                                             : records_add(records, plan->cell_count, visit, err) ||
                                                   assemble_cells(&result, plan, records, err));
    if (!failed) {
        cell = result_cell_json(&result.cells[0]);
        failed = cli_print_json(json_pack("{s:s, s:O}", "schema", "contend.cell/1", "cell", cell),
                                JSON_REAL_PRECISION(15), err);
    }
    json_decref(cell);
    json_decref(visit);
    result_unload(&result);
    records_free(records, plan->cell_count);
    return failed ? -1 : 0;
}

/* ---- What is done ---------------------------------------------------------------------- */

/* Tasks that compute in turn, under one lock or in one thread, need no fewer operations. */
enum { SLOWDOWN_MOST = 3 };

/* One assignment, by a worker that this process waits for. */
static int ask(struct mailbox *m, enum assignment_kind kind, const struct cell *c,
               const struct plan *plan, double op_ns, struct err *err)
{
    static const volatile bool never = false; /* an interrupt ends this process as any other */
    mailbox_clear(m);
    assignment_init(&m->job, kind);
    m->job.op_ns = op_ns;
    m->job.time_ns = plan->task_time_ns;
    m->job.cpus = plan_cpus();
    if (assignment_set_cell(&m->job, c, err) ||
        worker_run(m, clock_now_ns() + plan->timeout_ns, &never, err))
        return -1;
    return m->err.code == ERR_NONE ? 0 : err_set(err, m->err.code, "%s: %s", c->id, m->err.text);
}

static int calibrate(const struct plan *plan, const struct request *r, struct mailbox *m,
                     struct err *err)
{
    struct cell *c = &plan->cells[0];
    const struct cell *serial = c->control >= 0 ? &plan->cells[c->control] : c;
    bool is_timed = c->workload->kind != WORKLOAD_IO && !r->plan.ops;
    double op_ns = 0;
    if (is_timed) {
        if (ask(m, ASSIGN_CALIBRATE, serial, plan, 0, err))
            return -1;
        op_ns = m->op_ns;
        /* Some locks make an operation thirty times longer: then a sample would be, and pairs few.
         */
        if (ask(m, ASSIGN_SLOWDOWN, c, plan, op_ns, err))
            return -1;
        if (m->slowdown > SLOWDOWN_MOST)
            op_ns *= m->slowdown;
    }
    plan_size_cell(c, (uint64_t)r->plan.ops, op_ns, plan->task_time_ns, plan_cpus());
    return cli_print_json(json_pack("{s:s, s:s, s:I, s:I, s:I}", "schema", "contend.calibration/1",
                                    "id", c->id, "ops", (json_int_t)(c->batch_ops * c->batch_count),
                                    "batches", (json_int_t)c->batch_count, "tasks",
                                    (json_int_t)c->tasks),
                          JSON_REAL_PRECISION(15), err);
}

/* As a visit of a run: probes that disturb have a worker of their own, before the cell is measured.
 */
static int measure_whole(const struct plan *plan, const struct request *r, struct mailbox *m,
                         uint64_t lifecycle_ns, struct err *err)
{
    static const volatile bool never = false;
    static const enum assignment_kind kinds[] = {ASSIGN_OWN, ASSIGN_VISIT};
    struct cell *c = &plan->cells[0];
    c->own_probes = 0;
    for (size_t i = 0; i < r->probes.count; i++)
        if (cell_add_probe(&c->own_probes, r->probes.items[i], err))
            return -1;
    mailbox_clear(m);
    for (size_t i = r->probes.count ? 0 : 1; i < 2; i++) {
        assignment_init(&m->job, kinds[i]);
        m->job.timer_slack_ns = plan->timer_slack_ns;
        m->job.lifecycle_ns = lifecycle_ns;
        if (assignment_set_cell(&m->job, c, err) ||
            worker_run(m, clock_now_ns() + plan->timeout_ns, &never, err))
            return -1;
        if (m->err.code != ERR_NONE)
            return err_set(err, m->err.code, "%s: %s", c->id, m->err.text);
    }
    return print_whole(plan, m, err);
}

/* Whoever started this process measures it: the worker takes its place. */
static int measure(const struct plan *plan, const struct request *r, struct mailbox *m,
                   struct err *err)
{
    enum { ENOUGH_NS = 2000000 }; /* of making units: a duel wants many samples, not long ones */
    struct cell *c = &plan->cells[0];
    if (r->plan.ops && r->batches) {
        uint64_t count = (uint64_t)(r->batches < r->plan.ops ? r->batches : r->plan.ops);
        c->batch_count = (uint32_t)count;
        c->batch_ops = ((uint64_t)r->plan.ops + count - 1) / count;
    } else {
        plan_size_cell(c, (uint64_t)r->plan.ops, 0, plan->task_time_ns, plan_cpus());
    }
    if (r->is_whole)
        return measure_whole(plan, r, m, ENOUGH_NS, err);
    mailbox_clear(m);
    assignment_init(&m->job, ASSIGN_SAMPLE);
    m->job.timer_slack_ns = plan->timer_slack_ns;
    m->job.lifecycle_ns = ENOUGH_NS;
    return assignment_set_cell(&m->job, c, err) ? -1 : worker_become(m, err);
}

static int run(int argc, char *const *argv, struct err *err)
{
    struct request *r = calloc(1, sizeof *r);
    struct plan plan = {0};
    if (!r)
        return err_set(err, ERR_SYSTEM, "no memory");
    plan_request_init(&r->plan);
    r->plan.rounds = 1;
    int failed = parse(r, argc, argv, err);
    bool help = r->help;
    for (size_t i = 0; i < r->plugins.count && !failed && !help; i++)
        failed = registry_load_plugin(r->plugins.items[i], err);
    if (!failed && !help)
        failed = plan_build(&r->plan, &plan, err);
    struct mailbox *m = NULL;
    if (!failed && !help && !(m = mailbox_new(err)))
        failed = -1;
    if (!failed && !help) {
        if (plan.cell_count > 1 && !plan.cells[1].is_control)
            failed = err_set(err, ERR_USAGE, "cell: these are several cells, and one is measured");
        else if (plan.cells[0].skip_reason)
            failed = err_set(err, ERR_UNAVAILABLE, "%s: %s", plan.cells[0].id,
                             plan.cells[0].skip_reason);
        else
            failed = r->calibrates ? calibrate(&plan, r, m, err) : measure(&plan, r, m, err);
    }
    mailbox_free(m);
    plan_release(&plan);
    free(r);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

const struct command command_cell = {
    .name = "cell",
    .usage = "contend cell --workload NAME [--lock NAME] [--executor NAME] [--tasks N] "
             "[--calibrate | --ops N --batches N]",
    .run = run,
};
