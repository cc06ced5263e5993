#include "bench/exchange/import/import.h"

#include "bench/base/file.h"
#include "bench/base/hash.h"
#include "bench/base/json.h"
#include "bench/exchange/import/text.h"
#include "bench/machine/host.h"
#include "bench/result/result.h"
#include "bench/stats/summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define IMPORT(name) extern const struct import_format import_##name;
#include "bench/exchange/import/imports.def"
#undef IMPORT

const struct import_format *const import_formats[] = {
#define IMPORT(name) &import_##name,
#include "bench/exchange/import/imports.def"
#undef IMPORT
    NULL,
};

const char *import_name_at(size_t i)
{
    return import_formats[i] ? import_formats[i]->name : NULL;
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

static int by_name(const void *a, const void *b)
{
    const char *const *one = a, *const *other = b;
    return strcmp(*one, *other);
}

/* In the order of their names, whatever order the file has them in. */
static void add_params(struct buf *id, const json_t *params)
{
    size_t count = 0;
    const char **names = calloc(json_object_size(params) + 1, sizeof(char *)), *name;
    json_t *value;
    if (!names) {
        id->failed = true;
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)params, name, value)
    {
        if (strcmp(name, "name") != 0)
            names[count++] = name;
    }
    qsort(names, count, sizeof(char *), by_name);
    for (size_t i = 0; i < count; i++) {
        value = json_object_get(params, names[i]);
        char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
        buf_add(id, ",");
        add_id_word(id, names[i]);
        buf_add(id, "=");
        add_id_word(id, text ? text : json_is_string(value) ? json_string_value(value) : "");
        free(text);
    }
    free(names);
}

/* "name" as "name_", or with more of them where the file has that, too: none takes another's place.
 */
static void add_key(struct buf *out, const char *name, const json_t *params)
{
    buf_add(out, name);
    if (!strcmp(name, "name") || !strcmp(name, "tasks"))
        do
            buf_add(out, "_");
        while (json_object_get(params, buf_text(out)));
}

/* The parameters under names that are not those of the id itself. */
static json_t *params_of(const json_t *params)
{
    struct json_maker all = json_maker_new();
    json_t *value;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)params, name, value)
    {
        struct buf key = {0};
        add_key(&key, name, params);
        bool is_plain = json_is_string(value) || json_is_number(value) || json_is_boolean(value);
        char *text = is_plain ? NULL : json_dumps(value, JSON_ENCODE_ANY);
        json_make_value(&all, buf_text(&key), is_plain ? json_incref(value) : json_string(text));
        free(text);
        buf_release(&key);
    }
    return json_made(&all);
}

static int times_met(struct import *in, const char *id)
{
    int met = (int)json_integer_value(json_object_get(in->names, id)) + 1;
    json_make_member(&in->made, in->names, id, json_integer(met));
    return met;
}

/* A number behind an id that was met before; "a#2" may be a name of its own. */
static bool tell_apart(struct import *in, struct buf *id)
{
    struct buf first = {0};
    int met = times_met(in, buf_text(id));
    bool is_again = met > 1;
    buf_add(&first, buf_text(id));
    while (met > 1) {
        buf_reset(id);
        buf_printf(id, "%s#%d", buf_text(&first), met);
        met = times_met(in, buf_text(id)) > 1 ? times_met(in, buf_text(&first)) : 1;
    }
    buf_release(&first);
    return is_again;
}

json_t *import_cell(struct import *in, const char *name, const json_t *params)
{
    struct buf word = {0}, id = {0};
    add_id_word(&word, *name ? name : "unnamed");
    buf_printf(&id, "%s/none/command/tasks=1,name=%s", in->workload, buf_text(&word));
    json_t *all = params_of(params);
    add_params(&id, all);
    bool is_again = tell_apart(in, &id);
    json_make_member(&in->made, all, "name", json_string(buf_text(&word)));
    json_t *cell =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:o, s:s, s:{}, s:[]}", "id",
                  buf_text(&id), "role", "measured", "workload", in->workload, "workload_kind",
                  "mixed", "lock", "none", "executor", "command", "tasks", 1, "workers", 0,
                  "placement", "free", "params", all, "status", "ok", "metrics", "warnings");
    json_make_item(&in->made, in->cells, cell);
    if (is_again)
        import_cell_warns(in, cell, "same_name",
                          "the file has this name more than once: only the order tells them apart");
    buf_release(&word);
    buf_release(&id);
    return cell;
}

void import_cell_fails(struct import *in, json_t *cell, const char *status, const char *reason)
{
    struct buf text = {0};
    add_id_word(&text, *reason ? reason : "the file gives no reason");
    json_make_member(&in->made, cell, "status", json_string(status));
    json_make_member(&in->made, cell, "reason", json_string(buf_text(&text)));
    buf_release(&text);
}

void import_cell_warns(struct import *in, json_t *cell, const char *code, const char *text)
{
    json_make_item(&in->made, json_object_get(cell, "warnings"),
                   json_pack("{s:s, s:s}", "code", code, "text", text));
}

void import_host(struct import *in, const char *key, json_t *value)
{
    json_make_member(&in->made, in->host, key, value);
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
static void add_launches(struct import *in, json_t *cell, const json_t *rounds)
{
    json_t *launches = json_object_get(cell, "launches");
    if (!launches) {
        launches = json_array();
        json_make_member(&in->made, cell, "launches", launches);
    }
    for (size_t i = json_array_size(launches); i < json_array_size(rounds); i++)
        json_make_item(
            &in->made, launches,
            json_pack("{s:O, s:i}", "round", json_array_get(rounds, i), "duration_ns", 0));
}

int import_add(struct import *in, json_t *cell, const struct import_metric *metric, json_t *samples,
               json_t *rounds, const char *reason, struct err *err)
{
    size_t count = json_array_size(samples);
    /* The source of what a workload measures itself is the workload. */
    const char *source = json_string_value(json_object_get(cell, "workload"));
    json_t *m =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "unit", metric->unit, "better",
                  metric->better, "nature", "noisy", "group", metric->group, "definition",
                  metric->definition, "source", count ? source : "none", "samples", samples);
    json_make_member(&in->made, json_object_get(cell, "metrics"), metric->name, m);
    if (rounds)
        add_launches(in, cell, rounds);
    json_decref(rounds);
    if (count == 0) {
        json_make_member(&in->made, m, "reason", json_string(reason));
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        if (!(json_number_value(json_array_get(samples, i)) > 0)) {
            import_cell_warns(in, cell, "not_above_zero",
                              "a value of zero or less: no ratio can be made of it");
            break;
        }
    json_t *summary = summary_json(samples, err);
    json_make_member(&in->made, m, "summary", summary);
    return summary ? 0 : -1;
}

int import_finite(const struct place *at, double value, struct err *err)
{
    return isfinite(value) ? 0 : place_error(at, err, "is too big a number");
}

int import_number(const struct place *at, const json_t *object, const char *key, double *out,
                  struct err *err)
{
    const json_t *value = json_object_get(object, key);
    struct place here = {.up = at, .key = key};
    if (!value)
        return place_error(at, err, "\"%s\" is missing (a number)", key);
    return import_value(&here, value, out, err);
}

int import_value(const struct place *at, const json_t *value, double *out, struct err *err)
{
    if (import_is_not_finite(value))
        return place_error(at, err, "expected a finite number");
    if (!json_is_number(value))
        return place_expected(at, "a number", value, err);
    *out = json_number_value(value);
    return 0;
}

/* "+05:30", "+0530", "+05" or nothing, in seconds. */
static long zone_s(const char *text)
{
    int hours = 0, minutes = 0;
    char sign = '+';
    if (*text != '+' && *text != '-')
        return 0;
    if (sscanf(text, "%c%2d:%2d", &sign, &hours, &minutes) < 3)
        sscanf(text, "%c%2d%2d", &sign, &hours, &minutes);
    return (sign == '-' ? -60 : 60) * (hours * 60L + minutes);
}

/* The 31st of February would become a day of March. */
static bool is_day(struct tm t)
{
    int day = t.tm_mday;
    timegm(&t);
    return t.tm_mday == day;
}

void import_instant(struct import *in, const char *text)
{
    struct tm t = {0};
    char *end = text ? strptime(text, "%Y-%m-%d", &t) : NULL, seen[sizeof in->started_at];
    /* strptime() takes "24-03-31" for the year 24. */
    if (!end || end - text != strlen("2026-01-31") || (*end != 'T' && *end != ' ') || !is_day(t))
        return;
    end = strptime(end + 1, "%H:%M:%S", &t);
    if (!end)
        return;
    end += strspn(end, ".0123456789");
    time_t utc = timegm(&t) - zone_s(end);
    if (!gmtime_r(&utc, &t) || !strftime(seen, sizeof seen, "%Y-%m-%dT%H:%M:%SZ", &t))
        return;
    if (!in->started_at[0] || strcmp(seen, in->started_at) < 0)
        memcpy(in->started_at, seen, sizeof seen);
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

/* What a result says and this file does not is absent, with the reason. */
static void say_absent(struct import *in, json_t *object, const char *key)
{
    char reason[80];
    if (json_object_get(object, key))
        return;
    if (!json_object_get(object, "absent"))
        json_make_member(&in->made, object, "absent", json_object());
    snprintf(reason, sizeof reason, "the file of %s does not state it", in->tool);
    json_make_member(&in->made, json_object_get(object, "absent"), key, json_string(reason));
}

static json_t *document_of(struct import *in, const char *path, uint64_t hash)
{
    char id[40], runtime[72], file[256];
    snprintf(id, sizeof id, "import-%016" PRIx64, hash);
    snprintf(runtime, sizeof runtime, "%s%s%s", in->tool, in->version[0] ? " " : "", in->version);
    host_sanitise(file, sizeof file, path);
    say_absent(in, in->host, "hostname");
    say_absent(in, in->host, "kernel");
    say_absent(in, in->host, "cpus_allowed");
    json_t *run =
        json_pack("{s:s, s:s, s:[s,s,s], s:i, s:{s:s, s:s, s:s}}", "id", id, "status", "complete",
                  "command", "contend", "import", file, "seed", 0, "tool", "name", in->tool,
                  "version", in->version[0] ? in->version : "unknown", "runtime", runtime);
    if (in->started_at[0])
        json_make_member(&in->made, run, "started_at", json_string(in->started_at));
    say_absent(in, run, "started_at");
    say_absent(in, run, "finished_at");
    json_make_text(&in->made, "schema", RESULT_SCHEMA);
    json_make_value(&in->made, "run", run);
    json_make_shared(&in->made, "host", in->host);
    json_make_shared(&in->made, "cells", in->cells);
    return json_made(&in->made);
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
    struct import in = {.made = json_maker_new(),
                        .cells = json_array(),
                        .names = json_object(),
                        .host = json_object(),
                        .workload = f->workload};
    snprintf(in.tool, sizeof in.tool, "%s", f->tool);
    int status = f->read(at, document, &in, err);
    if (!status && json_array_size(in.cells) == 0)
        status = err_set(err, ERR_INPUT, "%s: holds no benchmark", at->key);
    in.made.failed |= status != 0;
    json_t *made = document_of(&in, at->key, hash);
    char *text = json_dump_text(made, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    if (!status && !text)
        status = err_set(err, ERR_SYSTEM, "%s: out of memory", at->key);
    if (!status)
        status = check_made(at->key, text, strlen(text), err);
    if (!status)
        buf_printf(out, "%s\n", text);
    free(text);
    json_decref(made);
    json_decref(in.cells);
    json_decref(in.names);
    json_decref(in.host);
    return status;
}

int import_text(const char *path, const char *text, size_t length, const char *format,
                struct buf *out, struct err *err)
{
    struct place at = {.key = strcmp(path, "-") ? path : "stdin"};
    json_error_t wrong;
    struct buf plain = {0};
    if (import_prepare(at.key, text, length, &plain, err)) {
        buf_release(&plain);
        return -1;
    }
    json_t *document = json_parse(buf_text(&plain), plain.len, JSON_REJECT_DUPLICATES, &wrong);
    buf_release(&plain);
    if (!document)
        return err_set(err, ERR_INPUT, "%s:%d:%d: %s", at.key, wrong.line, wrong.column,
                       json_fault(&wrong));
    const struct import_format *f = format_of(&at, document, format, err);
    /* A run is named by its text, so that the same file imported twice is the same run. */
    int status = f ? convert(&at, document, f, hash_fnv1a(HASH_FNV1A, text, length), out, err) : -1;
    json_decref(document);
    return status;
}

int import_file(const char *path, const char *format, struct buf *out, struct err *err)
{
    size_t length = 0;
    char *text = file_read(path, &length, err);
    int failed = !text || import_text(path, text, length, format, out, err);
    free(text);
    return failed ? -1 : 0;
}
