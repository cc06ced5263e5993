/*
 * pyperf's JSON 1.0.  A run is a process: its values are one round, so that a process counts once.
 * Runs without values (calibration) are passed over; values are divided by their loops already.
 */
#include "bench/exchange/import/import.h"

#include <stdio.h>
#include <string.h>

static bool is_pyperf(const json_t *document)
{
    const json_t *benchmarks = json_object_get(document, "benchmarks");
    /* pytest-benchmark's have a version too, a "machine_info", and "stats" in place of runs. */
    return json_is_array(benchmarks) && json_is_string(json_object_get(document, "version")) &&
           !json_object_get(document, "machine_info") &&
           (json_array_size(benchmarks) == 0 || !json_is_object(json_array_get(benchmarks, 0)) ||
            json_object_get(json_array_get(benchmarks, 0), "runs"));
}

static const struct {
    const char *unit;
    double factor;
    struct import_metric metric;
} units[] = {
    {"second", 1e9, {"time_ns", "ns", "lower", "latency", "time of one loop of the benchmark"}},
    {"byte", 1, {"memory_bytes", "bytes", "lower", "memory", "memory of the benchmark"}},
    {"integer", 1, {"value_count", "count", "lower", "counters", "value of the benchmark"}},
};

/* Of a benchmark, else what stands for all of them. */
static int text_of(const struct place *at, const json_t *own, const json_t *common, const char *key,
                   const char *otherwise, const char **out, struct err *err)
{
    const char *fallback;
    return field_text_or(at, common, key, otherwise, &fallback, err) ||
                   field_text_or(at, own, key, fallback, out, err)
               ? -1
               : 0;
}

static int read_run(const struct place *at, const json_t *run, size_t round, double factor,
                    struct import *out, json_t *samples, json_t *rounds, struct err *err)
{
    const json_t *values = NULL, *own = NULL;
    struct place list = {.up = at, .key = "values"}, below = {.up = at, .key = "metadata"};
    const char *date;
    if (!json_is_object(run))
        return place_expected(at, "an object", run, err);
    if (field_optional(at, run, "values", JSON_ARRAY, &values, err) ||
        field_optional(at, run, "metadata", JSON_OBJECT, &own, err) ||
        field_text_or(&below, own, "date", NULL, &date, err))
        return -1;
    import_instant(out, date);
    for (size_t i = 0; i < json_array_size(values); i++) {
        struct place here = {.up = &list, .index = i};
        double value;
        if (import_value(&here, json_array_get(values, i), &value, err) ||
            import_finite(&here, value * factor, err))
            return -1;
        json_make_item(&out->made, samples, json_real(value * factor));
        json_make_item(&out->made, rounds, json_integer((json_int_t)round));
    }
    return 0;
}

static int read_benchmark(const struct place *at, const json_t *benchmark, const json_t *common,
                          struct import *out, struct err *err)
{
    const json_t *own = NULL, *runs;
    struct place below = {.up = at, .key = "metadata"}, list = {.up = at, .key = "runs"};
    const char *name, *unit;
    if (!json_is_object(benchmark))
        return place_expected(at, "an object", benchmark, err);
    if (field_optional(at, benchmark, "metadata", JSON_OBJECT, &own, err) ||
        text_of(&below, own, common, "name", "unnamed", &name, err) ||
        text_of(&below, own, common, "unit", "second", &unit, err) ||
        !(runs = field_required(at, benchmark, "runs", JSON_ARRAY, err)))
        return -1;
    size_t which = 0;
    while (which < sizeof units / sizeof *units && strcmp(units[which].unit, unit))
        which++;
    if (which == sizeof units / sizeof *units) {
        struct place here = {.up = &below, .key = "unit"};
        return place_error(&here, err, "\"%s\" is unknown (second, byte, integer)", unit);
    }
    json_t *samples = json_array(), *rounds = json_array();
    for (size_t i = 0; i < json_array_size(runs); i++) {
        struct place here = {.up = &list, .index = i};
        if (read_run(&here, json_array_get(runs, i), i, units[which].factor, out, samples, rounds,
                     err)) {
            json_decref(samples);
            json_decref(rounds);
            return -1;
        }
    }
    return import_add(out, import_cell(out, name, NULL), &units[which].metric, samples, rounds,
                      "no run of the file has values", err);
}

/* Machine and program, as far as the common metadata tells. */
static int read_common(const struct place *at, const json_t *common, struct import *out,
                       struct err *err)
{
    struct place here = {.up = at, .key = "metadata"};
    static const struct {
        const char *theirs, *ours;
    } names[] = {{"hostname", "hostname"}, {"cpu_model_name", "cpu"}, {"platform", "kernel"}};
    const char *text, *version;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (field_text_or(&here, common, names[i].theirs, NULL, &text, err))
            return -1;
        if (text && *text)
            import_host(out, names[i].ours, json_string(text));
    }
    int64_t cpus;
    if (field_count_or(&here, common, "cpu_count", 0, &cpus, err) ||
        field_text_or(&here, common, "perf_version", "", &version, err) ||
        field_text_or(&here, common, "date", NULL, &text, err))
        return -1;
    if (cpus > 0)
        import_host(out, "cpus_allowed", json_integer(cpus));
    snprintf(out->version, sizeof out->version, "%.30s", version);
    import_instant(out, text);
    return 0;
}

static int read_pyperf(const struct place *at, const json_t *document, struct import *out,
                       struct err *err)
{
    struct place list = {.up = at, .key = "benchmarks"}, v = {.up = at, .key = "version"};
    const json_t *common = NULL,
                 *benchmarks = field_required(at, document, "benchmarks", JSON_ARRAY, err);
    const char *version = benchmarks ? field_text(at, document, "version", err) : NULL;
    if (!version)
        return -1;
    if (strcmp(version, "1.0"))
        return place_error(&v, err, "\"%s\" is another version (1.0 is read)", version);
    if (field_optional(at, document, "metadata", JSON_OBJECT, &common, err) ||
        read_common(at, common, out, err))
        return -1;
    for (size_t i = 0; i < json_array_size(benchmarks); i++) {
        struct place here = {.up = &list, .index = i};
        if (read_benchmark(&here, json_array_get(benchmarks, i), common, out, err))
            return -1;
    }
    return 0;
}

const struct import_format import_pyperf = {
    .name = "pyperf",
    .tool = "pyperf",
    .workload = "pyperf",
    .is_one = is_pyperf,
    .read = read_pyperf,
};
