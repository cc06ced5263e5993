/*
 * Google Benchmark's JSON: an "iteration" entry for each sample, so that its compare.py has
 * repetitions to test.  Only what is a time or a rate has a place in it.
 */
#include "bench/base/json_make.h"
#include "bench/exchange/export/export.h"

#include <stdio.h>
#include <string.h>

static json_t *context_of(const struct result *r)
{
    const json_t *host = json_object_get(r->json, "host");
    long long cpus = json_integer_value(json_object_get(host, "cpus_online"));
    cpus = cpus ? cpus : r->cpus_allowed;
    struct json_maker context = json_maker_new();
    /* An imported result may not state them. */
    if (r->started_at[0])
        json_make_text(&context, "date", r->started_at);
    if (r->hostname[0])
        json_make_text(&context, "host_name", r->hostname);
    json_make_text(&context, "executable", r->runtime);
    if (cpus > 0)
        json_make_int(&context, "num_cpus", cpus);
    json_make_all(&context, json_pack("{s:I, s:b, s:[], s:[], s:s, s:s, s:i}", "mhz_per_cpu",
                                      (json_int_t)0, "cpu_scaling_enabled", 0, "caches", "load_avg",
                                      "library_version", r->runtime, "library_build_type",
                                      !strcmp(r->build_type, "Debug") ? "debug" : "release",
                                      "json_schema_version", 1));
    return json_made(&context);
}

/* A rate is the time of one operation, with the rate itself where Google Benchmark keeps it. */
static json_t *entry_of(const struct export_value *v, const char *name, size_t family, size_t i,
                        size_t repetitions, double seconds)
{
    struct json_maker o = json_maker_take(json_pack(
        "{s:s, s:I, s:I, s:s, s:s, s:I, s:I, s:I, s:I, s:f, s:f, s:s}", "name", name,
        "family_index", (json_int_t)family, "per_family_instance_index", (json_int_t)0, "run_name",
        name, "run_type", "iteration", "repetitions", (json_int_t)repetitions, "repetition_index",
        (json_int_t)i, "threads", (json_int_t)v->cell->tasks, "iterations", (json_int_t)1,
        "real_time", seconds * 1e9, "cpu_time", seconds * 1e9, "time_unit", "ns"));
    if (strcmp(v->metric->unit, "ns"))
        json_make_finite(&o, "items_per_second", v->metric->samples[i]);
    return json_made(&o);
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    struct export_list entries = {.depth = 2};
    int failed = 0;
    buf_add(out, "{\n \"context\": ");
    export_json_part(context_of(&in->results[0]), 1, out);
    buf_add(out, ",\n \"benchmarks\": ");
    export_list_begin(&entries, out);
    for (size_t family = 0; !failed && export_next(in, &walk, &v); family++) {
        buf_reset(&name);
        export_name(in, &v, &name);
        buf_printf(&name, "/%s", v.metric->name);
        for (size_t i = 0; !failed && i < v.metric->sample_count; i++) {
            double seconds;
            if (export_seconds(v.metric, v.metric->samples[i], &seconds))
                export_list_add(
                    &entries,
                    entry_of(&v, buf_text(&name), family, i, v.metric->sample_count, seconds), out);
            failed = export_pass_on(in, out, err);
        }
    }
    export_list_end(&entries, out);
    buf_add(out, "\n}\n");
    buf_settle(out, &name);
    return failed;
}

const struct export_format export_google_benchmark = {
    .name = "google-benchmark",
    .consumer = "Google Benchmark's JSON, for its compare.py",
    .write = write_all,
};
