#include "bench/report/import/import.h"

#include "bench/core/json.h"

#include "bench/report/result.h"
#include "bench/stats/summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define IMPORT(name) extern const struct import_format import_##name;
#include "bench/report/import/imports.def"
#undef IMPORT

const struct import_format *const import_formats[] = {
#define IMPORT(name) &import_##name,
#include "bench/report/import/imports.def"
#undef IMPORT
    NULL,
};

const char *const *import_names(void)
{
    static const char *names[sizeof import_formats / sizeof *import_formats];
    for (size_t i = 0; import_formats[i]; i++)
        names[i] = import_formats[i]->name;
    return names;
}

/* ---- cells ------------------------------------------------------------------------------- */

/* A comma ends a parameter of an id, an equals sign its name; control characters are refused. */
static void add_id_word(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (*text == ',')
            buf_add(out, ";");
        else if ((unsigned char)*text < 0x20 || *text == 0x7f)
            buf_add(out, " ");
        else
            buf_add_bytes(out, text, 1);
}

static bool is_known(const json_t *cells, const char *id)
{
    for (size_t i = 0; i < json_array_size(cells); i++)
        if (!strcmp(json_string_value(json_object_get(json_array_get(cells, i), "id")), id))
            return true;
    return false;
}

json_t *import_cell(struct import *in, const char *name, const json_t *params)
{
    struct buf word = {0}, id = {0};
    add_id_word(&word, *name ? name : "unnamed");
    buf_printf(&id, "%s/none/command/tasks=1,name=%s", in->workload, buf_text(&word));
    for (int n = 2; is_known(in->cells, buf_text(&id)); n++) {
        buf_reset(&id);
        buf_printf(&id, "%s/none/command/tasks=1,name=%s#%d", in->workload, buf_text(&word), n);
    }
    json_t *all = params ? json_copy((json_t *)(uintptr_t)params) : json_object();
    json_object_set_new(all, "name", json_string(buf_text(&word)));
    json_t *cell =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:o, s:s, s:{}, s:[]}", "id",
                  buf_text(&id), "role", "measured", "workload", in->workload, "workload_kind",
                  "mixed", "lock", "none", "executor", "command", "tasks", 1, "workers", 0,
                  "placement", "free", "params", all, "status", "ok", "metrics", "warnings");
    json_array_append_new(in->cells, cell);
    buf_release(&word);
    buf_release(&id);
    return cell;
}

void import_cell_fails(json_t *cell, const char *status, const char *reason)
{
    struct buf text = {0};
    add_id_word(&text, *reason ? reason : "the file gives no reason");
    json_object_set_new(cell, "status", json_string(status));
    json_object_set_new(cell, "reason", json_string(buf_text(&text)));
    buf_release(&text);
}

void import_cell_warns(json_t *cell, const char *code, const char *text)
{
    json_array_append_new(json_object_get(cell, "warnings"),
                          json_pack("{s:s, s:s}", "code", code, "text", text));
}

/* ---- metrics ----------------------------------------------------------------------------- */

static json_t *summary_json(const json_t *samples, struct err *err)
{
    size_t count = json_array_size(samples);
    struct summary s;
    double *values = malloc(count * sizeof *values);
    if (!values) {
        err_set(err, ERR_SYSTEM, "import: out of memory");
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        values[i] = json_number_value(json_array_get(samples, i));
    int failed = summary_of(values, count, SUMMARY_LEVEL, &s, err);
    free(values);
    return failed ? NULL
                  : json_pack("{s:f, s:f, s:f, s:f, s:I}", "center", s.center, "lo", s.lo, "hi",
                              s.hi, "level", s.level, "n", (json_int_t)s.n);
}

/* The cell's ledger: as many launches as the largest metric has samples. */
static void add_launches(json_t *cell, const json_t *rounds)
{
    json_t *launches = json_object_get(cell, "launches");
    if (!launches) {
        launches = json_array();
        json_object_set_new(cell, "launches", launches);
    }
    for (size_t i = json_array_size(launches); i < json_array_size(rounds); i++)
        json_array_append_new(launches, json_pack("{s:O, s:i}", "round", json_array_get(rounds, i),
                                                  "duration_ns", 0));
}

int import_add(json_t *cell, const struct import_metric *metric, json_t *samples, json_t *rounds,
               const char *reason, struct err *err)
{
    size_t count = json_array_size(samples);
    /* The source of what a workload measures itself is the workload. */
    const char *source = json_string_value(json_object_get(cell, "workload"));
    json_t *m =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "unit", metric->unit, "better",
                  metric->better, "nature", "noisy", "group", metric->group, "definition",
                  metric->definition, "source", count ? source : "none", "samples", samples);
    json_object_set_new(json_object_get(cell, "metrics"), metric->name, m);
    if (rounds)
        add_launches(cell, rounds);
    json_decref(rounds);
    if (count == 0)
        return json_object_set_new(m, "reason", json_string(reason)) ? -1 : 0;
    for (size_t i = 0; i < count; i++)
        if (!(json_number_value(json_array_get(samples, i)) > 0)) {
            import_cell_warns(cell, "not_above_zero",
                              "a value of zero or less: no ratio can be made of it");
            break;
        }
    json_t *summary = summary_json(samples, err);
    return summary && !json_object_set_new(m, "summary", summary) ? 0 : -1;
}

int import_number(const struct place *at, const json_t *object, const char *key, double *out,
                  struct err *err)
{
    const json_t *value = json_object_get(object, key);
    struct place here = {.up = at, .key = key};
    if (!value)
        return place_error(at, err, "\"%s\" is missing (a number)", key);
    if (!json_is_number(value))
        return place_expected(&here, "a number", value, err);
    *out = json_number_value(value);
    return 0;
}

void import_instant(struct import *in, const char *text)
{
    struct tm t = {0};
    char *end = text ? strptime(text, "%Y-%m-%d", &t) : NULL;
    if (!end || (*end != 'T' && *end != ' '))
        return;
    end = strptime(end + 1, "%H:%M:%S", &t);
    if (!end)
        return;
    end += strspn(end, ".0123456789");
    int hours = 0, minutes = 0;
    char sign = '+';
    if (*end == '+' || *end == '-')
        sscanf(end, "%c%2d:%2d", &sign, &hours, &minutes);
    time_t utc = timegm(&t) - (sign == '-' ? -1 : 1) * (hours * 60 + minutes) * 60;
    if (gmtime_r(&utc, &t))
        strftime(in->started_at, sizeof in->started_at, "%Y-%m-%dT%H:%M:%SZ", &t);
}

/* ---- the document ------------------------------------------------------------------------ */

static const struct import_format *format_of(const struct place *at, const json_t *document,
                                             const char *name, struct err *err)
{
    for (size_t i = 0; import_formats[i]; i++)
        if (name ? !strcmp(name, import_formats[i]->name) : import_formats[i]->is_one(document))
            return import_formats[i];
    const char *schema = json_string_value(json_object_get(document, "schema"));
    if (schema && !strncmp(schema, "contend.", strlen("contend.")))
        err_set(err, ERR_INPUT, "%s: is of contend already (%s)", at->key, schema);
    else
        err_set(err, ERR_INPUT,
                "%s: is of none of the formats known (hyperfine, pyperf, google-benchmark)",
                at->key);
    return NULL;
}

/* Names a run by its text, so that the same file imported twice is the same run. */
static uint64_t hash_of(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    return hash;
}

static void set_default(json_t *object, const char *key, json_t *value)
{
    if (json_object_get(object, key))
        json_decref(value);
    else
        json_object_set_new(object, key, value);
}

static json_t *document_of(struct import *in, const char *path, uint64_t hash)
{
    char id[40], runtime[72];
    snprintf(id, sizeof id, "import-%016" PRIx64, hash);
    snprintf(runtime, sizeof runtime, "%s%s%s", in->tool, in->version[0] ? " " : "", in->version);
    set_default(in->host, "hostname", json_string("unknown"));
    set_default(in->host, "kernel", json_string("unknown"));
    set_default(in->host, "cpus_allowed", json_integer(1));
    json_t *run =
        json_pack("{s:s, s:s, s:s, s:s, s:[s,s,s], s:i, s:{s:s, s:s, s:s}}", "id", id, "started_at",
                  in->started_at, "finished_at", in->started_at, "status", "complete", "command",
                  "contend", "import", path, "seed", 0, "tool", "name", in->tool, "version",
                  in->version[0] ? in->version : "unknown", "runtime", runtime);
    return json_pack("{s:s, s:o, s:O, s:O}", "schema", RESULT_SCHEMA, "run", run, "host", in->host,
                     "cells", in->cells);
}

/* What was made must be a result as any other. */
static int check_made(const char *path, const char *text, size_t length, struct err *err)
{
    struct result r;
    struct err cause = {0};
    if (!result_parse(&r, path, text, length, &cause)) {
        result_unload(&r);
        return 0;
    }
    return err_set(err, ERR_INPUT, "as a result: %s", cause.text);
}

static int convert(const struct place *at, const json_t *document, const struct import_format *f,
                   uint64_t hash, struct buf *out, struct err *err)
{
    struct import in = {.cells = json_array(),
                        .host = json_object(),
                        .started_at = "1970-01-01T00:00:00Z",
                        .workload = f->workload};
    snprintf(in.tool, sizeof in.tool, "%s", f->tool);
    int status = f->read(at, document, &in, err);
    if (!status && json_array_size(in.cells) == 0)
        status = err_set(err, ERR_INPUT, "%s: holds no benchmark", at->key);
    json_t *made = status ? NULL : document_of(&in, at->key, hash);
    char *text = made ? json_dump_text(made, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) : NULL;
    if (!status && !text)
        status = err_set(err, ERR_SYSTEM, "%s: out of memory", at->key);
    if (!status)
        status = check_made(at->key, text, strlen(text), err);
    if (!status)
        buf_printf(out, "%s\n", text);
    free(text);
    json_decref(made);
    json_decref(in.cells);
    json_decref(in.host);
    return status;
}

int import_text(const char *path, const char *text, size_t length, const char *format,
                struct buf *out, struct err *err)
{
    struct place at = {.key = strcmp(path, "-") ? path : "stdin"};
    json_error_t wrong;
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &wrong);
    if (!document)
        return err_set(err, ERR_INPUT, "%s:%d:%d: %s", at.key, wrong.line, wrong.column,
                       wrong.text);
    const struct import_format *f = format_of(&at, document, format, err);
    int status = f ? convert(&at, document, f, hash_of(text, length), out, err) : -1;
    json_decref(document);
    return status;
}
