/* A line of the history from what was measured; see history.h. */
#include "bench/base/json_make.h"
#include "bench/judge/history/history.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/base/name_list.h"
#include "bench/base/suggest.h"
#include "bench/judge/history/duel.h"
#include "bench/judge/parts/metric_names.h"
#include "bench/page/escape.h"
#include "bench/result/field.h"
#include "bench/result/result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a history of raw medians follows unless told otherwise: one figure a headline group. */
static const char headline[] = "startup_ns,throughput_per_s,latency_ns,memory_bytes";

static void add_part(struct buf *out, const char *part)
{
    if (!part || !part[0])
        return;
    buf_add(out, out->len ? ", " : "");
    escape_text(out, part); /* of files that nobody has checked, into one that is */
}

void history_machine_key(const json_t *host, struct buf *out)
{
    const char *virtual = json_string_value(json_object_get(host, "virtualization"));
    json_int_t cpus = json_integer_value(json_object_get(host, "cpus_allowed"));
    char count[40];
    snprintf(count, sizeof count, "%lld CPUs", (long long)cpus);
    add_part(out, json_string_value(json_object_get(host, "cpu")));
    add_part(out, json_string_value(json_object_get(host, "architecture")));
    add_part(out, cpus > 0 ? count : NULL);
    add_part(out, virtual && strcmp(virtual, "none") ? virtual : NULL);
}

static bool is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',')
        if (strcspn(at, ",") == length && !strncmp(at, name, length))
            return true;
    return false;
}

static json_t *result_series(const struct result *r, const char *metrics)
{
    struct json_maker series = json_maker_new();
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *cell = &r->cells[i];
        if (cell->status != CELL_OK || strcmp(cell->role, "measured"))
            continue;
        for (size_t j = 0; j < cell->metric_count; j++) {
            const struct result_metric *m = &cell->metrics[j];
            struct buf name = {0};
            if (!is_listed(metrics, m->name) || m->summary.n == 0 || !(m->summary.center > 0) ||
                !strcmp(m->better, "neutral"))
                continue;
            buf_printf(&name, "%s/%s", cell->id, m->name);
            json_make_value(&series, buf_text(&name),
                            json_pack("{ss ss sf sf sf sI}", "unit", m->unit, "better", m->better,
                                      "median", m->summary.center, "lo", m->summary.lo, "hi",
                                      m->summary.hi, "n", (json_int_t)m->summary.n));
            buf_release(&name);
        }
    }
    return json_made(&series);
}

static const char *text_at(const json_t *object, const char *a, const char *b)
{
    const char *text = json_string_value(json_object_get(json_object_get(object, a), b));
    return text && text[0] ? text : NULL;
}

/* Which metrics there are, and the nearest of the first that was named. */
static void refuse_metrics(const struct result *r, const char *metrics, struct err *err)
{
    struct metric_names names = {0};
    struct buf words = {0};
    char first[64], near[64];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(metrics, ","), metrics);
    for (size_t i = 0; i < r->cell_count; i++)
        metric_names_add(&names, &r->cells[i]);
    suggest_words(&words, metric_names_nearest(&names, first, near, sizeof near), names.items,
                  names.count);
    err_set(err, ERR_INPUT, "%s: no measured cell has one of the metrics %s%s", r->path, metrics,
            buf_text(&words));
    buf_release(&words);
    vec_release(&names);
}

/* One that no cell has is misspelt: a history without it would say nothing of it. */
static int check_metrics(const struct result *r, const char *metrics, struct err *err)
{
    int failed = name_list_check("--metric", metrics, err);
    for (const char *at = metrics; *at && !failed; at += strcspn(at, ","), at += *at == ',') {
        bool is_there = false;
        size_t length = strcspn(at, ",");
        for (size_t i = 0; i < r->cell_count && !is_there; i++)
            for (size_t j = 0; j < r->cells[i].metric_count && !is_there; j++) {
                const char *name = r->cells[i].metrics[j].name;
                is_there = strlen(name) == length && !strncmp(at, name, length);
            }
        if (!is_there) {
            char one[128];
            snprintf(one, sizeof one, "%.*s", (int)length, at);
            refuse_metrics(r, one, err);
            failed = -1;
        }
    }
    return failed;
}

static json_t *point_from_result(const struct result *r, const struct history_origin *origin,
                                 struct err *err)
{
    const json_t *run = json_object_get(r->json, "run"), *host = json_object_get(r->json, "host");
    const char *commit = origin->commit ? origin->commit : text_at(run, "tool", "commit");
    const char *time = text_at(r->json, "run", "finished_at");
    struct buf machine = {0};
    time = time ? time : text_at(r->json, "run", "started_at");
    if (origin->anchor) {
        err_set(err, ERR_USAGE,
                "--anchor: %s is a result of one build; a ratio to an anchor is what contend duel "
                "measures",
                r->path);
        return NULL;
    }
    if (r->sanitizer[0]) {
        err_set(err, ERR_NOTCOMPARABLE,
                "%s: measured by a build with a sanitizer (%s): such numbers are not kept", r->path,
                r->sanitizer);
        return NULL;
    }
    if (!commit || !strcmp(commit, "unknown"))
        commit = origin->commit_of_tree;
    if (!commit) {
        err_set(err, ERR_USAGE, "%s: does not say which commit was measured; give --commit ID",
                r->path);
        return NULL;
    }
    if (origin->metrics && check_metrics(r, origin->metrics, err))
        return NULL;
    json_t *series = result_series(r, origin->metrics ? origin->metrics : headline);
    if (json_object_size(series) == 0) {
        refuse_metrics(r, origin->metrics ? origin->metrics : headline, err);
        json_decref(series);
        return NULL;
    }
    history_machine_key(host, &machine);
    json_t *noise = json_object_get(host, "noise");
    json_t *point = json_pack(
        "{ss ss ss ss* ss* ss* so* sO* so}", "schema", HISTORY_SCHEMA, "kind", "point", "commit",
        commit, "machine", machine.len ? buf_text(&machine) : NULL, "time", time, "run", r->run_id,
        "tool", json_copy(json_object_get(run, "tool")), "noise", noise, "series", series);
    if (!point)
        err_set(err, ERR_SYSTEM, "%s: out of memory", r->path);
    buf_release(&machine);
    return point;
}

/* What kind of file it is, by the schema it names; "" for none. */
static int peek_schema(const char *path, const char *text, size_t length, char *out, size_t size,
                       struct err *err)
{
    json_error_t where;
    json_t *json = json_parse(text, length, 0, &where);
    if (!json)
        return err_set(err, ERR_INPUT, "%s: line %d, column %d: %s", path, where.line, where.column,
                       json_fault(&where));
    const char *schema = json_string_value(json_object_get(json, "schema"));
    snprintf(out, size, "%s", schema ? schema : "");
    json_decref(json);
    return 0;
}

json_t *history_point_parse(const char *path, const char *text, size_t length,
                            const struct history_origin *origin, struct err *err)
{
    char schema[64];
    struct result result;
    json_t *point = NULL;
    if (!peek_schema(path, text, length, schema, sizeof schema, err)) {
        if (!strcmp(schema, DUEL_SCHEMA))
            point = history_point_from_duel(path, text, length, origin, err);
        else if (!result_parse(&result, path, text, length, err)) {
            point = point_from_result(&result, origin, err);
            result_unload(&result);
        }
    }
    return point;
}

json_t *history_point_make(const char *path, const struct history_origin *origin, struct err *err)
{
    size_t length = 0;
    char *text = file_read(path, &length, err);
    json_t *point = text ? history_point_parse(path, text, length, origin, err) : NULL;
    free(text);
    return point;
}

json_t *history_accept_make(const char *from, const char *to, const char *series,
                            const char *reason)
{
    char now[32];
    return json_pack("{ss ss ss ss ss ss ss}", "schema", HISTORY_SCHEMA, "kind", "accept", "from",
                     from, "to", to, "series", series, "reason", reason, "time",
                     clock_utc_text(now, sizeof now));
}
