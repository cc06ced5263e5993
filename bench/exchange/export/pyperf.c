/* pyperf's JSON, version 1.0: a run for each round, with the values measured in it. */
#include "bench/base/json_make.h"
#include "bench/exchange/export/export.h"

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
    struct json_maker values = json_maker_list();
    for (; *at < v->metric->sample_count && result_round(v->cell, v->metric, *at) == round; ++*at) {
        double value;
        if (value_of(v->metric, v->metric->samples[*at], &value))
            json_make_add(&values, json_real(value));
    }
    if (json_array_size(values.object) == 0) {
        json_decref(json_made(&values));
        return NULL;
    }
    struct json_maker metadata = json_maker_new();
    if (v->result->started_at[0])
        json_make_text(&metadata, "date", v->result->started_at);
    return json_pack("{s:o, s:o}", "metadata", json_made(&metadata), "values", json_made(&values));
}

static json_t *metadata_of(const struct result *r)
{
    struct json_maker metadata = json_maker_new();
    if (r->hostname[0])
        json_make_text(&metadata, "hostname", r->hostname);
    if (r->cpu[0])
        json_make_text(&metadata, "cpu_model_name", r->cpu);
    if (r->cpus_allowed > 0)
        json_make_int(&metadata, "cpu_count", r->cpus_allowed);
    return json_made(&metadata);
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    struct export_list benchmarks = {.depth = 2};
    int failed = 0;
    buf_add(out, "{\n \"version\": \"1.0\",\n \"metadata\": ");
    export_json_part(metadata_of(&in->results[0]), 1, out);
    buf_add(out, ",\n \"benchmarks\": ");
    export_list_begin(&benchmarks, out);
    while (!failed && export_next(in, &walk, &v)) {
        if (!unit_of(v.metric) || v.metric->sample_count == 0)
            continue;
        buf_reset(&name);
        export_name(in, &v, &name);
        buf_printf(&name, " %s", v.metric->name);
        struct json_maker runs = json_maker_list();
        for (size_t at = 0; at < v.metric->sample_count;) {
            json_t *run = run_of(&v, &at);
            if (run)
                json_make_add(&runs, run);
        }
        /* A benchmark without values is no benchmark to pyperf. */
        if (json_array_size(runs.object) == 0) {
            json_decref(json_made(&runs));
            continue;
        }
        export_list_add(&benchmarks,
                        json_pack("{s:{s:s, s:s, s:i}, s:o}", "metadata", "name", buf_text(&name),
                                  "unit", unit_of(v.metric), "loops", 1, "runs", json_made(&runs)),
                        out);
        failed = export_pass_on(in, out, err);
    }
    export_list_end(&benchmarks, out);
    buf_add(out, "\n}\n");
    buf_settle(out, &name);
    return failed;
}

const struct export_format export_pyperf = {
    .name = "pyperf",
    .has_names_once = true,
    .consumer = "pyperf's JSON 1.0",
    .write = write_all,
};
