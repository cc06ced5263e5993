#include "bench/run/assemble.h"

#include "bench/base/clock.h"
#include "bench/base/json_make.h"
#include "bench/machine/host.h"
#include "bench/registry.h"
#include "bench/registry_open.h"
#include "bench/result/make.h"
#include "bench/result/number.h"
#include "bench/result/write.h"
#include "bench/run/derive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const better_names[] = {"lower", "higher", "neutral"};
static const char *const nature_names[] = {"noisy", "exact"};

/* Where a cell is put together. */
struct draft {
    struct result *result;
    struct slim_cell parts;
    struct derive_host host;
    bool is_shard; /* cells say where they stand in the whole */
    bool failed;   /* memory ran out for a number */
};

/* ---- Metrics ------------------------------------------------------------------------------- */

static struct json_maker metric_head(const struct metric *m, enum role role, const char *source)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "unit", m->unit);
    json_make_text(&o, "better", better_names[m->better]);
    json_make_text(&o, "nature", nature_names[m->nature]);
    json_make_text(&o, "group", m->group);
    json_make_text(&o, "definition", m->definition);
    json_make_text(&o, "source", source);
    if (role != ROLE_NONE)
        json_make_text(&o, "role", role_word(role));
    return o;
}

static void add_samples(struct draft *d, const double *samples, const uint32_t *launches,
                        size_t count, size_t launch_count)
{
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++)
        ok = numbers_add(&d->parts.samples, number_rounded(samples[i])) &&
             (count >= launch_count || numbers_add(&d->parts.launches, launches[i]));
    d->failed |= !ok;
}

static void add_series(struct draft *d, const struct record *r, size_t i)
{
    const struct series *s = &r->series[i];
    const char *source = s->count == 0 ? "none" : s->source[0] ? s->source : r->list.owners[i];
    struct json_maker head = metric_head(r->list.metrics[i], r->list.roles[i], source);
    if (s->count == 0)
        json_make_text(&head, "reason",
                       s->reason[0] ? s->reason
                                    : "its turn did not come in the rounds that were done");
    struct slim_metric *m =
        result_make_metric(d->result, &d->parts, r->list.metrics[i]->name, json_made(&head));
    d->failed |= !m;
    if (!m)
        return;
    add_samples(d, s->samples, s->launches, s->count, r->launch_count);
    if (s->histogram && s->histogram->count)
        d->failed |= !result_make_distribution(&d->parts, m, s->histogram);
    result_made_metric(&d->parts, m);
}

static void add_efficiency(struct draft *d, const struct record *records, const struct record *r)
{
    char reason[160] = "no memory for the efficiency of each launch";
    double *values = derive_efficiency(records, r, &d->host, reason, sizeof reason);
    struct json_maker head =
        metric_head(&efficiency_metric, ROLE_NONE,
                    values ? "derived from throughput_per_s and the ceiling's" : "none");
    uint32_t *launches = calloc(r->launch_count + 1, sizeof *launches);
    size_t n = 0;
    for (size_t i = 0; values && launches && i < r->launch_count; i++)
        if (isfinite(values[i])) {
            launches[n] = (uint32_t)i;
            values[n++] = values[i];
        }
    if (n == 0)
        json_make_text(&head, "reason", reason);
    if (n == 0 && r->cell->control >= 0 && &records[r->cell->control] == r)
        json_make_bool(&head, "is_reference", true);
    struct slim_metric *m =
        result_make_metric(d->result, &d->parts, efficiency_metric.name, json_made(&head));
    if (m) {
        add_samples(d, values, launches, n, r->launch_count);
        result_made_metric(&d->parts, m);
    }
    d->failed |= !m || !launches;
    free(values);
    free(launches);
}

static struct result_launch launch_of(const struct launch_note *note)
{
    const struct noise_delta *n = &note->noise;
    struct result_launch one = result_launch_absent;
    one.round = note->round;
    one.duration_ns = (double)n->duration_ns;
    if (n->has_steal)
        one.steal_ns = (double)n->steal_ns;
    if (n->has_busy)
        one.foreign_cpu_ns = (double)n->foreign_ns;
    if (n->has_throttled)
        one.throttled_ns = (double)n->throttled_ns;
    if (n->has_psi_cpu_some)
        one.psi_cpu_some_ns = (double)n->psi_cpu_some_ns;
    if (n->branch_permille)
        one.branch_permille = n->branch_permille;
    return one;
}

/* Then its launches are more than times, and stand in the tree as they do when they are read. */
static bool has_excluded(const struct record *r)
{
    for (size_t i = 0; i < r->launch_count; i++)
        if (r->launches[i].excluded[0])
            return true;
    return false;
}

static void add_launches(struct draft *d, const struct record *r)
{
    for (size_t i = 0; i < r->launch_count; i++) {
        struct result_launch one = launch_of(&r->launches[i]);
        d->failed |= !slim_launch_add(&d->parts, &one);
    }
}

static json_t *launches_json(struct json_maker *o, const struct record *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->launch_count; i++) {
        struct result_launch times = launch_of(&r->launches[i]);
        struct json_maker one = result_launch_maker(&times);
        if (r->launches[i].excluded[0])
            json_make_text(&one, "excluded", r->launches[i].excluded);
        json_make_item(o, list, json_made(&one));
    }
    return list;
}

/* ---- Cells --------------------------------------------------------------------------------- */

/* The unit of each parameter, by the name it has in the cell's id. */
static void add_units(struct json_maker *o, const char *owner, const struct param *table)
{
    for (size_t i = 0; i < param_count(table); i++) {
        char name[96];
        snprintf(name, sizeof name, "%s%s%s", owner, *owner ? "." : "", table[i].name);
        if (!table[i].choices && !table[i].text)
            json_make_text(o, name, table[i].unit);
    }
}

static json_t *units_json(const struct cell *c)
{
    struct json_maker o = json_maker_new();
    add_units(&o, "", c->workload->params);
    add_units(&o, c->lock->name, c->lock->params);
    add_units(&o, c->executor->name, c->executor->params);
    return json_made(&o);
}

static json_t *lock_params_json(const struct cell *c)
{
    struct json_maker o = json_maker_new();
    json_make_all(&o, params_to_json(c->lock->params, c->lock_params));
    if (c->lock->traits & LOCK_PER_RUNTIME)
        json_make_text(&o, "scope", c->lock_is_shared ? "shared" : "runtime");
    return json_made(&o);
}

static void add_variant(struct json_maker *o, const struct executor *x)
{
    struct muting muting;
    char text[256];
    if (!x->variant)
        return;
    registry_mute(&muting);
    const char *variant = x->variant();
    registry_unmute(&muting);
    host_sanitise(text, sizeof text, variant ? variant : "");
    if (*text)
        json_make_text(o, "executor_variant", text);
}

/* What the cell is, and how it ended. */
static json_t *identity_json(const struct record *r, const char *status, const char *reason,
                             json_t *warnings)
{
    const struct cell *c = r->cell;
    struct json_maker o = json_maker_new();
    json_make_text(&o, "id", c->id);
    json_make_text(&o, "role", c->is_control ? "control" : "measured");
    json_make_text(&o, "workload", c->workload->name);
    json_make_text(&o, "workload_kind", registry_kind_name(c->workload->kind));
    json_make_text(&o, "lock", c->lock->name);
    json_make_text(&o, "executor", c->executor->name);
    add_variant(&o, c->executor);
    if (c->executor->traits & EXECUTOR_PEER)
        json_make_bool(&o, "is_peer", true);
    json_make_value(&o, "executor_traits", traits_of_executor_json(c->executor->traits));
    json_make_value(&o, "lock_traits", traits_of_lock_json(c->lock->traits));
    json_make_int(&o, "tasks", c->tasks);
    json_make_int(&o, "workers", c->workers);
    json_make_text(&o, "placement", placement_name(c->placement));
    if (c->cpus)
        json_make_value(&o, "cpus", cpu_list_to_json(c->cpus, c->workers ? c->workers : c->tasks));
    json_make_value(&o, "params", params_to_json(c->workload->params, c->workload_params));
    json_make_value(&o, "lock_params", lock_params_json(c));
    json_make_value(&o, "executor_params", params_to_json(c->executor->params, c->executor_params));
    json_make_value(&o, "param_units", units_json(c));
    json_make_int(&o, "ops_per_task", (int64_t)(c->batch_ops * c->batch_count));
    json_make_int(&o, "batch_ops", (int64_t)c->batch_ops);
    json_make_text(&o, "status", status);
    if (reason)
        json_make_text(&o, "reason", reason);
    if (has_excluded(r))
        json_make_value(&o, "launches", launches_json(&o, r));
    json_make_value(&o, "warnings", warnings);
    return json_made(&o);
}

static const char *status_of(const struct record *r, const char **reason)
{
    *reason = r->reason;
    if (r->cell->skip_reason) {
        *reason = r->cell->skip_reason;
        return "skipped";
    }
    if (r->failed != ERR_NONE)
        return r->failed == ERR_LIMIT || r->failed == ERR_UNAVAILABLE ? "skipped" : "failed";
    *reason = r->launch_count ? record_excluded(r) : "the run ended before this cell was reached";
    return r->launch_count == 0 ? "skipped" : *reason ? "failed" : "ok";
}

static int add_cell(struct draft *d, const struct record *records, const struct record *r,
                    struct err *err)
{
    const char *reason, *status = status_of(r, &reason);
    bool is_ok = !strcmp(status, "ok");
    slim_cell_reset(&d->parts);
    for (size_t i = 0; is_ok && i < r->list.count; i++)
        add_series(d, r, i);
    if (is_ok)
        add_efficiency(d, records, r);
    if (!has_excluded(r))
        add_launches(d, r);
    if (d->failed)
        return err_set(err, ERR_SYSTEM, "no memory for the result");
    json_t *warnings = is_ok ? derive_warnings(r, &d->host) : json_array();
    json_t *identity = identity_json(r, status, reason, warnings);
    if (d->is_shard) {
        struct json_maker o = json_maker_take(identity);
        json_make_int(&o, "place", r->cell->place);
        identity = json_made(&o);
    }
    return result_make_cell(d->result, &d->parts, identity, err);
}

/* By its own account, for what is made here of a stream was measured elsewhere. */
static struct derive_host host_of(const struct result *r)
{
    const json_t *quota = json_object_get(json_object_get(r->json, "host"), "cpu_quota");
    struct derive_host h = {(uint32_t)r->cpus_allowed, (uint32_t)r->cpus_allowed};
    if (json_is_number(quota) && json_number_value(quota) < h.cpus)
        h.cpus = (uint32_t)ceil(json_number_value(quota));
    return h;
}

int assemble_cells(struct result *out, const struct plan *p, const struct record *records,
                   struct err *err)
{
    struct draft d = {.result = out, .host = host_of(out), .is_shard = p->share.count > 0};
    int failed = 0;
    for (size_t i = 0; i < p->cell_count && !failed; i++)
        failed = add_cell(&d, records, &records[i], err);
    slim_cell_release(&d.parts);
    return failed;
}

/* ---- The whole ----------------------------------------------------------------------------- */

/* The header of a run, and what is only known at its end. */
static json_t *finished_header(const json_t *header, const struct plan *p,
                               const struct run_state *state)
{
    char now[40] = "1970-01-01T00:00:00Z";
    bool is_virtual = plan_is_virtual(p);
    if (!is_virtual)
        clock_utc_text(now, sizeof now);
    json_t *root = json_deep_copy(header);
    struct json_maker run = json_maker_of(json_object_get(root, "run"));
    json_make_text(&run, "finished_at", now);
    json_make_text(&run, "status", state->is_complete ? "complete" : "partial");
    json_make_int(&run, "rounds", state->rounds);
    if (p->rounds_most > p->rounds)
        json_make_int(&run, "visits", (int64_t)state->visits);
    json_make_int(&run, "duration_ns", is_virtual ? 0 : (int64_t)state->duration_ns);
    json_t *made = json_made(&run);
    json_decref(made);
    if (made)
        return root;
    json_decref(root);
    return NULL;
}

int assemble_result(struct result *out, const json_t *header, const struct plan *p,
                    const struct record *records, const struct run_state *state, struct err *err)
{
    return result_make_head(out, finished_header(header, p, state), err) ||
                   assemble_cells(out, p, records, err)
               ? -1
               : 0;
}
