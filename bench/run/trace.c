#include "bench/run/trace.h"

#include "bench/registry.h"
#include "bench/run/launch/tracing.h"
#include "bench/run/single.h"
#include "bench/run/trace_lanes.h"
#include "bench/run/worker.h"
#include "version.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Which cell, and how much of it --------------------------------------------------------- */

static int check_cell(const struct plan *plan, const struct trace_request *r, struct err *err)
{
    const struct cell *c = &plan->cells[0];
    uint64_t bytes = traced_room(TRACED_LAUNCHES_MOST, c->tasks, (uint32_t)r->events);
    if (plan->cell_count > 1 && !plan->cells[1].is_control)
        return err_set(
            err, ERR_USAGE,
            "trace: these are several cells, and one is traced; name one workload, lock, "
            "executor and number of tasks");
    if (c->skip_reason)
        return err_set(err, ERR_UNAVAILABLE, "%s: %s", c->id, c->skip_reason);
    if (c->executor->traits & EXECUTOR_STACKLESS)
        return err_set(err, ERR_UNAVAILABLE,
                       "%s: units without a stack do not suspend in a verb: there is nothing that "
                       "could be recorded",
                       c->id);
    if (c->tasks > TRACED_UNITS_MOST)
        return err_set(err, ERR_USAGE, "--tasks: \"%u\" is too large for a picture (1 to %d)",
                       c->tasks, TRACED_UNITS_MOST);
    if (bytes > TRACED_BYTES_MOST)
        return err_set(
            err, ERR_USAGE,
            "--events: \"%lld\" is too large for %u units: together at most 1 GiB, which "
            "is %llu each",
            (long long)r->events, c->tasks,
            (unsigned long long)(TRACED_BYTES_MOST / TRACED_LAUNCHES_MOST /
                                 ((c->tasks + 1) * sizeof(struct traced_event))));
    return 0;
}

/*
 * As many operations as fill the picture: more tasks than can run at a time share it.  Where that
 * is known only roughly the picture ends before the work does, or a little after.
 */
static int size_cell(const struct plan *plan, const struct trace_request *r, struct mailbox *m,
                     struct err *err)
{
    struct cell *c = &plan->cells[0];
    uint32_t cpus = plan_cpus();
    int64_t ops = r->plan.ops;
    double op_ns = 0;
    bool is_virtual = c->executor->traits & EXECUTOR_VIRTUAL;
    if (!ops && !is_virtual) {
        if (single_op_ns(plan, m, &op_ns, err))
            return -1;
        bool computes = c->workload->kind == WORKLOAD_CPU || c->workload->kind == WORKLOAD_SYNC;
        double at_a_time = computes ? cell_cpus(c, cpus) : c->tasks;
        double share = at_a_time < c->tasks ? at_a_time / c->tasks : 1;
        ops = op_ns > 0 ? (int64_t)ceil((double)r->for_ns * share / op_ns) : 1;
        ops = ops < 1 ? 1 : ops > OPS_MAX ? OPS_MAX : ops;
    }
    plan_size_cell(c, (uint64_t)ops, op_ns, plan->task_time_ns, cpus);
    return 0;
}

/* ---- What was found ------------------------------------------------------------------------- */

static void add_metrics(struct trace_part *p, const struct cell *c, const struct mailbox *m,
                        uint32_t launch)
{
    struct metric_list list;
    metric_list_of(c->workload, c->workload_params, &list);
    int offset = metric_offset_own(&list, c->workload);
    for (size_t i = 0; offset >= 0 && i < metric_count(c->workload->metrics); i++) {
        const struct metric *metric = &c->workload->metrics[i];
        double value = m->found[(size_t)offset + i].values[launch];
        if (isfinite(value))
            trace_metric(p, metric->name, metric->unit, value);
    }
}

/* After which a waiter may ask; 0: the lock has no such parameter. */
static uint64_t interval_of(const struct cell *c)
{
    int row = param_find(c->lock->params, "interval");
    bool is_time = row >= 0 && !strcmp(c->lock->params[row].unit, "ns");
    return is_time ? (uint64_t)c->lock_params[row] : 0;
}

/* Where one computes until the other is done, CPU time says how long that was. */
static void set_cost(struct trace_part *p, const struct traced *t, const struct workload *w)
{
    double plain_ns = (t->before_cpu_ns + t->after_cpu_ns) / 2;
    bool is_known = t->before_cpu_ns > 0 && t->after_cpu_ns > 0 && t->traced_cpu_ns > 0 &&
                    w->kind != WORKLOAD_MIXED;
    if (!is_known)
        return;
    p->cost_ratio = t->traced_cpu_ns / plain_ns - 1;
    p->noise_ratio = fabs(t->after_cpu_ns - t->before_cpu_ns) / plain_ns;
}

/* A unit as lanes call it: what the executor is known by. */
static const char *unit_word(const struct executor *x)
{
    if (x->traits & EXECUTOR_SEQUENTIAL)
        return "task";
    if (!(x->traits & (EXECUTOR_PREEMPTIVE | EXECUTOR_VIRTUAL)))
        return "coroutine";
    return x->traits & EXECUTOR_SHARED_HEAP ? "thread" : "process";
}

static int add_part(struct trace *out, const struct cell *c, const struct mailbox *m,
                    const struct traced *t, const struct trace_request *r, uint32_t launch,
                    const char **at, struct err *err)
{
    static const char *const again[] = {"cold", "warm, the same workers"};
    const struct trace_reading how = {
        .has_lock = c->lock->traits & LOCK_EXCLUSIVE,
        .is_pooled = c->executor->traits & EXECUTOR_POOLED,
        .shows_making = r->again,
        .unit = unit_word(c->executor),
    };
    const char *name = r->name ? r->name : r->again ? again[launch] : "";
    struct trace_part *p = trace_add(out, name, c->id, "contend " CONTEND_VERSION);
    if (!p)
        return trace_check(out, err);
    p->interval_ns = interval_of(c);
    *at += trace_lanes(p, (const struct traced_launch *)(const void *)*at, &how);
    p->knows_queues = t->has_queue;
    p->event_ns = t->event_ns > 0 ? t->event_ns : (double)NAN;
    set_cost(p, t, c->workload);
    add_metrics(p, c, m, launch);
    return trace_check(out, err);
}

static int ask_once(const struct plan *plan, const struct trace_request *r, struct mailbox *m,
                    uint32_t launches, struct err *err)
{
    const struct cell *c = &plan->cells[0];
    mailbox_clear(m);
    assignment_init(&m->job, ASSIGN_TRACE);
    m->job.launches = launches;
    m->job.timer_slack_ns = plan->timer_slack_ns;
    m->job.trace_ns = (uint64_t)r->for_ns;
    m->job.trace_events = (uint32_t)r->events;
    return single_ask(m, c, plan, err);
}

/* On a busy machine an operation seems to take longer than it does: then there was too little work,
 * and by how much is known now. */
static bool grow(const struct plan *plan, const struct trace_request *r, double span_ns)
{
    struct cell *c = &plan->cells[0];
    double lacking = (double)r->for_ns / span_ns;
    uint64_t ops = c->batch_ops * c->batch_count;
    if (r->plan.ops || !(lacking > 1.05) || c->executor->traits & EXECUTOR_VIRTUAL)
        return false;
    ops = (uint64_t)fmin(ceil((double)ops * fmin(lacking, 100) * 1.2), (double)OPS_MAX);
    plan_size_cell(c, ops, 0, plan->task_time_ns, plan_cpus());
    return true;
}

static int trace_it(const struct plan *plan, const struct trace_request *r, struct mailbox *m,
                    struct trace *out, struct err *err)
{
    enum { TRIES = 3 };
    uint32_t launches = r->again ? TRACED_LAUNCHES_MOST : 1;
    size_t bytes = traced_room(launches, plan->cells[0].tasks, (uint32_t)r->events);
    void *room;
    if (size_cell(plan, r, m, err) || mailbox_make_room(m, bytes, &room, err))
        return -1;
    const struct traced *t = room;
    int failed = ask_once(plan, r, m, launches, err);
    for (int i = 1; i < TRIES && !failed && grow(plan, r, t->span_ns); i++)
        failed = ask_once(plan, r, m, launches, err);
    const char *at = (const char *)(t + 1);
    for (uint32_t i = 0; !failed && i < t->launches; i++)
        failed = add_part(out, &plan->cells[0], m, t, r, i, &at, err);
    mailbox_free_room(m, room);
    return failed;
}

int trace_cell(const struct trace_request *r, struct trace *out, struct err *err)
{
    struct plan plan = {0};
    if (plan_build(&r->plan, &plan, err))
        return -1;
    struct mailbox *m = check_cell(&plan, r, err) ? NULL : mailbox_new(err);
    int failed = m ? trace_it(&plan, r, m, out, err) : -1;
    mailbox_free(m);
    plan_release(&plan);
    return failed;
}
