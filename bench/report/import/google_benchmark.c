/*
 * Google Benchmark's --benchmark_format=json.  Entries of run_type "iteration" are samples of the
 * benchmark called run_name; aggregates are computed from them and passed over.
 */
#include "bench/report/import/import.h"

#include <stdio.h>
#include <string.h>

static bool is_google_benchmark(const json_t *document)
{
    return json_is_array(json_object_get(document, "benchmarks")) &&
           json_is_object(json_object_get(document, "context"));
}

static const struct import_metric real_time = {"time_ns", "ns", "lower", "latency",
                                               "wall-clock time of one iteration"};
static const struct import_metric cpu_time = {"cpu_ns", "ns", "lower", "cpu",
                                              "CPU time of one iteration"};
static const struct import_metric items = {"items_per_s", "per_s", "higher", "throughput",
                                           "items_per_second of the benchmark"};
static const struct import_metric bytes = {"bytes_per_s", "per_s", "higher", "throughput",
                                           "bytes_per_second of the benchmark"};

static int factor_of(const struct place *at, const json_t *entry, double *out, struct err *err)
{
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    const char *unit;
    if (field_text_or(at, entry, "time_unit", "ns", &unit, err))
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(unit, units[i].unit)) {
            *out = units[i].factor;
            return 0;
        }
    struct place here = {.up = at, .key = "time_unit"};
    return place_error(&here, err, "\"%s\" is unknown (ns, us, ms, s)", unit);
}

/* What is known of one benchmark while its entries are gathered. */
struct family {
    json_t *real, *cpu, *items, *bytes;
};

static int add_sample(const struct place *at, const json_t *entry, const char *key, double factor,
                      json_t *samples, struct err *err)
{
    double value;
    if (import_number(at, entry, key, &value, err))
        return -1;
    return json_array_append_new(samples, json_real(value * factor));
}

static int add_entry(const struct place *at, const json_t *entry, struct family *f, struct err *err)
{
    double factor = 1;
    if (factor_of(at, entry, &factor, err) ||
        add_sample(at, entry, "real_time", factor, f->real, err) ||
        add_sample(at, entry, "cpu_time", factor, f->cpu, err))
        return -1;
    if (json_object_get(entry, "items_per_second") &&
        add_sample(at, entry, "items_per_second", 1, f->items, err))
        return -1;
    if (json_object_get(entry, "bytes_per_second") &&
        add_sample(at, entry, "bytes_per_second", 1, f->bytes, err))
        return -1;
    return 0;
}

static int name_of(const struct place *at, const json_t *entry, const char **out, struct err *err)
{
    const char *name = field_text(at, entry, "name", err);
    return name ? field_text_or(at, entry, "run_name", name, out, err) : -1;
}

static bool is_aggregate(const json_t *entry)
{
    const char *type = json_string_value(json_object_get(entry, "run_type"));
    return type && !strcmp(type, "aggregate");
}

/* All samples of the benchmark `name`; *reason is set when it failed. */
static int gather(const struct place *list, const json_t *entries, const char *name,
                  struct family *f, const char **reason, struct err *err)
{
    for (size_t i = 0; i < json_array_size(entries); i++) {
        struct place here = {.up = list, .index = i};
        const json_t *entry = json_array_get(entries, i);
        const char *own, *message;
        if (name_of(&here, entry, &own, err))
            return -1;
        if (strcmp(own, name) || is_aggregate(entry))
            continue;
        if (json_is_true(json_object_get(entry, "error_occurred"))) {
            if (field_text_or(&here, entry, "error_message", "an error occurred", &message, err))
                return -1;
            *reason = message;
        } else if (add_entry(&here, entry, f, err)) {
            return -1;
        }
    }
    return 0;
}

static int add_family(const struct place *list, const json_t *entries, const char *name,
                      struct import *out, struct err *err)
{
    struct family f = {json_array(), json_array(), json_array(), json_array()};
    const char *reason = NULL;
    int status = gather(list, entries, name, &f, &reason, err);
    json_t *cell = status ? NULL : import_cell(out, name, NULL);
    if (!status && (reason || json_array_size(f.real) == 0))
        import_cell_fails(cell, reason ? "failed" : "skipped",
                          reason ? reason : "the file holds aggregates alone");
    const struct {
        const struct import_metric *metric;
        json_t *samples;
    } all[] = {{&real_time, f.real}, {&cpu_time, f.cpu}, {&items, f.items}, {&bytes, f.bytes}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bool is_wanted = !status && json_array_size(all[i].samples) > 0;
        if (is_wanted)
            status = import_add(cell, all[i].metric, all[i].samples, NULL, "", err);
        else
            json_decref(all[i].samples);
    }
    return status;
}

static int read_context(const struct place *at, const json_t *document, struct import *out,
                        struct err *err)
{
    struct place here = {.up = at, .key = "context"};
    const json_t *context = field_required(at, document, "context", JSON_OBJECT, err);
    const char *host, *version, *build, *date;
    int64_t cpus;
    if (!context || field_text_or(&here, context, "host_name", "", &host, err) ||
        field_text_or(&here, context, "library_version", "", &version, err) ||
        field_text_or(&here, context, "library_build_type", "", &build, err) ||
        field_text_or(&here, context, "date", NULL, &date, err) ||
        field_count_or(&here, context, "num_cpus", 0, &cpus, err))
        return -1;
    if (*host)
        json_object_set_new(out->host, "hostname", json_string(host));
    if (cpus > 0)
        json_object_set_new(out->host, "cpus_allowed", json_integer(cpus));
    snprintf(out->version, sizeof out->version, "%.30s", version);
    import_instant(out, date);
    return 0;
}

static int read_google_benchmark(const struct place *at, const json_t *document, struct import *out,
                                 struct err *err)
{
    struct place list = {.up = at, .key = "benchmarks"};
    const json_t *entries = field_required(at, document, "benchmarks", JSON_ARRAY, err);
    if (!entries || read_context(at, document, out, err))
        return -1;
    json_t *seen = json_object();
    int status = 0;
    for (size_t i = 0; i < json_array_size(entries) && !status; i++) {
        struct place here = {.up = &list, .index = i};
        const json_t *entry = json_array_get(entries, i);
        const char *name;
        status = json_is_object(entry) ? name_of(&here, entry, &name, err)
                                       : place_expected(&here, "an object", entry, err);
        if (status || json_object_get(seen, name))
            continue;
        json_object_set_new(seen, name, json_true());
        status = add_family(&list, entries, name, out, err);
    }
    json_decref(seen);
    return status;
}

const struct import_format import_google_benchmark = {
    .name = "google-benchmark",
    .tool = "google-benchmark",
    .workload = "google_benchmark",
    .is_one = is_google_benchmark,
    .read = read_google_benchmark,
};
