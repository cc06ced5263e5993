#include "bench/run/plan/outlook.h"

#include "bench/registry.h"

#include <math.h>

/* A fresh worker, the repetitions of a lifecycle, and the journal's line. */
#define VISIT_NS 20e6
/* Waiting whose length no parameter names. */
#define UNKNOWN_WAIT_NS 20e6

/* Operations a task does, as far as that was said; 0: what a calibration finds. */
static double ops_of(const struct cell *c)
{
    if (c->batch_ops)
        return (double)c->batch_ops * c->batch_count;
    uint64_t ops = c->ops ? c->ops : c->workload->ops_per_task;
    return ops ? (double)ops : c->workload->kind == WORKLOAD_IO;
}

/* An operation of what does nothing takes a cycle or two. */
bool outlook_is_untimed(const struct cell *c)
{
    return c->op_ns <= 0 && c->workload->kind != WORKLOAD_IO && ops_of(c) > 0 &&
           !(c->workload->traits & WORKLOAD_EMPTY);
}

/* What one task takes by itself. */
static double task_ns(const struct cell *c, const struct plan *p, uint32_t cpus)
{
    double ops = ops_of(c);
    if (c->op_ns > 0)
        return ops * c->op_ns;
    if (c->workload->kind != WORKLOAD_IO && ops > 0)
        return 0;
    if (c->workload->kind != WORKLOAD_IO) /* as plan_size_cell() will have it */
        return (double)p->task_time_ns * fmin(1, 4.0 * cell_cpus(c, cpus) / c->tasks);
    int row = param_find(c->workload->params, "duration");
    return ops * (row >= 0 ? (double)c->workload_params[row] : UNKNOWN_WAIT_NS);
}

/* How many of its tasks come one after another. */
static double in_a_row(const struct cell *c, uint32_t cpus)
{
    if (c->executor->traits & EXECUTOR_SEQUENTIAL)
        return c->tasks;
    if (c->workload->kind == WORKLOAD_IO)
        return 1;
    return fmax(1, (double)c->tasks / cell_cpus(c, cpus));
}

double outlook_visit_ns(const struct cell *c, const struct plan *p, uint32_t cpus)
{
    double launch_ns = task_ns(c, p, cpus) * in_a_row(c, cpus), launches = 1;
    /* Counters; and the lock's ledger between two plain launches.  In turn, every third round. */
    if (c->own_probes == PROBES_ALL)
        launches += (c->lock->traits & LOCK_EXCLUSIVE ? 4.0 : 1.0) / (p->rounds < 3 ? 1 : 3);
    return VISIT_NS + launches * launch_ns;
}

void outlook_of(const struct plan *p, struct outlook *out)
{
    double round_ns = 0;
    *out = (struct outlook){
        .rounds = p->rounds, .rounds_most = p->rounds_most, .is_virtual = plan_is_virtual(p)};
    for (size_t i = 0; i < p->cell_count; i++) {
        const struct cell *c = &p->cells[i];
        if (c->skip_reason)
            continue;
        out->cells += !c->is_control;
        out->controls += c->is_control;
        out->untimed += outlook_is_untimed(c);
        round_ns += outlook_visit_ns(c, p, plan_cpus());
    }
    out->rounds_ns = (uint64_t)(round_ns * p->rounds);
    bool fills_budget = p->rounds_most > p->rounds || out->rounds_ns > p->budget_ns;
    out->run_ns = fills_budget ? p->budget_ns : out->rounds_ns;
    if (out->run_ns < (uint64_t)round_ns) /* the first round is always done */
        out->run_ns = (uint64_t)round_ns;
}

void outlook_of_plan(struct plan *p, uint64_t ops, struct outlook *out)
{
    for (size_t i = 0; i < p->cell_count && ops; i++)
        p->cells[i].ops = ops;
    outlook_of(p, out);
}
