/* pyperf's JSON, version 1.0: a run for each round, with the values measured in it. */
#include "bench/report/export/export.h"

#include <string.h>

static const char *unit_of(const struct result_metric *m)
{
    double seconds;
    if (export_seconds(m, 1, &seconds))
        return "second";
    return !strcmp(m->unit, "bytes") ? "byte" : !strcmp(m->unit, "count") ? "integer" : NULL;
}

/* pyperf knows values above 0 alone. */
static bool value_of(const struct result_metric *m, double sample, double *out)
{
    *out = sample;
    if (!strcmp(m->unit, "bytes") || !strcmp(m->unit, "count"))
        return sample > 0;
    return export_seconds(m, sample, out);
}

static json_t *run_of(const struct export_value *v, size_t *at)
{
    size_t round = result_round(v->cell, v->metric, *at);
    json_t *values = json_array();
    for (; *at < v->metric->sample_count && result_round(v->cell, v->metric, *at) == round; ++*at) {
        double value;
        if (value_of(v->metric, v->metric->samples[*at], &value))
            json_array_append_new(values, json_real(value));
    }
    if (json_array_size(values) == 0) {
        json_decref(values);
        return NULL;
    }
    json_t *metadata = json_object();
    if (v->result->started_at[0])
        json_object_set_new(metadata, "date", json_string(v->result->started_at));
    return json_pack("{s:o, s:o}", "metadata", metadata, "values", values);
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    json_t *benchmarks = json_array();
    while (export_next(in, &walk, &v)) {
        if (!unit_of(v.metric) || v.metric->sample_count == 0)
            continue;
        buf_reset(&name);
        export_name(in, &v, &name);
        buf_printf(&name, " %s", v.metric->name);
        json_t *runs = json_array();
        for (size_t at = 0; at < v.metric->sample_count;) {
            json_t *run = run_of(&v, &at);
            if (run)
                json_array_append_new(runs, run);
        }
        /* A benchmark without values is no benchmark to pyperf. */
        if (json_array_size(runs) == 0) {
            json_decref(runs);
            continue;
        }
        json_array_append_new(benchmarks, json_pack("{s:{s:s, s:s, s:i}, s:o}", "metadata", "name",
                                                    buf_text(&name), "unit", unit_of(v.metric),
                                                    "loops", 1, "runs", runs));
    }
    buf_release(&name);
    const struct result *r = &in->results[0];
    json_t *metadata = json_object();
    if (r->hostname[0])
        json_object_set_new(metadata, "hostname", json_string(r->hostname));
    if (r->cpu[0])
        json_object_set_new(metadata, "cpu_model_name", json_string(r->cpu));
    if (r->cpus_allowed > 0)
        json_object_set_new(metadata, "cpu_count", json_integer(r->cpus_allowed));
    return export_json(json_pack("{s:s, s:o, s:o}", "version", "1.0", "metadata", metadata,
                                 "benchmarks", benchmarks),
                       out, err);
}

const struct export_format export_pyperf = {
    .name = "pyperf",
    .consumer = "pyperf's JSON 1.0",
    .write = write_all,
};
