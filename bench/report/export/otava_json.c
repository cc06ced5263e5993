/*
 * Apache Otava's JSON, which is Nyrkio's too: a point for each result.  Its importer takes every
 * metric for one that is better when higher; the direction of the others is said in CSV's
 * configuration alone.
 */
#include "bench/report/export/series.h"

static json_t *attributes_of(const struct export_input *in, const struct result *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "git_commit", json_string(series_commit(r)));
    json_object_set_new(o, "branch", json_string(in->branch ? in->branch : ""));
    if (r->hostname[0])
        json_object_set_new(o, "hostname", json_string(r->hostname));
    json_object_set_new(o, "run", json_string(r->run_id));
    return o;
}

static json_t *point_of(const struct export_input *in, const struct series *s,
                        const struct result *r)
{
    const char *name;
    json_t *ignored, *metrics = json_array(), *values = series_values(in, r);
    json_object_foreach(s->names, name, ignored)
    {
        const json_t *value = json_object_get(values, name);
        json_array_append_new(metrics, json_pack("{s:s, s:O, s:O}", "name", name, "value",
                                                 json_object_get(value, "value"), "unit",
                                                 json_object_get(value, "unit")));
    }
    json_decref(values);
    return json_pack("{s:I, s:o, s:o}", "timestamp", (json_int_t)export_epoch(r->started_at),
                     "metrics", metrics, "attributes", attributes_of(in, r));
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct series s;
    int status = 0;
    if (series_open(&s, in, err))
        return -1;
    json_t *points = json_array();
    for (size_t i = 0; i < s.count && !status; i++)
        if (!(status = series_check_time(s.results[i], err)))
            json_array_append_new(points, point_of(in, &s, s.results[i]));
    series_close(&s);
    if (!status)
        return export_json(points, out, err);
    json_decref(points);
    return status;
}

const struct export_format export_otava_json = {
    .name = "otava-json",
    .consumer = "Apache Otava's and Nyrkio's JSON, a point a result",
    .write = write_all,
};
