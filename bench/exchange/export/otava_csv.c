/* Apache Otava's CSV: a row for each result, a column for each metric of each cell. */
#include "bench/exchange/export/series.h"
#include "bench/page/escape.h"

static void add_row(const struct export_input *in, const struct series *s, const struct result *r,
                    struct buf *out)
{
    const char *name;
    json_t *ignored, *values = series_values(in, r);
    buf_printf(out, "%s,", r->started_at);
    escape_csv(out, series_commit(r));
    buf_add(out, ",");
    escape_csv(out, in->branch ? in->branch : "");
    json_object_foreach(s->names, name, ignored)
    {
        buf_add(out, ",");
        export_number(out,
                      json_number_value(json_object_get(json_object_get(values, name), "value")));
    }
    buf_add(out, "\n");
    json_decref(values);
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct series s;
    const char *name;
    json_t *ignored;
    if (series_open(&s, in, err))
        return -1;
    buf_add(out, "time,commit,branch");
    json_object_foreach(s.names, name, ignored)
    {
        buf_add(out, ",");
        escape_csv(out, name);
    }
    buf_add(out, "\n");
    int status = 0;
    for (size_t i = 0; i < s.count && !status; i++)
        if (!(status = series_check_time(s.results[i], err)))
            add_row(in, &s, s.results[i], out);
    series_close(&s);
    return status ? status : out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}

const struct export_format export_otava_csv = {
    .name = "otava-csv",
    .consumer = "Apache Otava's CSV, a row a result",
    .write = write_all,
};
