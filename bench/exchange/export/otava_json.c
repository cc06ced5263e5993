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

static json_t *point_of(const struct export_input *in, const struct series *s,
                        const struct result *r)
{
    const char *name;
    struct json_maker metrics = json_maker_list();
    json_t *ignored, *values = series_values(in, r);
    json_object_foreach(s->names, name, ignored)
    {
        const json_t *value = json_object_get(values, name);
        json_make_add(&metrics, json_pack("{s:s, s:O, s:O}", "name", name, "value",
                                          json_object_get(value, "value"), "unit",
                                          json_object_get(value, "unit")));
    }
    json_decref(values);
    return json_pack("{s:I, s:o, s:o}", "timestamp", (json_int_t)export_epoch(r->started_at),
                     "metrics", json_made(&metrics), "attributes", attributes_of(in, r));
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct series s;
    int status = 0;
    if (series_open(&s, in, err))
        return -1;
    struct json_maker points = json_maker_list();
    for (size_t i = 0; i < s.count && !status; i++)
        if (!(status = series_check_time(s.results[i], err)))
            json_make_add(&points, point_of(in, &s, s.results[i]));
    series_close(&s);
    if (!status)
        return export_json(json_made(&points), out, err);
    json_decref(json_made(&points));
    return status;
}

const struct export_format export_otava_json = {
    .name = "otava-json",
    .consumer = "Apache Otava's and Nyrkio's JSON, a point a result",
    .write = write_all,
};
