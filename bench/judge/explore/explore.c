/* Constants and cells for the simulator. */
#include "bench/judge/explore/explore.h"

#include "bench/judge/ladder/ladder.h"
#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/low.h"
#include "bench/stats/robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Cells ------------------------------------------------------------------------------ */

static double value_of(const struct result_metric *m)
{
    return m ? m->summary.center : (double)NAN;
}

static double number_in(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

static int64_t ops_of(const struct result_cell *c)
{
    return c->ops_per_task >= 1 && (double)c->ops_per_task < 1e15 ? c->ops_per_task : 0;
}

/* CPU time of one operation, the waking and sleeping included. */
static double cpu_of(const struct result_cell *c)
{
    double cpu_ns = value_of(result_role_value(c, ROLE_CPU));
    return ops_of(c) ? cpu_ns / ((double)ops_of(c) * (double)c->tasks) : (double)NAN;
}

/* Whatever computes waits for nothing; of all others it has to be said. */
static double wait_of(const struct result_cell *c)
{
    const struct result_metric *m = result_role_value(c, ROLE_WAIT_PER_OP);
    return m ? m->summary.center : strcmp(c->workload_kind, "cpu") ? (double)NAN : 0;
}

static bool is_simulated(const struct result_cell *c)
{
    bool is_known_lock = c->lock_traits & (LOCK_NONE | LOCK_EXCLUSIVE);
    return c->status == CELL_OK && strcmp(c->role, "control") != 0 && !c->workers &&
           !(c->executor_traits & EXECUTOR_VIRTUAL) && !c->is_peer && is_known_lock &&
           unit_kind_of(c->executor_traits) != UNIT_NONE;
}

static bool is_alone(const struct result_cell *c)
{
    return c->tasks == 1 && !cell_is_locked(c);
}

static bool is_same_work(const struct result_cell *a, const struct result_cell *b)
{
    return !strcmp(a->workload, b->workload) && !strcmp(a->executor, b->executor) &&
           !strcmp(a->placement, b->placement) &&
           (a->params == b->params || json_equal(a->params, b->params));
}

/* An interpreter's lock that has no time to be asked back after is another machine. */
static bool is_asked_back_in_time(const struct result_cell *c, double interval_ns)
{
    return !(c->lock_traits & LOCK_PER_RUNTIME) || interval_ns > 0;
}

static void add_cell(struct explore *e, const struct result_cell *c)
{
    struct explore_cell one = {.cell = c,
                               .rate = result_role_value(c, ROLE_RATE),
                               .wait_ns = wait_of(c),
                               .ops = ops_of(c),
                               .interval_ns = number_in(c->lock_params, "interval")};
    if (!is_simulated(c) || !one.rate || isnan(one.wait_ns) || !one.ops ||
        !is_asked_back_in_time(c, one.interval_ns))
        return;
    if (e->cells.count == EXPLORE_CELLS_MOST) {
        e->left_out++;
        return;
    }
    one.cpu_ns = cpu_of(c);
    one.batches = c->batch_ops >= 1 ? one.ops / c->batch_ops : 1;
    if (isfinite(one.cpu_ns))
        vec_add(&e->cells, one);
}

/*
 * The least that an operation of the same work takes by the same executor: an event loop that is
 * never idle saves the going to sleep, which otherwise counts as a part of waking up.
 */
static void find_least_cpu(struct explore *e)
{
    double least[EXPLORE_CELLS_MOST];
    for (size_t i = 0; i < e->cells.count; i++) {
        const struct explore_cell *one = &e->cells.items[i];
        least[i] = one->cpu_ns;
        for (size_t k = 0; k < e->cells.count; k++)
            if (is_same_work(one->cell, e->cells.items[k].cell))
                least[i] = fmin(least[i], e->cells.items[k].cpu_ns);
    }
    for (size_t i = 0; i < e->cells.count; i++)
        e->cells.items[i].cpu_ns = least[i];
}

/* ---- Constants -------------------------------------------------------------------------- */

/* The executor its kind is known by, else the first of the kind. */
static void choose_kinds(struct explore *e)
{
    for (size_t i = 0; i < e->result->cell_count; i++) {
        const struct result_cell *c = &e->result->cells[i];
        if (!is_simulated(c))
            continue;
        struct explore_kind *k = &e->kinds[unit_kind_of(c->executor_traits)];
        bool is_better =
            c->executor_traits & ~(k->like ? k->like->executor_traits : 0U) & EXECUTOR_TYPICAL;
        if (!k->like || is_better)
            *k = (struct explore_kind){c, (double)NAN, (double)NAN, (double)NAN};
    }
}

static void keep_least(double *least, double value)
{
    if (isfinite(value) && value > 0)
        *least = isnan(*least) ? value : fmin(*least, value);
}

/* What others can only lengthen is taken at its least, over all cells that have it. */
static void find_switch(struct explore *e, struct explore_kind *k)
{
    for (size_t i = 0; i < e->result->cell_count && k->like; i++) {
        const struct result_cell *c = &e->result->cells[i];
        if (is_simulated(c) && !strcmp(c->executor, k->like->executor) && !cell_is_locked(c))
            keep_least(&k->switch_ns, value_of(result_value_find(c, "switch_ns")));
    }
}

/*
 * A start by its fastest tenth, of the cell that the ladder of this result shows it of: others
 * start units too, with work behind them that a start is part of.
 */
static bool find_start(const struct explore *e, struct explore_kind *k, const struct ladder *l)
{
    size_t column = ladder_find(l, LADDER_LIFECYCLE);
    bool failed = false;
    for (size_t i = 0; i < l->rows.count && k->like && column < l->columns.count; i++) {
        const struct ladder_slot *slot = &l->rows.items[i].slots[column];
        if (slot->metric && !strcmp(slot->cell->executor, k->like->executor) &&
            l->rows.items[i].result == e->result)
            keep_least(&k->startup_ns, low_of(slot->metric, &failed));
    }
    return !failed;
}

static int find_costs(struct explore *e, struct err *err)
{
    struct ladder ladder;
    int status = ladder_of(&ladder, &(struct ladder_source){.results = e->result, .count = 1}, err);
    for (size_t k = 0; k < EXPLORE_KINDS && !status; k++) {
        find_switch(e, &e->kinds[k]);
        if (!find_start(e, &e->kinds[k], &ladder))
            status = err_set(err, ERR_SYSTEM, "simulator: out of memory");
    }
    ladder_release(&ladder);
    return status;
}

/* What an operation of one unit alone takes beyond computing and waiting. */
static void find_wake(struct explore *e, struct explore_kind *k)
{
    for (size_t i = 0; i < e->cells.count && k->like; i++) {
        const struct explore_cell *c = &e->cells.items[i];
        if (!strcmp(c->cell->executor, k->like->executor) && is_alone(c->cell) && c->wait_ns > 0)
            keep_least(&k->wake_ns, 1e9 / c->rate->summary.center - c->cpu_ns - c->wait_ns);
    }
}

/* More that compute than CPUs: each is put out of its own once a slice. */
static void find_slice(struct explore *e)
{
    double cpus = (double)e->result->cpus_allowed;
    e->slice_ns = (double)NAN;
    for (size_t i = 0; i < e->cells.count && cpus > 0; i++) {
        const struct result_cell *c = e->cells.items[i].cell;
        double switches = value_of(result_value_find(c, "involuntary_switches_per_s"));
        if ((double)c->tasks > cpus && !cell_is_locked(c) && switches > 0 &&
            e->cells.items[i].cpu_ns > 10 * e->cells.items[i].wait_ns)
            keep_least(&e->slice_ns, cpus * 1e9 / switches);
    }
}

int explore_of(struct explore *out, const struct result *r, struct err *err)
{
    *out = (struct explore){.result = r};
    choose_kinds(out);
    for (size_t i = 0; i < r->cell_count; i++)
        add_cell(out, &r->cells[i]);
    if (out->cells.failed)
        return err_set(err, ERR_SYSTEM, "simulator: out of memory");
    find_least_cpu(out);
    if (find_costs(out, err))
        return -1;
    for (size_t k = 0; k < EXPLORE_KINDS; k++)
        find_wake(out, &out->kinds[k]);
    find_slice(out);
    return 0;
}

void explore_release(struct explore *e)
{
    vec_release(&e->cells);
}
