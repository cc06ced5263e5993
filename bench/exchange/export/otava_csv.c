/* Apache Otava's CSV: a row for each result, a column for each metric of each cell. */
#include "bench/exchange/export/series.h"
#include "bench/page/escape.h"

static int add_names(const struct export_input *in, const struct series *s, struct buf *out,
                     struct err *err)
{
    struct buf name = {0};
    int failed = 0;
    buf_add(out, "time,commit,branch");
    for (size_t i = 0; i < s->names.count && !failed; i++) {
        series_name(s, i, &name);
        buf_add(out, ",");
        escape_csv(out, buf_text(&name));
        failed = export_pass_on(in, out, err);
    }
    buf_add(out, "\n");
    buf_settle(out, &name);
    return failed;
}

static int add_row(const struct export_input *in, const struct series *s,
                   const struct series_point *at, struct buf *out, struct err *err)
{
    int failed = 0;
    buf_printf(out, "%s,", at->result->started_at);
    escape_csv(out, series_commit(at->result));
    buf_add(out, ",");
    escape_csv(out, in->branch ? in->branch : "");
    for (size_t i = 0; i < s->names.count && !failed; i++) {
        buf_add(out, ",");
        export_number(out, series_value(s, at, i)->summary.center);
        failed = export_pass_on(in, out, err);
    }
    buf_add(out, "\n");
    return failed;
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct series s;
    if (series_open(&s, in, err))
        return -1;
    int failed = add_names(in, &s, out, err);
    for (size_t i = 0; i < s.count && !failed; i++)
        failed = add_row(in, &s, &s.points[i], out, err);
    series_close(&s);
    return failed ? -1 : out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}

const struct export_format export_otava_csv = {
    .name = "otava-csv",
    .consumer = "Apache Otava's CSV, a row a result",
    .write = write_all,
};
