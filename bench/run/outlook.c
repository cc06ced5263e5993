#include "bench/run/outlook.h"

#include "bench/registry.h"

#include <math.h>

/* A fresh worker, the repetitions of a lifecycle, and the journal's line. */
#define VISIT_NS 20e6
/* Waiting whose length no parameter names. */
#define UNKNOWN_WAIT_NS 20e6

/* What one task takes by itself. */
static double task_ns(const struct cell *c)
{
    double ops = (double)c->batch_ops * c->batch_count;
    int row = param_find(c->workload->params, "duration");
    if (c->op_ns > 0)
        return ops * c->op_ns;
    if (c->workload->kind != WORKLOAD_IO)
        return 0;
    return ops * (row >= 0 ? (double)c->workload_params[row] : UNKNOWN_WAIT_NS);
}

/* How many of its tasks come one after another. */
static double in_a_row(const struct cell *c)
{
    if (c->executor->traits & EXECUTOR_SEQUENTIAL)
        return c->tasks;
    if (c->workload->kind == WORKLOAD_IO)
        return 1;
    return fmax(1, (double)c->tasks / cell_cpus(c, plan_cpus()));
}

static double visit_ns(const struct cell *c, uint32_t rounds)
{
    double launch_ns = task_ns(c) * in_a_row(c), launches = 1;
    /* Counters; and the lock's ledger between two plain launches.  In turn, every third round. */
    if (c->own_probes == PROBES_ALL)
        launches += (c->lock->traits & LOCK_EXCLUSIVE ? 4.0 : 1.0) / (rounds < 3 ? 1 : 3);
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
        round_ns += visit_ns(c, p->rounds);
    }
    out->rounds_ns = (uint64_t)(round_ns * p->rounds);
    bool fills_budget = p->rounds_most > p->rounds || out->rounds_ns > p->budget_ns;
    out->run_ns = fills_budget ? p->budget_ns : out->rounds_ns;
    if (out->run_ns < (uint64_t)round_ns) /* the first round is always done */
        out->run_ns = (uint64_t)round_ns;
}
