/* The document contend.duel/1: verdicts, what they rest on, and every raw value. */
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/judge/duel/report.h"
#include "bench/machine/priority.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <stdio.h>

/* Relative changes of the metric, whichever direction is better. */
static json_t *effect_json(const struct arm_effect *e, bool higher)
{
    const struct summary *s = &e->effect;
    struct json_maker o = json_maker_new();
    json_make_finite(&o, "level", s->level);
    json_make_int(&o, "n", (int64_t)s->n);
    if (s->n < 2) /* one pair is no change yet */
        return json_made(&o);
    struct page_value change = duel_change_of(e, higher);
    json_make_finite(&o, "center_ratio", change.center);
    json_make_finite(&o, "lo_ratio", change.lo);
    json_make_finite(&o, "hi_ratio", change.hi);
    json_make_finite(&o, "mean_ratio", log_ratio_to_change(higher ? -e->mean : e->mean));
    json_make_finite(&o, "spread_ratio", e->spread);
    return json_made(&o);
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
    struct json_maker o = json_maker_new();
    json_make_bool(&o, "agreed", c->has_agreed);
    json_make_value(&o, "effect", effect_json(&c->head, row->higher_is_better));
    json_make_finite(&o, "evidence_ln", c->evidence_ln);
    return json_made(&o);
}

static void add_judgement(struct json_maker *o, const struct duel_outcome *out,
                          const struct duel_row *row)
{
    json_make_finite(o, "tolerance_ratio", log_ratio_to_change(row->tolerance_ln));
    json_make_text(o, "tolerance_source", tolerance_source_name(row->tolerance_source));
    json_make_finite(o, "evidence_slower_ln", row->worse_ln);
    json_make_finite(o, "evidence_faster_ln", row->better_ln);
    json_make_finite(o, "detectable_ratio", log_ratio_to_change(row->detectable_ln));
    json_make_finite(o, "seconds_to_settle", duel_seconds_to_settle(out, row));
    json_make_value(o, "outlying",
                    json_pack("{s:I, s:I, s:b}", "worse", (json_int_t)row->outlying.worse, "better",
                              (json_int_t)row->outlying.better, "lopsided", judge_is_torn(row)));
    json_make_bool(o, "control_fired", row->control_fired);
    json_make_int(o, "control_pairs_least", (int64_t)row->control_pairs_least);
    if (missing_is_partial(&row->net_missing))
        json_make_value(o, "net_missing", missing_json(&row->net_missing));
    if (row->confirmation.was_tried)
        json_make_value(o, "confirmation", confirmation_json(row));
}

static json_t *row_json(const struct duel_outcome *out, const struct duel_row *row)
{
    bool higher = row->higher_is_better;
    struct json_maker o = json_maker_new();
    json_make_text(&o, "metric", row->metric);
    json_make_text(&o, "unit", row->unit);
    json_make_text(&o, "better", higher ? "higher" : "lower");
    json_make_bool(&o, "gated", row->is_gated);
    if (row->is_gated)
        json_make_text(&o, "verdict", verdict_name(row->verdict));
    if (*row->reason)
        json_make_text(&o, "reason", row->reason);
    json_make_finite(&o, "base", row->base);
    json_make_finite(&o, "head", row->head);
    json_make_value(&o, "missing", missing_json(&row->missing));
    json_make_value(&o, "effect", effect_json(&row->arms[ARM_HEAD], higher));
    json_make_value(&o, "null", effect_json(&row->arms[ARM_NULL], higher));
    json_make_value(&o, "layout", effect_json(&row->arms[ARM_LAYOUT], higher));
    if (row->is_gated)
        add_judgement(&o, out, row);
    return json_made(&o);
}

static json_t *values_json(const double *values, size_t count)
{
    struct json_maker list = json_maker_list();
    for (size_t i = 0; i < count; i++)
        json_make_add(&list, isfinite(values[i]) ? json_real(values[i]) : json_null());
    return json_made(&list);
}

static json_t *phase_json(const struct duel_phase *p)
{
    struct json_maker orders = json_maker_list(), metrics = json_maker_new();
    size_t slots = p->seen.slot_count;
    for (size_t i = 0; i < slots; i++)
        json_make_add(&orders, json_string(p->orders[i]));
    for (size_t i = 0; i < p->seen.metric_count; i++) {
        const struct observed_metric *m = &p->seen.metrics[i];
        struct json_maker arms = json_maker_new();
        for (int arm = 0; arm < ARM_COUNT; arm++)
            json_make_value(&arms, duel_arm_name((enum duel_arm)arm),
                            values_json(m->values[arm], slots));
        json_make_value(&metrics, m->name, json_made(&arms));
    }
    return json_pack("{s:I, s:I, s:I, s:f, s:f, s:o, s:o}", "seed", (json_int_t)p->seed,
                     "discarded", (json_int_t)p->discarded, "padding_bytes",
                     (json_int_t)p->padding_bytes, "seconds", p->seconds, "slot_seconds",
                     p->slot_seconds, "orders", json_made(&orders), "values", json_made(&metrics));
}

static json_t *side_json(const struct duel_side *side)
{
    struct json_maker argv = json_maker_list();
    char hash[24];
    for (size_t i = 0; side->argv[i]; i++) {
        json_t *word = json_string(side->argv[i]);
        json_make_add(&argv, word ? word : json_string("?")); /* not UTF-8 */
    }
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)side->code_hash);
    return json_pack("{s:o, s:s?}", "argv", json_made(&argv), "code_fnv1a64",
                     side->has_unread ? NULL : hash);
}

static json_t *noise_json(const struct noise_delta *d)
{
    struct json_maker o = json_maker_new();
    json_make_int(&o, "duration_ns", (int64_t)d->duration_ns);
    if (d->has_steal)
        json_make_int(&o, "steal_ns", (int64_t)d->steal_ns);
    if (d->has_busy)
        json_make_int(&o, "foreign_ns", (int64_t)d->foreign_ns);
    if (d->has_throttled)
        json_make_int(&o, "throttled_ns", (int64_t)d->throttled_ns);
    if (d->has_psi_cpu_some)
        json_make_int(&o, "psi_cpu_some_ns", (int64_t)d->psi_cpu_some_ns);
    return json_made(&o);
}

static json_t *comparison_json(const struct duel_subject *s, const struct duel_outcome *o)
{
    struct json_maker rows = json_maker_list();
    for (size_t i = 0; i < o->row_count; i++)
        json_make_add(&rows, row_json(o, &o->rows[i]));
    struct json_maker c = json_maker_take(json_pack(
        "{s:s, s:o, s:o, s:b, s:{s:I, s:b, s:I, s:b}, s:s, s:b, s:o, s:o, s:o}", "name", s->name,
        "base", side_json(&s->base), "head", side_json(&s->head), "identical", s->is_identical,
        "place", "cpus", (json_int_t)s->place.cpus, "threads_spread", s->place.spread_threads,
        "lanes", (json_int_t)o->lanes, "realtime", o->is_realtime, "layout_note", o->layout_note,
        "control_fired", duel_control_fired(s, o), "noise", noise_json(&o->noise), "rows",
        json_made(&rows), "measured", phase_json(&o->first)));
    if (*o->failure)
        json_make_text(&c, "failure", o->failure);
    if (*o->null_note)
        json_make_text(&c, "null_note", o->null_note);
    if (*o->mode_note)
        json_make_text(&c, "mode_note", o->mode_note);
    if (*duel_lock_note(s, o))
        json_make_text(&c, "lock_note", duel_lock_note(s, o));
    if (o->second.seen.slot_count)
        json_make_value(&c, "confirmed", phase_json(&o->second));
    return json_made(&c);
}

json_t *duel_document(const struct duel_report *r, json_t *run, json_t *host)
{
    static const char *const statuses[] = {"fine", "regression", "undecided", "no verdict"};
    struct json_maker comparisons = json_maker_list();
    const struct duel_options *o = r->options;
    for (size_t i = 0; i < r->count; i++)
        json_make_add(&comparisons, comparison_json(&r->subjects[i], &r->outcomes[i]));
    return json_pack("{s:s, s:o*, s:o*, s:s, s:{s:i, s:s}, s:{s:f, s:f, s:f, s:f, s:I}, s:o}",
                     "schema", "contend.duel/1", "run", run, "host", host, "status",
                     statuses[duel_status_of(r)], "priority", "nice", priority_nice(), "note",
                     o->priority_note ? o->priority_note : "", "limits", "alpha", o->limits.alpha,
                     "threshold_ratio", o->limits.threshold, "floor_ns", o->limits.floor_ns,
                     "budget_s", (double)o->budget_ns * 1e-9, "seed", (json_int_t)o->seed,
                     "comparisons", json_made(&comparisons));
}
