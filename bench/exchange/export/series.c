#include "bench/exchange/export/series.h"
#include "bench/base/json_make.h"

#include <stdlib.h>
#include <string.h>

json_t *series_values(const struct export_input *in, const struct result *r)
{
    struct export_input one = *in;
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    struct json_maker values = json_maker_new();
    one.results = r;
    one.count = 1;
    while (export_next(&one, &walk, &v)) {
        buf_reset(&name);
        buf_printf(&name, "%s %s", v.cell->id, v.metric->name);
        json_make_value(
            &values, buf_text(&name),
            json_pack("{s:f, s:s}", "value", v.metric->summary.center, "unit", v.metric->unit));
    }
    buf_release(&name);
    return json_made(&values);
}

static int by_time(const void *a, const void *b)
{
    const struct result *const *one = a, *const *other = b;
    return strcmp((*one)->started_at, (*other)->started_at);
}

/* Drops the names this result has no value of. */
static void keep_common(json_t *names, const json_t *values)
{
    const char *name;
    json_t *value;
    void *next;
    json_object_foreach_safe(names, next, name, value)
    {
        if (!json_object_get(values, name))
            json_object_del(names, name);
    }
}

int series_open(struct series *s, const struct export_input *in, struct err *err)
{
    *s = (struct series){.count = in->count};
    s->results = calloc(in->count, sizeof(struct result *));
    s->names = series_values(in, &in->results[0]);
    if (!s->results || !s->names) {
        series_close(s);
        return err_set(err, ERR_SYSTEM, "export: out of memory");
    }
    for (size_t i = 0; i < in->count; i++) {
        json_t *values = series_values(in, &in->results[i]);
        s->results[i] = &in->results[i];
        keep_common(s->names, values);
        json_decref(values);
    }
    qsort(s->results, s->count, sizeof(struct result *), by_time);
    if (json_object_size(s->names) > 0)
        return 0;
    series_close(s);
    return err_set(err, ERR_INPUT, "the %zu results have no value in common: no series", in->count);
}

void series_close(struct series *s)
{
    json_decref(s->names);
    free(s->results);
    *s = (struct series){0};
}

const char *series_commit(const struct result *r)
{
    const json_t *tool = json_object_get(json_object_get(r->json, "run"), "tool");
    const char *commit = json_string_value(json_object_get(tool, "commit"));
    return commit ? commit : "";
}

int series_check_time(const struct result *r, struct err *err)
{
    if (export_epoch(r->started_at) >= 0)
        return 0;
    return err_set(err, ERR_INPUT, "%s: run.started_at: %s%s%s; Otava needs one", r->path,
                   r->started_at[0] ? "\"" : "is not stated", r->started_at,
                   r->started_at[0] ? "\" is no time" : "");
}
