#include "bench/run/single.h"

#include "bench/base/clock.h"
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/registry.h"
#include "bench/result/heads.h"
#include "bench/result/write.h"
#include "bench/run/assemble.h"
#include "bench/run/worker.h"

/* An interrupt ends this process as any other. */
static const volatile bool never = false;

/* Tasks that compute in turn, under one lock or in one thread, need no fewer operations. */
enum { SLOWDOWN_MOST = 3 };

/* Of making units, as part of a cell and of a sample: a duel wants many samples, not long ones. */
enum { ENOUGH_NS = 2000000, SAMPLE_ENOUGH_NS = 500000 };

int single_ask(struct mailbox *m, const struct cell *c, const struct plan *plan, struct err *err)
{
    if (assignment_set_cell(&m->job, c, err) ||
        worker_run(m, clock_now_ns() + plan->timeout_ns, &never, err))
        return -1;
    return m->err.code == ERR_NONE ? 0 : err_set(err, m->err.code, "%s: %s", c->id, m->err.text);
}

/* ---- How many operations ------------------------------------------------------------------- */

static int ask_of_time(struct mailbox *m, enum assignment_kind kind, const struct cell *c,
                       const struct plan *plan, double op_ns, struct err *err)
{
    mailbox_clear(m);
    assignment_init(&m->job, kind);
    m->job.op_ns = op_ns;
    m->job.time_ns = plan->task_time_ns;
    m->job.cpus = plan_cpus();
    return single_ask(m, c, plan, err);
}

static json_t *calibration_json(const struct cell *c)
{
    struct json_maker m = json_maker_new();
    json_make_text(&m, "schema", "contend.calibration/1");
    json_make_text(&m, "id", c->id);
    json_make_int(&m, "ops", (int64_t)(c->batch_ops * c->batch_count));
    json_make_int(&m, "batches", c->batch_count);
    json_make_int(&m, "tasks", c->tasks);
    return json_made(&m);
}

int single_op_ns(const struct plan *plan, struct mailbox *m, double *op_ns, struct err *err)
{
    const struct cell *c = &plan->cells[0];
    const struct cell *serial = c->control >= 0 ? &plan->cells[c->control] : c;
    if (ask_of_time(m, ASSIGN_CALIBRATE, serial, plan, 0, err))
        return -1;
    *op_ns = m->op_ns;
    /* Some locks make an operation thirty times longer: then a sample would be, and pairs few. */
    if (ask_of_time(m, ASSIGN_SLOWDOWN, c, plan, *op_ns, err))
        return -1;
    if (m->slowdown > SLOWDOWN_MOST)
        *op_ns *= m->slowdown;
    return 0;
}

static json_t *calibrate(const struct plan *plan, const struct single_request *r, struct mailbox *m,
                         struct err *err)
{
    struct cell *c = &plan->cells[0];
    bool is_timed = c->workload->kind != WORKLOAD_IO && !r->plan.ops;
    double op_ns = 0;
    if (is_timed && single_op_ns(plan, m, &op_ns, err))
        return NULL;
    plan_size_cell(c, (uint64_t)r->plan.ops, op_ns, plan->task_time_ns, plan_cpus());
    json_t *document = calibration_json(c);
    if (!document)
        err_set(err, ERR_SYSTEM, "no memory for a JSON document");
    return document;
}

/* ---- The cell as a result has it ----------------------------------------------------------- */

/* With all metrics and distributions, for who puts a result together. */
static json_t *whole_json(const struct plan *plan, const struct mailbox *m, struct err *err)
{
    struct record *records = records_new(plan, err);
    struct result result = {.heads = heads_new()};
    json_t *visit = visit_to_json(0, 0, &plan->cells[0], m, 0), *document = NULL;
    int failed =
        !records || (!visit || !result.heads ? err_set(err, ERR_SYSTEM, "no memory for the cell")
                                             : records_add(records, plan->cell_count, visit, err) ||
                                                   assemble_cells(&result, plan, records, err));
    if (!failed) {
        struct json_maker made = json_maker_new();
        json_make_text(&made, "schema", "contend.cell/1");
        json_make_value(&made, "cell", result_cell_json(&result.cells[0]));
        document = json_made(&made);
        if (!document)
            err_set(err, ERR_SYSTEM, "no memory for a JSON document");
    }
    json_decref(visit);
    result_unload(&result);
    records_free(records, plan->cell_count);
    return document;
}

/* As a visit of a run: probes that disturb have a worker of their own, before the cell is measured.
 */
static json_t *measure_whole(const struct plan *plan, const struct single_request *r,
                             struct mailbox *m, struct err *err)
{
    static const enum assignment_kind kinds[] = {ASSIGN_OWN, ASSIGN_VISIT};
    struct cell *c = &plan->cells[0];
    c->own_probes = 0;
    for (size_t i = 0; i < r->probes.count; i++)
        if (cell_add_probe(&c->own_probes, r->probes.items[i], err))
            return NULL;
    mailbox_clear(m);
    for (size_t i = r->probes.count ? 0 : 1; i < 2; i++) {
        assignment_init(&m->job, kinds[i]);
        m->job.timer_slack_ns = plan->timer_slack_ns;
        m->job.lifecycle_ns = ENOUGH_NS;
        m->job.is_uncompared = r->is_uncompared;
        if (single_ask(m, c, plan, err))
            return NULL;
    }
    return whole_json(plan, m, err);
}

/* ---- A sample ------------------------------------------------------------------------------ */

static void size_of(const struct plan *plan, const struct single_request *r)
{
    struct cell *c = &plan->cells[0];
    if (r->plan.ops && r->batches) {
        uint64_t count = (uint64_t)(r->batches < r->plan.ops ? r->batches : r->plan.ops);
        c->batch_count = (uint32_t)count;
        c->batch_ops = ((uint64_t)r->plan.ops + count - 1) / count;
    } else {
        plan_size_cell(c, (uint64_t)r->plan.ops, 0, plan->task_time_ns, plan_cpus());
    }
}

/* Whoever started this process measures it: the worker takes its place. */
static void become_sample(const struct plan *plan, struct mailbox *m, struct err *err)
{
    mailbox_clear(m);
    assignment_init(&m->job, ASSIGN_SAMPLE);
    m->job.timer_slack_ns = plan->timer_slack_ns;
    m->job.lifecycle_ns = SAMPLE_ENOUGH_NS;
    if (!assignment_set_cell(&m->job, &plan->cells[0], err))
        worker_become(m, err);
}

/* NULL with err. */
static json_t *perform(const struct plan *plan, const struct single_request *r, struct err *err)
{
    json_t *document = NULL;
    struct mailbox *m = mailbox_new(err);
    if (m && r->calibrates)
        document = calibrate(plan, r, m, err);
    else if (m) {
        size_of(plan, r);
        if (r->is_whole)
            document = measure_whole(plan, r, m, err);
        else
            become_sample(plan, m, err);
    }
    mailbox_free(m);
    return document;
}

int single_cell(const struct single_request *r, struct buf *out, struct err *err)
{
    struct plan plan = {0};
    json_t *document = NULL;
    if (!r->plan.workloads.count)
        return err_set(err, ERR_USAGE, "cell: --workload is needed");
    if (registry_load_plugins(r->plugins.items, r->plugins.count, err) ||
        plan_build(&r->plan, &plan, err))
        return -1;
    if (plan.cell_count > 1 && !plan.cells[1].is_control)
        err_set(err, ERR_USAGE, "cell: these are several cells, and one is measured");
    else if (plan.cells[0].skip_reason)
        err_set(err, ERR_UNAVAILABLE, "%s: %s", plan.cells[0].id, plan.cells[0].skip_reason);
    else
        document = perform(&plan, r, err);
    plan_release(&plan);
    if (!document)
        return -1;
    json_add_text(out, document, JSON_REAL_PRECISION(15));
    return 0;
}

/* ---- Empty units --------------------------------------------------------------------------- */

int single_become_units(const struct single_units *u, struct err *err)
{
    const struct executor *x = registry_find_executor(u->executor, err);
    const struct workload *w = registry_find_workload("noop", err);
    const struct lock *k = registry_find_lock("none", err);
    struct mailbox *m = x && w && k ? mailbox_new(err) : NULL;
    if (!m)
        return -1;
    struct cell c;
    cell_init(&c, w, k, x);
    c.tasks = (uint32_t)(u->tasks ? u->tasks : u->units > 0 ? u->units : 1);
    c.workers = x->traits & EXECUTOR_POOLED ? plan_cpus() : 0;
    assignment_init(&m->job, ASSIGN_EMPTIES);
    m->job.units = (uint64_t)u->units;
    m->job.steps = (uint64_t)u->steps;
    if (!assignment_set_cell(&m->job, &c, err))
        worker_become(m, err);
    mailbox_free(m);
    return -1;
}
