/* contend.compare/1: everything, numbers unrounded. */
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/judge/compare/words.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <string.h>

static void set_change(struct json_maker *o, const char *key, double log_ratio)
{
    if (isfinite(log_ratio))
        json_make_finite(o, key, log_ratio_to_change(log_ratio));
}

static json_t *row_json(const struct comparison *c, const struct compare_row *row)
{
    struct compare_words w;
    struct json_maker o = json_maker_take(json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "cell", row->id, "metric", row->metric, "unit",
        row->unit, "verdict", verdict_name(row->verdict), "better", compare_better(row),
        "base_rounds", (json_int_t)row->base_rounds, "head_rounds", (json_int_t)row->head_rounds));
    if (row->is_control)
        json_make_bool(&o, "control", true);
    json_make_finite(&o, "base", row->base);
    json_make_finite(&o, "head", row->head);
    if (!row->is_exact) {
        set_change(&o, "worse_by", row->shift.effect);
        set_change(&o, "lo", row->shift.lo);
        set_change(&o, "hi", row->shift.hi);
        set_change(&o, "detectable", row->detectable);
        if (row->moment_sd > 0)
            set_change(&o, "moment_sd", row->moment_sd);
        json_make_finite(&o, "p_slower", row->shift.p_slower);
        json_make_finite(&o, "p_faster", row->shift.p_faster);
    }
    compare_row_words(c, row, &w);
    if (w.reason[0])
        json_make_text(&o, "reason", w.reason);
    return json_made(&o);
}

static json_t *files_json(const struct compare_side *side)
{
    struct json_maker files = json_maker_list();
    for (size_t i = 0; i < side->count; i++) {
        const struct result *r = &side->results[i];
        json_make_add(&files, json_pack("{s:o, s:s, s:s, s:s, s:s}", "file", json_text(r->path),
                                        "run", r->run_id, "runtime", r->runtime, "hostname",
                                        r->hostname, "started_at", r->started_at));
    }
    return json_made(&files);
}

static void add_note(void *notes, const char *text)
{
    json_make_add(notes, json_text(text));
}

/* ---- The text, part by part: as a tree a row is a kilobyte -------------------------------- */

enum { FLAGS = JSON_INDENT(1) | JSON_REAL_PRECISION(15) };

/* What surrounds a row in a tree of nothing else. */
static const char before_row[] = "{\n \"rows\": [", behind_row[] = "\n ]\n}";

static json_t *as_row(json_t *row)
{
    struct json_maker o = json_maker_new(), list = json_maker_list();
    json_make_add(&list, row);
    json_make_list(&o, "rows", &list);
    return json_made(&o);
}

/* All but the rows. */
static json_t *begin_json(const struct comparison *c)
{
    struct json_maker counts = json_maker_new(), notes = json_maker_list();
    compare_notes(c, add_note, &notes);
    for (enum verdict v = VERDICT_SLOWER; v <= VERDICT_NOT_COMPARABLE; v++)
        json_make_int(&counts, verdict_name(v), (int64_t)c->counts[v]);
    return json_pack("{s:s, s:o, s:o, s:f, s:f, s:f, s:I, s:f, s:I, s:I, s:o, s:o}", "schema",
                     "contend.compare/1", "base", files_json(c->base), "head", files_json(c->head),
                     "tolerance", log_ratio_to_change(c->tolerance), "level", COMPARE_LEVEL,
                     "alpha", COMPARE_ALPHA, "judged", (json_int_t)c->judged, "control_shift",
                     log_ratio_to_change(c->control_shift), "only_base", (json_int_t)c->only_base,
                     "only_head", (json_int_t)c->only_head, "counts", json_made(&counts), "notes",
                     json_made(&notes));
}

void compare_document(const struct comparison *c, struct buf *out)
{
    int failed = json_add_part(out, begin_json(c), FLAGS, 0, strlen("\n}"));
    buf_add(out, c->count ? ",\n \"rows\": [" : ",\n \"rows\": []");
    for (size_t i = 0; i < c->count && !failed; i++) {
        buf_add(out, i ? "," : "");
        failed = json_add_part(out, as_row(row_json(c, &c->rows[i])), FLAGS, strlen(before_row),
                               strlen(behind_row));
    }
    buf_add(out, c->count ? "\n ]\n}" : "\n}");
}
