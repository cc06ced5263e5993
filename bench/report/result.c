#include "bench/report/result.h"

#include "bench/core/file.h"
#include "bench/report/field.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const statuses[] = {"ok", "skipped", "failed"};

const char *cell_status_name(enum cell_status s)
{
    return statuses[s];
}

const struct result_metric *result_metric_find(const struct result_cell *c, const char *name)
{
    for (size_t i = 0; i < c->metric_count; i++)
        if (!strcmp(c->metrics[i].name, name))
            return &c->metrics[i];
    return NULL;
}

const struct result_metric *result_value_find(const struct result_cell *c, const char *name)
{
    const struct result_metric *m = result_metric_find(c, name);
    return m && m->summary.n > 0 && c->status == CELL_OK ? m : NULL;
}

static int out_of_memory(const struct place *at, struct err *err)
{
    while (at->up)
        at = at->up;
    return err_set(err, ERR_SYSTEM, "%s: out of memory", at->key);
}

/* One samples array into `to`, which has room for it. */
static int read_samples(const struct place *at, const json_t *array, double *to, struct err *err)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_number(item)) {
            struct place here = {.up = at, .index = i};
            return place_expected(&here, "a number", item, err);
        }
        to[i] = json_number_value(item);
    }
    return 0;
}

/* The file's own summary, for results that come without samples. */
static void adopt_summary(const json_t *object, struct summary *out)
{
    const json_t *center = json_object_get(object, "center"), *lo = json_object_get(object, "lo"),
                 *hi = json_object_get(object, "hi"), *n = json_object_get(object, "n");
    if (!json_is_number(center) || !json_is_number(lo) || !json_is_number(hi))
        return;
    *out = (struct summary){
        .center = json_number_value(center),
        .lo = json_number_value(lo),
        .hi = json_number_value(hi),
        .level = json_number_value(json_object_get(object, "level")),
        .n = json_is_integer(n) && json_integer_value(n) > 0 ? (size_t)json_integer_value(n) : 1,
    };
}

static int read_metric(const struct place *at, const json_t *object, const json_t *samples,
                       double *room, struct result_metric *m, struct err *err)
{
    m->unit = field_text(at, object, "unit", err);
    if (!m->unit || field_text_or(at, object, "better", "neutral", &m->better, err) ||
        field_text_or(at, object, "nature", "noisy", &m->nature, err) ||
        field_text_or(at, object, "group", "", &m->group, err) ||
        field_text_or(at, object, "source", "", &m->source, err) ||
        field_text_or(at, object, "reason", NULL, &m->reason, err))
        return -1;
    struct place here = {.up = at, .key = "samples"};
    if (read_samples(&here, samples, room, err))
        return -1;
    m->samples = room;
    m->sample_count = json_array_size(samples);
    m->json = object;
    if (m->sample_count > 0)
        return summary_of(m->samples, m->sample_count, SUMMARY_LEVEL, &m->summary, err);
    adopt_summary(json_object_get(object, "summary"), &m->summary);
    return 0;
}

/* The samples array of each metric of a cell; their sizes tell how much room is needed. */
static int count_samples(const struct place *at, const json_t *metrics, size_t *count,
                         struct err *err)
{
    const char *name;
    json_t *object;
    *count = 0;
    json_object_foreach((json_t *)(uintptr_t)metrics, name, object)
    {
        struct place here = {.up = at, .key = name};
        if (!json_is_object(object))
            return place_expected(&here, "an object", object, err);
        const json_t *samples = field_required(&here, object, "samples", JSON_ARRAY, err);
        if (!samples)
            return -1;
        *count += json_array_size(samples);
    }
    return 0;
}

/* Metrics and their samples lie in one block: c->metrics owns both. */
static int read_metrics(const struct place *at, const json_t *cell, struct result_cell *c,
                        struct err *err)
{
    const json_t *metrics = NULL;
    struct place here = {.up = at, .key = "metrics"};
    if (field_optional(at, cell, "metrics", JSON_OBJECT, &metrics, err))
        return -1;
    size_t metric_count = json_object_size(metrics), sample_count = 0;
    if (count_samples(&here, metrics, &sample_count, err))
        return -1;
    if (metric_count == 0)
        return 0;
    c->metrics = calloc(1, metric_count * sizeof *c->metrics + sample_count * sizeof(double));
    if (!c->metrics)
        return out_of_memory(at, err);
    double *room = (double *)(void *)(c->metrics + metric_count);
    const char *name;
    json_t *object;
    json_object_foreach((json_t *)(uintptr_t)metrics, name, object)
    {
        struct place place = {.up = &here, .key = name};
        struct result_metric *m = &c->metrics[c->metric_count++];
        const json_t *samples = json_object_get(object, "samples");
        m->name = name;
        if (read_metric(&place, object, samples, room, m, err))
            return -1;
        room += m->sample_count;
    }
    return 0;
}

static int read_warnings(const struct place *at, const json_t *cell, struct result_cell *c,
                         struct err *err)
{
    const json_t *warnings = NULL;
    if (field_optional(at, cell, "warnings", JSON_ARRAY, &warnings, err))
        return -1;
    size_t count = json_array_size(warnings);
    if (count == 0)
        return 0;
    c->warnings = calloc(count, sizeof *c->warnings);
    if (!c->warnings)
        return out_of_memory(at, err);
    struct place list = {.up = at, .key = "warnings"};
    for (size_t i = 0; i < count; i++) {
        struct place here = {.up = &list, .index = i};
        const json_t *item = json_array_get(warnings, i);
        if (!json_is_object(item))
            return place_expected(&here, "an object", item, err);
        struct result_warning *w = &c->warnings[c->warning_count++];
        w->code = field_text(&here, item, "code", err);
        w->text = w->code ? field_text(&here, item, "text", err) : NULL;
        if (!w->text)
            return -1;
    }
    return 0;
}

static int read_status(const struct place *at, const json_t *object, struct result_cell *c,
                       struct err *err)
{
    const char *word = field_text(at, object, "status", err);
    if (!word || field_text_or(at, object, "reason", "", &c->reason, err))
        return -1;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (!strcmp(word, statuses[i])) {
            c->status = (enum cell_status)i;
            if (c->status != CELL_OK && !c->reason[0])
                return place_error(at, err, "a cell that is %s needs a \"reason\"", word);
            return 0;
        }
    struct place here = {.up = at, .key = "status"};
    return place_error(&here, err, "\"%s\" is unknown (ok, skipped, failed)", word);
}

static int read_cell(const struct place *at, const json_t *object, struct result_cell *c,
                     struct err *err)
{
    if (!json_is_object(object))
        return place_expected(at, "an object", object, err);
    c->json = object;
    c->id = field_text(at, object, "id", err);
    c->workload = c->id ? field_text(at, object, "workload", err) : NULL;
    c->lock = c->workload ? field_text(at, object, "lock", err) : NULL;
    c->executor = c->lock ? field_text(at, object, "executor", err) : NULL;
    if (!c->executor || field_count(at, object, "tasks", 1, &c->tasks, err) ||
        field_count_or(at, object, "workers", 0, &c->workers, err) ||
        field_text_or(at, object, "placement", "free", &c->placement, err) ||
        field_text_or(at, object, "role", "measured", &c->role, err) ||
        field_text_or(at, object, "workload_kind", "", &c->workload_kind, err) ||
        field_optional(at, object, "params", JSON_OBJECT, &c->params, err) ||
        field_optional(at, object, "lock_params", JSON_OBJECT, &c->lock_params, err) ||
        field_optional(at, object, "executor_params", JSON_OBJECT, &c->executor_params, err) ||
        field_optional(at, object, "param_units", JSON_OBJECT, &c->param_units, err) ||
        read_status(at, object, c, err) || read_metrics(at, object, c, err))
        return -1;
    return read_warnings(at, object, c, err);
}

/* Two cells of one name could not be told apart by compare and history. */
static int check_ids(const struct place *at, const struct result *r, struct err *err)
{
    json_t *seen = json_object();
    int status = seen ? 0 : out_of_memory(at, err);
    for (size_t i = 0; i < r->cell_count && !status; i++) {
        struct place here = {.up = at, .index = i};
        const char *id = r->cells[i].id;
        const json_t *first = json_object_get(seen, id);
        if (first)
            status = place_error(&here, err, "the id \"%s\" is that of cells[%lld] too", id,
                                 (long long)json_integer_value(first));
        else if (json_object_set_new(seen, id, json_integer((json_int_t)i)))
            status = out_of_memory(at, err);
    }
    json_decref(seen);
    return status;
}

static int read_cells(const struct place *at, struct result *r, struct err *err)
{
    const json_t *cells = field_required(at, r->json, "cells", JSON_ARRAY, err);
    if (!cells)
        return -1;
    size_t count = json_array_size(cells);
    r->cells = calloc(count ? count : 1, sizeof *r->cells);
    if (!r->cells)
        return out_of_memory(at, err);
    struct place list = {.up = at, .key = "cells"};
    for (size_t i = 0; i < count; i++) {
        struct place here = {.up = &list, .index = i};
        r->cell_count++;
        if (read_cell(&here, json_array_get(cells, i), &r->cells[i], err))
            return -1;
    }
    return check_ids(&list, r, err);
}

static int read_run(const struct place *at, struct result *r, struct err *err)
{
    const json_t *run = field_required(at, r->json, "run", JSON_OBJECT, err), *tool = NULL;
    struct place here = {.up = at, .key = "run"}, below = {.up = &here, .key = "tool"};
    if (!run)
        return -1;
    r->run_id = field_text(&here, run, "id", err);
    r->status = r->run_id ? field_text(&here, run, "status", err) : NULL;
    if (!r->status || field_text_or(&here, run, "suite", "", &r->suite, err) ||
        field_text_or(&here, run, "started_at", "", &r->started_at, err) ||
        field_count_or(&here, run, "rounds", 0, &r->rounds, err) ||
        field_optional(&here, run, "tool", JSON_OBJECT, &tool, err) ||
        field_text_or(&below, tool, "runtime", "", &r->runtime, err) ||
        field_text_or(&below, tool, "sanitizer", "", &r->sanitizer, err) ||
        field_text_or(&below, tool, "build_type", "", &r->build_type, err))
        return -1;
    return 0;
}

static int read_host(const struct place *at, struct result *r, struct err *err)
{
    const json_t *host = field_required(at, r->json, "host", JSON_OBJECT, err);
    struct place here = {.up = at, .key = "host"};
    if (!host)
        return -1;
    r->hostname = field_text(&here, host, "hostname", err);
    if (!r->hostname || field_text_or(&here, host, "cpu", "", &r->cpu, err) ||
        field_text_or(&here, host, "kernel", "", &r->kernel, err) ||
        field_text_or(&here, host, "virtualization", "", &r->virtualization, err) ||
        field_count_or(&here, host, "cpus_allowed", 0, &r->cpus_allowed, err))
        return -1;
    return 0;
}

static int check_schema(const struct place *at, const json_t *root, struct err *err)
{
    if (!json_is_object(root))
        return place_expected(at, "a result (an object)", root, err);
    const char *schema = field_text(at, root, "schema", err);
    if (!schema)
        return -1;
    if (!strcmp(schema, RESULT_SCHEMA))
        return 0;
    struct place here = {.up = at, .key = "schema"};
    bool is_ours = !strncmp(schema, "contend.result/", strlen("contend.result/"));
    return place_error(&here, err, "\"%s\" is %s; this program reads %s", schema,
                       is_ours ? "another version" : "not a result of contend", RESULT_SCHEMA);
}

static int name_it(struct result *r, const char *path)
{
    const char *file = strrchr(path, '/');
    file = file ? file + 1 : path;
    size_t length = strlen(file);
    if (length > 5 && !strcmp(file + length - 5, ".json"))
        length -= 5;
    r->path = strdup(strcmp(path, "-") ? path : "standard input");
    r->label = strcmp(path, "-") ? strndup(file, length) : strdup("stdin");
    return r->path && r->label ? 0 : -1;
}

int result_parse(struct result *out, const char *path, const char *text, size_t length,
                 struct err *err)
{
    struct place at = {.key = strcmp(path, "-") ? path : "stdin"};
    json_error_t wrong;
    *out = (struct result){0};
    if (name_it(out, path)) {
        out_of_memory(&at, err);
        goto unload;
    }
    out->json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &wrong);
    if (!out->json) {
        err_set(err, ERR_INPUT, "%s:%d:%d: %s", at.key, wrong.line, wrong.column, wrong.text);
        goto unload;
    }
    if (check_schema(&at, out->json, err) || read_run(&at, out, err) || read_host(&at, out, err) ||
        read_cells(&at, out, err))
        goto unload;
    return 0;
unload:
    result_unload(out);
    return -1;
}

int result_load(struct result *out, const char *path, struct err *err)
{
    size_t length = 0;
    *out = (struct result){0};
    char *text = file_read(path, &length, err);
    if (!text)
        return -1;
    int status = result_parse(out, path, text, length, err);
    free(text);
    return status;
}

/* Shards of a run may have one id; they come from different hosts or hold different cells. */
static bool is_same_run(const struct result *a, const struct result *b)
{
    return !strcmp(a->run_id, b->run_id) && !strcmp(a->hostname, b->hostname) &&
           a->cell_count == b->cell_count && a->cell_count > 0 &&
           !strcmp(a->cells[0].id, b->cells[0].id);
}

int results_tell_apart(struct result *results, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            struct result *a = &results[i], *b = &results[j];
            if (is_same_run(a, b))
                return err_set(err, ERR_USAGE, "%s and %s are the same run (%s)", a->path, b->path,
                               a->run_id);
            if (strcmp(a->label, b->label))
                continue;
            /* The first keeps its short name; paths differ, or it would be the same run. */
            char *path = strdup(b->path);
            if (!path)
                return err_set(err, ERR_SYSTEM, "%s: out of memory", b->path);
            free(b->label);
            b->label = path;
        }
    return 0;
}

void result_unload(struct result *r)
{
    for (size_t i = 0; i < r->cell_count; i++) {
        free(r->cells[i].metrics);
        free(r->cells[i].warnings);
    }
    free(r->cells);
    free(r->path);
    free(r->label);
    json_decref(r->json);
    *r = (struct result){0};
}
