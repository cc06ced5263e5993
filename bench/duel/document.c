/* The document contend.duel/1: verdicts, what they rest on, and every raw value. */
#include "bench/core/json.h"
#include "bench/core/priority.h"
#include "bench/duel/report.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <stdio.h>

/* Relative changes of the metric, whichever direction is better. */
static json_t *effect_json(const struct arm_effect *e, bool higher)
{
    const struct summary *s = &e->effect;
    json_t *o = json_object();
    json_object_set_new(o, "level", json_real(s->level));
    json_object_set_new(o, "n", json_integer((json_int_t)s->n));
    if (s->n < 2) /* one pair is no change yet */
        return o;
    struct page_value change = duel_change_of(e, higher);
    json_set_finite(o, "center_ratio", change.center);
    json_set_finite(o, "lo_ratio", change.lo);
    json_set_finite(o, "hi_ratio", change.hi);
    json_set_finite(o, "mean_ratio", log_ratio_to_change(higher ? -e->mean : e->mean));
    json_set_finite(o, "spread_ratio", e->spread);
    return o;
}

static json_t *missing_json(const struct missing *m)
{
    return json_pack("{s:I, s:I, s:I, s:b}", "samples", (json_int_t)m->slots, "base",
                     (json_int_t)m->base, "head", (json_int_t)m->head, "lopsided",
                     missing_is_lopsided(m));
}

static json_t *confirmation_json(const struct duel_row *row)
{
    const struct confirmation *c = &row->confirmation;
    json_t *o = json_object();
    json_object_set_new(o, "agreed", json_boolean(c->has_agreed));
    json_object_set_new(o, "effect", effect_json(&c->head, row->higher_is_better));
    json_set_finite(o, "evidence_ln", c->evidence_ln);
    return o;
}

static void add_judgement(json_t *o, const struct duel_outcome *out, const struct duel_row *row)
{
    json_set_finite(o, "tolerance_ratio", log_ratio_to_change(row->tolerance_ln));
    json_object_set_new(o, "tolerance_source",
                        json_string(tolerance_source_name(row->tolerance_source)));
    json_set_finite(o, "evidence_slower_ln", row->worse_ln);
    json_set_finite(o, "evidence_faster_ln", row->better_ln);
    json_set_finite(o, "detectable_ratio", log_ratio_to_change(row->detectable_ln));
    json_set_finite(o, "seconds_to_settle", duel_seconds_to_settle(out, row));
    json_object_set_new(o, "control_fired", json_boolean(row->control_fired));
    json_object_set_new(o, "control_pairs_least",
                        json_integer((json_int_t)row->control_pairs_least));
    if (missing_is_partial(&row->net_missing))
        json_object_set_new(o, "net_missing", missing_json(&row->net_missing));
    if (row->confirmation.was_tried)
        json_object_set_new(o, "confirmation", confirmation_json(row));
}

static json_t *row_json(const struct duel_outcome *out, const struct duel_row *row)
{
    bool higher = row->higher_is_better;
    json_t *o = json_object();
    json_object_set_new(o, "metric", json_string(row->metric));
    json_object_set_new(o, "unit", json_string(row->unit));
    json_object_set_new(o, "better", json_string(higher ? "higher" : "lower"));
    json_object_set_new(o, "gated", json_boolean(row->is_gated));
    if (row->is_gated)
        json_object_set_new(o, "verdict", json_string(verdict_name(row->verdict)));
    if (*row->reason)
        json_object_set_new(o, "reason", json_string(row->reason));
    json_set_finite(o, "base", row->base);
    json_set_finite(o, "head", row->head);
    json_object_set_new(o, "missing", missing_json(&row->missing));
    json_object_set_new(o, "effect", effect_json(&row->arms[ARM_HEAD], higher));
    json_object_set_new(o, "null", effect_json(&row->arms[ARM_NULL], higher));
    json_object_set_new(o, "layout", effect_json(&row->arms[ARM_LAYOUT], higher));
    if (row->is_gated)
        add_judgement(o, out, row);
    return o;
}

static json_t *values_json(const double *values, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, isfinite(values[i]) ? json_real(values[i]) : json_null());
    return list;
}

static json_t *phase_json(const struct duel_phase *p)
{
    json_t *orders = json_array(), *metrics = json_object();
    size_t slots = p->seen.slot_count;
    for (size_t i = 0; i < slots; i++)
        json_array_append_new(orders, json_string(p->orders[i]));
    for (size_t i = 0; i < p->seen.metric_count; i++) {
        const struct observed_metric *m = &p->seen.metrics[i];
        json_t *arms = json_object();
        for (int arm = 0; arm < ARM_COUNT; arm++)
            json_object_set_new(arms, duel_arm_name((enum duel_arm)arm),
                                values_json(m->values[arm], slots));
        json_object_set_new(metrics, m->name, arms);
    }
    return json_pack("{s:I, s:I, s:I, s:f, s:f, s:o, s:o}", "seed", (json_int_t)p->seed,
                     "discarded", (json_int_t)p->discarded, "padding_bytes",
                     (json_int_t)p->padding_bytes, "seconds", p->seconds, "slot_seconds",
                     p->slot_seconds, "orders", orders, "values", metrics);
}

static json_t *side_json(const struct duel_side *side)
{
    json_t *argv = json_array();
    char hash[24];
    for (size_t i = 0; side->argv[i]; i++) {
        json_t *word = json_string(side->argv[i]);
        json_array_append_new(argv, word ? word : json_string("?")); /* not UTF-8 */
    }
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)side->code_hash);
    return json_pack("{s:o, s:s}", "argv", argv, "code_fnv1a64", hash);
}

static json_t *noise_json(const struct noise_delta *d)
{
    json_t *o = json_object();
    json_object_set_new(o, "duration_ns", json_integer((json_int_t)d->duration_ns));
    if (d->has_steal)
        json_object_set_new(o, "steal_ns", json_integer((json_int_t)d->steal_ns));
    if (d->has_busy)
        json_object_set_new(o, "foreign_ns", json_integer((json_int_t)d->foreign_ns));
    if (d->has_throttled)
        json_object_set_new(o, "throttled_ns", json_integer((json_int_t)d->throttled_ns));
    if (d->has_psi_cpu_some)
        json_object_set_new(o, "psi_cpu_some_ns", json_integer((json_int_t)d->psi_cpu_some_ns));
    return o;
}

static json_t *comparison_json(const struct duel_subject *s, const struct duel_outcome *o)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < o->row_count; i++)
        json_array_append_new(rows, row_json(o, &o->rows[i]));
    json_t *c =
        json_pack("{s:s, s:o, s:o, s:b, s:{s:I, s:b, s:I, s:b}, s:s, s:s, s:b, s:o, s:o, s:o}",
                  "name", s->name, "base", side_json(&s->base), "head", side_json(&s->head),
                  "identical", s->is_identical, "place", "cpus", (json_int_t)s->place.cpus,
                  "threads_spread", s->place.spread_threads, "lanes", (json_int_t)o->lanes,
                  "realtime", o->is_realtime, "null_note", o->null_note, "layout_note",
                  o->layout_note, "control_fired", duel_control_fired(s, o), "noise",
                  noise_json(&o->noise), "rows", rows, "measured", phase_json(&o->first));
    if (c && *o->mode_note)
        json_object_set_new(c, "mode_note", json_string(o->mode_note));
    if (c && o->second.seen.slot_count)
        json_object_set_new(c, "confirmed", phase_json(&o->second));
    return c;
}

json_t *duel_document(const struct duel_report *r, json_t *run, json_t *host)
{
    static const char *const statuses[] = {"fine", "regression", "undecided", "no verdict"};
    json_t *comparisons = json_array();
    const struct duel_options *o = r->options;
    for (size_t i = 0; i < r->count; i++)
        json_array_append_new(comparisons, comparison_json(&r->subjects[i], &r->outcomes[i]));
    return json_pack("{s:s, s:o*, s:o*, s:s, s:{s:i, s:s}, s:{s:f, s:f, s:f, s:f, s:I}, s:o}",
                     "schema", "contend.duel/1", "run", run, "host", host, "status",
                     statuses[duel_status_of(r)], "priority", "nice", priority_nice(), "note",
                     o->priority_note ? o->priority_note : "", "limits", "alpha", o->limits.alpha,
                     "threshold_ratio", o->limits.threshold, "floor_ns", o->limits.floor_ns,
                     "budget_s", (double)o->budget_ns * 1e-9, "seed", (json_int_t)o->seed,
                     "comparisons", comparisons);
}
