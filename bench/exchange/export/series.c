#include "bench/exchange/export/series.h"

#include <stdlib.h>
#include <string.h>

static int by_time(const void *a, const void *b)
{
    const struct series_point *one = a, *other = b;
    return strcmp(one->result->started_at, other->result->started_at);
}

static int check_time(const struct result *r, struct err *err)
{
    if (export_epoch(r->started_at) >= 0)
        return 0;
    return err_set(err, ERR_INPUT, "%s: run.started_at: %s%s%s; Otava needs one", r->path,
                   r->started_at[0] ? "\"" : "is not stated", r->started_at,
                   r->started_at[0] ? "\" is no time" : "");
}

static const struct result_cell *cell_at(const struct series_point *at, const char *id)
{
    uint32_t place = id_index_find(&at->cells, id);
    return place == PLACE_NONE ? NULL : &at->result->cells[place];
}

static bool is_common(const struct series *s, const struct export_input *in,
                      const struct export_value *v)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct result_cell *c = cell_at(&s->points[i], v->cell->id);
        const struct result_metric *m = c ? result_metric_find(c, v->metric->name) : NULL;
        if (!m || !export_is_value(in, c, m))
            return false;
    }
    return true;
}

static int find_points(struct series *s, const struct export_input *in, struct err *err)
{
    uint32_t twice;
    s->points = calloc(in->count, sizeof *s->points);
    for (; s->points && s->count < in->count; s->count++) {
        struct series_point *one = &s->points[s->count];
        one->result = &in->results[s->count];
        if (check_time(one->result, err))
            return -1;
        if (id_index_of(&one->cells, one->result, &twice))
            break;
    }
    return s->count == in->count ? 0 : err_set(err, ERR_SYSTEM, "export: out of memory");
}

static int find_names(struct series *s, const struct export_input *in, struct err *err)
{
    struct export_input first = *in;
    struct export_walk walk = {0};
    struct export_value v;
    first.count = 1;
    while (export_next(&first, &walk, &v))
        if (is_common(s, in, &v) && !vec_add(&s->names, v))
            return err_set(err, ERR_SYSTEM, "export: out of memory");
    if (s->names.count)
        return 0;
    return err_set(err, ERR_INPUT, "the %zu results have no value in common: no series", in->count);
}

int series_open(struct series *s, const struct export_input *in, struct err *err)
{
    *s = (struct series){0};
    if (find_points(s, in, err) || find_names(s, in, err)) {
        series_close(s);
        return -1;
    }
    qsort(s->points, s->count, sizeof *s->points, by_time);
    return 0;
}

void series_close(struct series *s)
{
    for (size_t i = 0; i < s->count; i++)
        id_index_release(&s->points[i].cells);
    free(s->points);
    vec_release(&s->names);
    *s = (struct series){0};
}

void series_name(const struct series *s, size_t i, struct buf *out)
{
    const struct export_value *v = &s->names.items[i];
    buf_reset(out);
    buf_printf(out, "%s %s", v->cell->id, v->metric->name);
}

const struct result_metric *series_value(const struct series *s, const struct series_point *at,
                                         size_t i)
{
    const struct export_value *v = &s->names.items[i];
    return result_metric_find(cell_at(at, v->cell->id), v->metric->name);
}

const char *series_commit(const struct result *r)
{
    const json_t *tool = json_object_get(json_object_get(r->json, "run"), "tool");
    const char *commit = json_string_value(json_object_get(tool, "commit"));
    return commit ? commit : "";
}
