/* A duel's rows as a point; see history_duel.h. */
#include "bench/judge/history/duel.h"
#include "bench/base/json_make.h"

#include "bench/base/json.h"
#include "bench/result/field.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is gathered while the comparisons are read. */
struct gathering {
    struct json_maker series;
    const char *anchor_hash; /* of the base's code; NULL before the first */
    bool has_one_anchor;     /* all bases are the same code */
    size_t suspect;          /* comparisons whose A/A control fired */
};

static double real_of(const json_t *object, const char *key)
{
    const json_t *found = json_object_get(object, key);
    return json_is_number(found) ? json_number_value(found) : (double)NAN;
}

/* A ratio of a row as the series keeps it: 1.05 for +5 %.  Absent where there was none. */
static void set_ratio(struct json_maker *value, const char *key, const json_t *effect,
                      const char *from)
{
    double ratio = 1 + real_of(effect, from);
    if (isfinite(ratio) && ratio > 0)
        json_make_finite(value, key, ratio);
}

static int read_row(const struct place *at, const char *name, const json_t *row,
                    struct json_maker *series, struct err *err)
{
    struct buf key = {0};
    const char *metric = field_text(at, row, "metric", err);
    const char *unit = metric ? field_text(at, row, "unit", err) : NULL;
    const char *better = unit ? field_text(at, row, "better", err) : NULL;
    const json_t *effect = better ? field_required(at, row, "effect", JSON_OBJECT, err) : NULL;
    if (!effect)
        return -1;
    /* A row that is not gated is shown beside the others: CPU time beside wall. */
    if (!json_is_true(json_object_get(row, "gated")))
        return 0;
    if (strcmp(better, "lower") && strcmp(better, "higher"))
        return place_error(at, err, "better: \"%s\" is neither \"lower\" nor \"higher\"", better);
    double ratio = 1 + real_of(effect, "center_ratio"), median = real_of(row, "head");
    if (!isfinite(ratio) || ratio <= 0 || real_of(effect, "n") < 2)
        return 0; /* nothing was measured, or one pair, which is no change yet */
    struct json_maker value =
        json_maker_take(json_pack("{ss ss sf}", "unit", unit, "better", better, "ratio", ratio));
    set_ratio(&value, "ratio_lo", effect, "lo_ratio");
    set_ratio(&value, "ratio_hi", effect, "hi_ratio");
    if (isfinite(median) && median > 0)
        json_make_finite(&value, "median", median);
    if (real_of(row, "base") > 0)
        json_make_finite(&value, "anchor_median", real_of(row, "base"));
    json_make_shared(&value, "n", json_object_get(effect, "n"));
    buf_printf(&key, "%s/%s", name, metric);
    json_make_value(series, buf_text(&key), json_made(&value));
    buf_release(&key);
    return 0;
}

static int read_comparison(const struct place *at, const json_t *comparison, struct gathering *g,
                           struct err *err)
{
    struct place base_at = {.up = at, .key = "base"}, rows_at = {.up = at, .key = "rows"};
    if (!json_is_object(comparison))
        return place_expected(at, "an object", comparison, err);
    const char *name = field_text(at, comparison, "name", err);
    const json_t *base = name ? field_required(at, comparison, "base", JSON_OBJECT, err) : NULL;
    const json_t *rows = base ? field_required(at, comparison, "rows", JSON_ARRAY, err) : NULL;
    const char *hash = NULL;
    if (!rows || field_text_or(&base_at, base, "code_fnv1a64", "", &hash, err))
        return -1;
    if (!g->anchor_hash)
        g->anchor_hash = hash;
    g->has_one_anchor &= !strcmp(g->anchor_hash, hash) && hash[0];
    if (json_is_true(json_object_get(comparison, "control_fired"))) {
        g->suspect++;
        return 0;
    }
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct place here = {.up = &rows_at, .index = i};
        const json_t *row = json_array_get(rows, i);
        if (!json_is_object(row))
            return place_expected(&here, "an object", row, err);
        if (read_row(&here, name, row, &g->series, err))
            return -1;
    }
    return 0;
}

static int read_comparisons(const char *path, const json_t *duel, struct gathering *g,
                            struct err *err)
{
    struct place document = {.key = path}, at = {.up = &document, .key = "comparisons"};
    const json_t *list = field_required(&document, duel, "comparisons", JSON_ARRAY, err);
    if (!list)
        return -1;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct place here = {.up = &at, .index = i};
        if (read_comparison(&here, json_array_get(list, i), g, err))
            return -1;
    }
    if (json_object_size(g->series.object) > 0)
        return 0;
    if (g->suspect > 0)
        return err_set(err, ERR_NOTCOMPARABLE,
                       "%s: the A/A control fired in all %zu comparisons: this machine could not "
                       "measure then, and nothing is kept",
                       path, g->suspect);
    return err_set(err, ERR_INPUT, "%s: no comparison has a gated row with a value", path);
}

static json_t *make_point(const char *path, const json_t *duel, const struct gathering *g,
                          const struct history_origin *origin, struct err *err)
{
    char own[64];
    struct buf machine = {0};
    const json_t *run = json_object_get(duel, "run");
    struct place document = {.key = path}, below = {.up = &document, .key = "run"};
    const char *started, *time;
    if (field_text_or(&below, run, "started_at", NULL, &started, err) ||
        field_text_or(&below, run, "finished_at", started, &time, err))
        return NULL;
    const char *commit = origin->commit ? origin->commit : origin->commit_of_tree;
    if (!commit || (!origin->anchor && !g->has_one_anchor)) {
        err_set(err, ERR_USAGE, "%s: does not say which %s; give --%s ID", path,
                commit ? "build was the anchor" : "commit was measured",
                commit ? "anchor" : "commit");
        return NULL;
    }
    snprintf(own, sizeof own, "code-%s", g->anchor_hash);
    history_machine_key(json_object_get(duel, "host"), &machine);
    json_t *point =
        json_pack("{ss ss ss ss ss* ss* sO* sI sO}", "schema", HISTORY_SCHEMA, "kind", "point",
                  "commit", commit, "anchor", origin->anchor ? origin->anchor : own, "machine",
                  machine.len ? buf_text(&machine) : NULL, "time", time, "noise",
                  json_object_get(json_object_get(duel, "host"), "noise"), "left_out",
                  (json_int_t)g->suspect, "series", g->series.object);
    buf_release(&machine);
    if (!point)
        err_set(err, ERR_USAGE, "%s: commit and anchor must be UTF-8", path);
    return point;
}

json_t *history_point_from_duel(const char *path, const char *text, size_t length,
                                const struct history_origin *origin, struct err *err)
{
    json_error_t where;
    struct gathering g = {.series = json_maker_new(), .has_one_anchor = true};
    json_t *duel = json_parse(text, length, 0, &where), *point = NULL;
    if (origin->metrics)
        err_set(err, ERR_USAGE, "--metric: of a duel all gated rows are kept; it is for results");
    else if (!duel)
        err_set(err, ERR_INPUT, "%s: line %d, column %d: %s", path, where.line, where.column,
                json_fault(&where));
    else if (!read_comparisons(path, duel, &g, err))
        point = g.series.failed ? NULL : make_point(path, duel, &g, origin, err);
    if (g.series.failed)
        err_set(err, ERR_SYSTEM, "%s: out of memory", path);
    json_decref(json_made(&g.series));
    json_decref(duel);
    return point;
}
