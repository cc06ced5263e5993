/*
 * Apache Otava's JSON, which is Nyrkio's too: a point for each result.  Its importer takes every
 * metric for one that is better when higher; what is better when lower is better judged from CSV.
 */
#include "bench/report/export/export.h"

#include <string.h>

static json_t *attributes_of(const struct export_input *in, const struct result *r)
{
    const json_t *tool = json_object_get(json_object_get(r->json, "run"), "tool");
    const json_t *commit = json_object_get(tool, "commit");
    json_t *o = json_object();
    if (json_is_string(commit))
        json_object_set_new(o, "git_commit", json_string(json_string_value(commit)));
    if (in->branch)
        json_object_set_new(o, "branch", json_string(in->branch));
    json_object_set_new(o, "hostname", json_string(r->hostname));
    json_object_set_new(o, "run", json_string(r->run_id));
    return o;
}

static json_t *point_of(const struct export_input *in, const struct result *r)
{
    struct export_input one = *in;
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    json_t *metrics = json_array();
    one.results = r;
    one.count = 1;
    while (export_next(&one, &walk, &v)) {
        buf_reset(&name);
        buf_printf(&name, "%s %s", v.cell->id, v.metric->name);
        json_array_append_new(metrics, json_pack("{s:s, s:f, s:s}", "name", buf_text(&name),
                                                 "value", v.metric->summary.center, "unit",
                                                 v.metric->unit));
    }
    buf_release(&name);
    return json_pack("{s:I, s:o, s:o}", "timestamp", (json_int_t)export_epoch(r->started_at),
                     "metrics", metrics, "attributes", attributes_of(in, r));
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    json_t *points = json_array();
    for (size_t i = 0; i < in->count; i++) {
        if (export_epoch(in->results[i].started_at) < 0) {
            json_decref(points);
            return err_set(err, ERR_INPUT, "%s: run.started_at: \"%s\" is no time; Otava needs one",
                           in->results[i].path, in->results[i].started_at);
        }
        json_array_append_new(points, point_of(in, &in->results[i]));
    }
    return export_json(points, out, err);
}

const struct export_format export_otava_json = {
    .name = "otava-json",
    .consumer = "Apache Otava's and Nyrkio's JSON, a point a result",
    .write = write_all,
};
