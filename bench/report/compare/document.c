/* contend.compare/1: everything, numbers unrounded. */
#include "bench/core/json.h"
#include "bench/report/compare/words.h"
#include "bench/stats/paired.h"

#include <math.h>

static void set_change(json_t *o, const char *key, double log_ratio)
{
    if (isfinite(log_ratio))
        json_set_finite(o, key, log_ratio_to_change(log_ratio));
}

static json_t *row_json(const struct comparison *c, const struct compare_row *row)
{
    struct compare_words w;
    json_t *o = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "cell", row->id, "metric", row->metric, "unit",
        row->unit, "verdict", verdict_name(row->verdict), "better", compare_better(row),
        "base_rounds", (json_int_t)row->base_rounds, "head_rounds", (json_int_t)row->head_rounds);
    if (!o)
        return NULL;
    if (row->is_control)
        json_object_set_new(o, "control", json_true());
    json_set_finite(o, "base", row->base);
    json_set_finite(o, "head", row->head);
    if (!row->is_exact) {
        set_change(o, "worse_by", row->shift.effect);
        set_change(o, "lo", row->shift.lo);
        set_change(o, "hi", row->shift.hi);
        set_change(o, "detectable", row->detectable);
        if (row->moment_sd > 0)
            set_change(o, "moment_sd", row->moment_sd);
        json_set_finite(o, "p_slower", row->shift.p_slower);
        json_set_finite(o, "p_faster", row->shift.p_faster);
    }
    compare_row_words(c, row, &w);
    if (w.reason[0])
        json_object_set_new(o, "reason", json_text(w.reason));
    return o;
}

static json_t *files_json(const struct compare_side *side)
{
    json_t *files = json_array();
    for (size_t i = 0; i < side->count; i++) {
        const struct result *r = &side->results[i];
        json_array_append_new(files,
                              json_pack("{s:o, s:s, s:s, s:s, s:s}", "file", json_text(r->path),
                                        "run", r->run_id, "runtime", r->runtime, "hostname",
                                        r->hostname, "started_at", r->started_at));
    }
    return files;
}

static void add_note(void *notes, const char *text)
{
    json_array_append_new(notes, json_text(text));
}

json_t *compare_document(const struct comparison *c)
{
    json_t *counts = json_object(), *rows = json_array(), *notes = json_array();
    compare_notes(c, add_note, notes);
    for (enum verdict v = VERDICT_SLOWER; v <= VERDICT_NOT_COMPARABLE; v++)
        json_object_set_new(counts, verdict_name(v), json_integer((json_int_t)c->counts[v]));
    for (size_t i = 0; i < c->count; i++)
        json_array_append_new(rows, row_json(c, &c->rows[i]));
    return json_pack("{s:s, s:o, s:o, s:f, s:f, s:f, s:I, s:f, s:I, s:I, s:o, s:o, s:o}", "schema",
                     "contend.compare/1", "base", files_json(c->base), "head", files_json(c->head),
                     "tolerance", log_ratio_to_change(c->tolerance), "level", COMPARE_LEVEL,
                     "alpha", COMPARE_ALPHA, "judged", (json_int_t)c->judged, "control_shift",
                     log_ratio_to_change(c->control_shift), "only_base", (json_int_t)c->only_base,
                     "only_head", (json_int_t)c->only_head, "counts", counts, "notes", notes,
                     "rows", rows);
}
