/*
 * Apache Otava's CSV: a row for each result, a column for each metric of each cell.  Columns are
 * those any of the results has, so that one file holds a series.
 */
#include "bench/report/escape.h"
#include "bench/report/export/export.h"

#include <math.h>
#include <string.h>

/* "sleep/none/thread/tasks=1 startup_ns" -> its place among the columns. */
static void name_column(const struct export_value *v, struct buf *out)
{
    buf_reset(out);
    buf_printf(out, "%s %s", v->cell->id, v->metric->name);
}

static json_t *columns_of(const struct export_input *in)
{
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    json_t *columns = json_object();
    while (export_next(in, &walk, &v)) {
        name_column(&v, &name);
        if (!json_object_get(columns, buf_text(&name)))
            json_object_set_new(columns, buf_text(&name),
                                json_integer((json_int_t)json_object_size(columns)));
    }
    buf_release(&name);
    return columns;
}

static void add_row(const struct export_input *in, const struct result *r, const json_t *columns,
                    struct buf *out)
{
    struct export_input one = *in;
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    json_t *values = json_object();
    const char *key;
    json_t *place;
    one.results = r;
    one.count = 1;
    while (export_next(&one, &walk, &v)) {
        name_column(&v, &name);
        json_object_set_new(values, buf_text(&name), json_real(v.metric->summary.center));
    }
    const json_t *tool = json_object_get(json_object_get(r->json, "run"), "tool");
    const char *commit = json_string_value(json_object_get(tool, "commit"));
    buf_printf(out, "%s,", r->started_at);
    escape_csv(out, commit ? commit : "");
    buf_add(out, ",");
    escape_csv(out, in->branch ? in->branch : "");
    json_object_foreach((json_t *)(uintptr_t)columns, key, place)
    {
        const json_t *value = json_object_get(values, key);
        buf_add(out, ",");
        if (value)
            export_number(out, json_real_value(value));
    }
    buf_add(out, "\n");
    buf_release(&name);
    json_decref(values);
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    const char *key;
    json_t *place;
    json_t *columns = columns_of(in);
    buf_add(out, "time,commit,branch");
    json_object_foreach(columns, key, place)
    {
        buf_add(out, ",");
        escape_csv(out, key);
    }
    buf_add(out, "\n");
    for (size_t i = 0; i < in->count; i++)
        add_row(in, &in->results[i], columns, out);
    json_decref(columns);
    return out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}

const struct export_format export_otava_csv = {
    .name = "otava-csv",
    .consumer = "Apache Otava's CSV, a row a result",
    .write = write_all,
};
