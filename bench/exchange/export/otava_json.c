/*
 * Apache Otava's JSON, which is Nyrkio's too: a point for each result.  Its importer takes every
 * metric for one that is better when higher; the direction of the others is said in CSV's
 * configuration alone.
 */
#include "bench/base/json_make.h"
#include "bench/exchange/export/series.h"

static json_t *attributes_of(const struct export_input *in, const struct result *r)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "git_commit", series_commit(r));
    json_make_text(&o, "branch", in->branch ? in->branch : "");
    if (r->hostname[0])
        json_make_text(&o, "hostname", r->hostname);
    json_make_text(&o, "run", r->run_id);
    return json_made(&o);
}

static int add_metrics(const struct export_input *in, const struct series *s,
                       const struct series_point *at, struct buf *out, struct err *err)
{
    struct export_list metrics = {.depth = 3};
    struct buf name = {0};
    int failed = 0;
    export_list_begin(&metrics, out);
    for (size_t i = 0; i < s->names.count && !failed; i++) {
        const struct result_metric *m = series_value(s, at, i);
        series_name(s, i, &name);
        export_list_add(&metrics,
                        json_pack("{s:s, s:f, s:s}", "name", buf_text(&name), "value",
                                  m->summary.center, "unit", m->unit),
                        out);
        failed = export_pass_on(in, out, err);
    }
    export_list_end(&metrics, out);
    buf_settle(out, &name);
    return failed;
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct series s;
    struct export_list points = {.depth = 1};
    int failed = 0;
    if (series_open(&s, in, err))
        return -1;
    export_list_begin(&points, out);
    for (size_t i = 0; i < s.count && !failed; i++) {
        const struct result *r = s.points[i].result;
        struct export_list point = {.depth = 2, .is_object = true};
        export_list_next(&points, NULL, out);
        export_list_begin(&point, out);
        export_list_add_as(&point, "timestamp",
                           json_integer((json_int_t)export_epoch(r->started_at)), out);
        export_list_next(&point, "metrics", out);
        failed = add_metrics(in, &s, &s.points[i], out, err);
        export_list_add_as(&point, "attributes", attributes_of(in, r), out);
        export_list_end(&point, out);
    }
    export_list_end(&points, out);
    buf_add(out, "\n");
    series_close(&s);
    return failed;
}

const struct export_format export_otava_json = {
    .name = "otava-json",
    .consumer = "Apache Otava's and Nyrkio's JSON, a point a result",
    .write = write_all,
};
