#include "bench/run/assemble.h"

#include "bench/core/clock.h"
#include "bench/registry.h"
#include "bench/run/derive.h"
#include "bench/stats/summary.h"

#include "bench/run/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const better_names[] = {"lower", "higher", "neutral"};
static const char *const nature_names[] = {"noisy", "exact"};

static json_t *summary_json(const double *samples, size_t count)
{
    struct summary s;
    if (count == 0 || summary_of(samples, count, SUMMARY_LEVEL, &s, NULL))
        return NULL;
    return json_pack("{s:o, s:o, s:o, s:f, s:I}", "center", number_json(s.center), "lo",
                     number_json(s.lo), "hi", number_json(s.hi), "level", s.level, "n",
                     (json_int_t)s.n);
}

static json_t *distribution_json(const struct histogram *h)
{
    static const struct {
        const char *name;
        double q;
    } quantiles[] = {{"p10", 0.1}, {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};
    json_t *o = json_pack("{s:I, s:I}", "n", (json_int_t)h->count, "min", (json_int_t)h->min);
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
        json_object_set_new(o, quantiles[i].name,
                            json_integer((json_int_t)histogram_quantile(h, quantiles[i].q)));
    json_object_set_new(o, "max", json_integer((json_int_t)h->max));
    json_t *buckets = json_array();
    size_t i = 0;
    uint64_t low;
    uint32_t count;
    while (histogram_next(h, &i, &low, &count))
        json_array_append_new(buckets, json_pack("[I, I]", (json_int_t)low, (json_int_t)count));
    json_object_set_new(o, "buckets", buckets);
    return o;
}

static json_t *metric_json(const struct metric *m, const char *source)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "unit", m->unit, "better",
                     better_names[m->better], "nature", nature_names[m->nature], "group", m->group,
                     "definition", m->definition, "source", source);
}

static void finish_metric(json_t *o, const double *samples, const uint32_t *launches, size_t count,
                          size_t launch_count)
{
    json_t *list = json_array(), *which = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, number_json(samples[i]));
        json_array_append_new(which, json_integer(launches[i]));
    }
    json_object_set_new(o, "samples", list);
    if (count < launch_count && count > 0)
        json_object_set(o, "launches", which);
    json_decref(which);
    json_t *summary = summary_json(samples, count);
    if (summary)
        json_object_set_new(o, "summary", summary);
}

static json_t *series_json(const struct record *r, size_t i)
{
    const struct series *s = &r->series[i];
    const char *source = s->count == 0 ? "none" : s->source[0] ? s->source : r->list.owners[i];
    json_t *o = metric_json(r->list.metrics[i], source);
    finish_metric(o, s->samples, s->launches, s->count, r->launch_count);
    if (s->histogram && s->histogram->count)
        json_object_set_new(o, "distribution", distribution_json(s->histogram));
    if (s->count == 0)
        json_object_set_new(
            o, "reason",
            json_string(s->reason[0] ? s->reason
                                     : "its turn did not come in the rounds that were done"));
    return o;
}

static json_t *efficiency_json(const struct record *records, const struct record *r)
{
    char reason[160] = "no memory";
    double *values = derive_efficiency(records, r, reason, sizeof reason);
    json_t *o = metric_json(&efficiency_metric,
                            values ? "derived from throughput_per_s and the ceiling's" : "none");
    uint32_t *launches = calloc(r->launch_count + 1, sizeof *launches);
    size_t n = 0;
    for (size_t i = 0; values && launches && i < r->launch_count; i++)
        if (isfinite(values[i])) {
            launches[n] = (uint32_t)i;
            values[n++] = values[i];
        }
    finish_metric(o, values, launches, n, r->launch_count);
    if (n == 0)
        json_object_set_new(o, "reason", json_string(reason));
    if (n == 0 && r->cell->control >= 0 && &records[r->cell->control] == r)
        json_object_set_new(o, "is_reference", json_true());
    free(values);
    free(launches);
    return o;
}

static json_t *launches_json(const struct record *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->launch_count; i++) {
        const struct noise_delta *n = &r->launches[i].noise;
        json_t *o = json_pack("{s:I, s:I}", "round", (json_int_t)r->launches[i].round,
                              "duration_ns", (json_int_t)n->duration_ns);
        if (n->has_steal)
            json_object_set_new(o, "steal_ns", json_integer((json_int_t)n->steal_ns));
        if (n->has_busy)
            json_object_set_new(o, "foreign_cpu_ns", json_integer((json_int_t)n->foreign_ns));
        if (n->has_throttled)
            json_object_set_new(o, "throttled_ns", json_integer((json_int_t)n->throttled_ns));
        if (n->has_psi_cpu_some)
            json_object_set_new(o, "psi_cpu_some_ns", json_integer((json_int_t)n->psi_cpu_some_ns));
        json_array_append_new(list, o);
    }
    return list;
}

/* The unit of each parameter, by the name it has in the cell's id. */
static void add_units(json_t *o, const char *owner, const struct param *table)
{
    for (size_t i = 0; i < param_count(table); i++) {
        char name[96];
        snprintf(name, sizeof name, "%s%s%s", owner, *owner ? "." : "", table[i].name);
        if (!table[i].choices)
            json_object_set_new(o, name, json_string(table[i].unit));
    }
}

static json_t *units_json(const struct cell *c)
{
    json_t *o = json_object();
    add_units(o, "", c->workload->params);
    add_units(o, c->lock->name, c->lock->params);
    add_units(o, c->executor->name, c->executor->params);
    return o;
}

static json_t *identity_json(const struct cell *c)
{
    json_t *lock_params = params_to_json(c->lock->params, c->lock_params);
    if (c->lock->traits & LOCK_PER_RUNTIME)
        json_object_set_new(lock_params, "scope",
                            json_string(c->lock_is_shared ? "shared" : "runtime"));
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", c->id, "role",
                          c->is_control ? "control" : "measured", "workload", c->workload->name,
                          "workload_kind", registry_kind_name(c->workload->kind), "lock",
                          c->lock->name, "executor", c->executor->name);
    if (c->executor->variant)
        json_object_set_new(o, "executor_variant", json_string(c->executor->variant()));
    if (c->executor->traits & EXECUTOR_PEER)
        json_object_set_new(o, "is_peer", json_true());
    json_object_set_new(o, "tasks", json_integer(c->tasks));
    json_object_set_new(o, "workers", json_integer(c->workers));
    json_object_set_new(o, "placement", json_string(placement_name(c->placement)));
    json_object_set_new(o, "params", params_to_json(c->workload->params, c->workload_params));
    json_object_set_new(o, "lock_params", lock_params);
    json_object_set_new(o, "executor_params",
                        params_to_json(c->executor->params, c->executor_params));
    json_object_set_new(o, "param_units", units_json(c));
    json_object_set_new(o, "ops_per_task",
                        json_integer((json_int_t)(c->batch_ops * c->batch_count)));
    json_object_set_new(o, "batch_ops", json_integer((json_int_t)c->batch_ops));
    return o;
}

static json_t *cell_json(const struct record *records, const struct record *r)
{
    const struct cell *c = r->cell;
    json_t *o = identity_json(c);
    const char *status = "ok", *reason = NULL;
    if (c->skip_reason) {
        status = "skipped";
        reason = c->skip_reason;
    } else if (r->failed == ERR_LIMIT || r->failed == ERR_UNAVAILABLE) {
        status = "skipped";
        reason = r->reason;
    } else if (r->failed != ERR_NONE) {
        status = "failed";
        reason = r->reason;
    } else if (r->launch_count == 0) {
        status = "skipped";
        reason = "the run ended before this cell was reached";
    }
    json_object_set_new(o, "status", json_string(status));
    if (reason)
        json_object_set_new(o, "reason", json_string(reason));
    json_t *metrics = json_object();
    if (!strcmp(status, "ok")) {
        for (size_t i = 0; i < r->list.count; i++)
            json_object_set_new(metrics, r->list.metrics[i]->name, series_json(r, i));
        json_object_set_new(metrics, efficiency_metric.name, efficiency_json(records, r));
    }
    json_object_set_new(o, "metrics", metrics);
    json_object_set_new(o, "launches", launches_json(r));
    json_object_set_new(o, "warnings", strcmp(status, "ok") ? json_array() : derive_warnings(r));
    return o;
}

json_t *assemble_result(const json_t *header, const struct plan *p, const struct record *records,
                        const struct run_state *state)
{
    json_t *root = json_deep_copy(header);
    json_t *run = json_object_get(root, "run");
    char now[40] = "1970-01-01T00:00:00Z";
    bool is_virtual = plan_is_virtual(p);
    if (!is_virtual)
        clock_utc_text(now, sizeof now);
    json_object_set_new(run, "finished_at", json_string(now));
    json_object_set_new(run, "status", json_string(state->is_complete ? "complete" : "partial"));
    json_object_set_new(run, "rounds", json_integer(state->rounds));
    if (p->rounds_most > p->rounds)
        json_object_set_new(run, "visits", json_integer((json_int_t)state->visits));
    json_object_set_new(run, "duration_ns",
                        json_integer(is_virtual ? 0 : (json_int_t)state->duration_ns));
    json_t *cells = json_array();
    for (size_t i = 0; i < p->cell_count; i++)
        json_array_append_new(cells, cell_json(records, &records[i]));
    json_object_set_new(root, "cells", cells);
    return root;
}
