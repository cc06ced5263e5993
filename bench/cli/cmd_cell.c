/*
 * contend cell: measures one cell once, as a worker of a run would, and prints what it found as one
 * line of JSON (contend.sample/1).  What `contend duel` starts for each sample when its sides are
 * settings, plug-ins or other builds of this program.
 */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/known.h"
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
    bool calibrates, is_whole;
};

/* One cell, where a run would take all executors and a sweep of tasks. */
static const struct opt options[] = {
    {OPT_AT(struct request, plan.workloads), .name = "workload", .argument = "NAME",
     .help = "the workload", .choice_at = known_workload},
    {OPT_AT(struct request, plan.locks), .name = "lock", .argument = "NAME", .help = "the lock",
     .without = "none and gil", .choice_at = known_lock},
    {OPT_AT(struct request, plan.executors), .name = "executor", .argument = "NAME",
     .help = "the executor", .initial = "thread", .choice_at = known_executor},
    {OPT_AT(struct request, plan.tasks), .name = "tasks", .argument = "N", .help = "how many tasks",
     .initial = "1"},
    {OPT_AT(struct request, plan.workers), .name = "workers", .argument = "N",
     .help = "workers of pools", .without = "as many as CPUs", .unit = "count", .min = 1,
     .max = WORKERS_MAX},
    {OPT_AT(struct request, plan.placements), .name = "placement", .argument = "P",
     .help = "where units may run", .without = "free", .choice_at = known_placement},
    {OPT_AT(struct request, plan.params), .name = "param", .letter = 'p',
     .argument = "NAME.PARAM=V", .help = "a parameter; may be given again"},
    {OPT_AT(struct request, plan.ops), .name = "ops", .argument = "N", .help = "operations a task",
     .without = "calibrated", .unit = "count", .min = 1, .max = OPS_MAX},
    {OPT_AT(struct request, batches), .name = "batches", .argument = "N",
     .help = "in so many calls", .without = "as time needs", .unit = "count", .min = 1,
     .max = 1000000},
    {OPT_AT(struct request, plan.task_time_ns), .name = "task-time", .argument = "T",
     .help = "what a calibrated task aims at", .without = PLAN_TASK_TIME, .unit = "ns",
     .min = 10000, .max = TASK_TIME_MAX_NS},
    {OPT_AT(struct request, calibrates), .name = "calibrate",
     .help = "print how many operations fill that time"},
    {OPT_AT(struct request, is_whole), .name = "whole",
     .help = "print the cell as it stands in a result"},
    {OPT_AT(struct request, probes), .name = "probe", .argument = "NAME",
     .help = "a probe that has launches of its own; may be given again", .choice_at = known_probe},
    {OPT_AT(struct request, plugins), .name = "plugin", .argument = "FILE",
     .help = "load it first; may be given again"},
    {0},
};

static void init(void *settings)
{
    struct request *r = settings;
    plan_request_init(&r->plan);
    r->plan.rounds = 1;
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

/* That of the plan which is to be measured: one, and its control where it has one. */
static int perform(const struct plan *plan, const struct request *r, struct err *err)
{
    if (plan->cell_count > 1 && !plan->cells[1].is_control)
        return err_set(err, ERR_USAGE, "cell: these are several cells, and one is measured");
    if (plan->cells[0].skip_reason)
        return err_set(err, ERR_UNAVAILABLE, "%s: %s", plan->cells[0].id,
                       plan->cells[0].skip_reason);
    struct mailbox *m = mailbox_new(err);
    int failed = !m ? -1 : r->calibrates ? calibrate(plan, r, m, err) : measure(plan, r, m, err);
    mailbox_free(m);
    return failed;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct request *r = settings;
    struct plan plan = {0};
    (void)call;
    if (!r->plan.workloads.count)
        return err_set(err, ERR_USAGE, "cell: --workload is needed");
    for (size_t i = 0; i < r->plugins.count; i++)
        if (registry_load_plugin(r->plugins.items[i], err))
            return EXIT_RUN_FAILED;
    int failed = plan_build(&r->plan, &plan, err) || perform(&plan, r, err);
    plan_release(&plan);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

const struct command command_cell = {
    .name = "cell",
    .usage = "--workload NAME [--lock NAME] [--executor NAME] [--tasks N] "
             "[--calibrate | --ops N --batches N]",
    .about = "Measures one cell once, as a worker of a run would, and prints what it found.",
    .options = options,
    .settings_size = sizeof(struct request),
    .init = init,
    .run = run,
};
