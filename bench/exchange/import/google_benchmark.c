/*
 * Google Benchmark's --benchmark_format=json.  Entries of run_type "iteration" are samples of the
 * benchmark called run_name; aggregates are computed from them and passed over.
 */
#include "bench/exchange/import/import.h"

#include <stdio.h>
#include <stdlib.h>
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

/* One benchmark while its entries are gathered. */
struct family {
    char *name; /* owned */
    json_t *real, *cpu, *items, *bytes;
    const char *status, *reason; /* NULL: it was measured */
};

/* All of them, in the order of the file; where each is stands in `places` by its name. */
struct families {
    struct family *items;
    size_t count, capacity;
    json_t *places;
};

static int add_sample(const struct place *at, const json_t *entry, const char *key, double factor,
                      json_t *samples, struct import *out, struct err *err)
{
    double value;
    struct place here = {.up = at, .key = key};
    if (import_number(at, entry, key, &value, err) || import_finite(&here, value * factor, err))
        return -1;
    json_make_item(&out->made, samples, json_real(value * factor));
    return 0;
}

static int add_entry(const struct place *at, const json_t *entry, struct family *f,
                     struct import *out, struct err *err)
{
    double factor = 1;
    if (factor_of(at, entry, &factor, err) ||
        add_sample(at, entry, "real_time", factor, f->real, out, err) ||
        add_sample(at, entry, "cpu_time", factor, f->cpu, out, err))
        return -1;
    if (json_object_get(entry, "items_per_second") &&
        add_sample(at, entry, "items_per_second", 1, f->items, out, err))
        return -1;
    if (json_object_get(entry, "bytes_per_second") &&
        add_sample(at, entry, "bytes_per_second", 1, f->bytes, out, err))
        return -1;
    return 0;
}

/* How long the name is without "_mean" and the like; 0 when it has no such end. */
static size_t stem_length(const char *name)
{
    static const char *const ends[] = {"_mean", "_median", "_stddev", "_cv", "_BigO", "_RMS"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (length > end && !strcmp(name + length - end, ends[i]))
            return length - end;
    }
    return 0;
}

static bool has_name(const json_t *names, const char *name, size_t length, const char *end)
{
    struct buf whole = {0};
    buf_add_bytes(&whole, name, length);
    buf_add(&whole, end);
    bool found = json_object_get(names, buf_text(&whole)) != NULL;
    buf_release(&whole);
    return found;
}

/* Where only aggregates were written, mean and deviation stand for what they are of. */
static bool is_stem(const json_t *names, const char *name, size_t length)
{
    return has_name(names, name, length, "") ||
           (has_name(names, name, length, "_mean") && has_name(names, name, length, "_stddev"));
}

/*
 * Before 1.5 no entry says what it is: then it is told by its name, if that of a benchmark is in
 * it, and by the fields that fits of a complexity have.
 */
static bool is_aggregate(const json_t *entry, const json_t *names)
{
    const char *type = json_string_value(json_object_get(entry, "run_type"));
    if (type)
        return !strcmp(type, "aggregate");
    if (json_object_get(entry, "big_o") || json_object_get(entry, "rms"))
        return true;
    const char *name = json_string_value(json_object_get(entry, "name"));
    size_t stem = name ? stem_length(name) : 0;
    return stem > 0 && is_stem(names, name, stem);
}

static json_t *names_of(const json_t *entries)
{
    struct json_maker names = json_maker_new();
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const char *name = json_string_value(json_object_get(json_array_get(entries, i), "name"));
        if (name)
            json_make_bool(&names, name, true);
    }
    return json_made(&names);
}

static int name_of(const struct place *at, const json_t *entry, const char **out, struct err *err)
{
    const char *name = field_text(at, entry, "name", err);
    return name ? field_text_or(at, entry, "run_name", name, out, err) : -1;
}

static struct family *family_of(struct families *all, const char *name, struct import *out)
{
    const json_t *place = json_object_get(all->places, name);
    if (place)
        return &all->items[json_integer_value(place)];
    if (all->count == all->capacity) {
        size_t capacity = all->capacity ? 2 * all->capacity : 64;
        struct family *grown = realloc(all->items, capacity * sizeof *grown);
        if (!grown)
            return NULL;
        all->items = grown;
        all->capacity = capacity;
    }
    json_make_member(&out->made, all->places, name, json_integer((json_int_t)all->count));
    struct family *f = &all->items[all->count++];
    *f = (struct family){strdup(name), json_array(), json_array(), json_array(),
                         json_array(), NULL,         NULL};
    return f->name ? f : NULL;
}

/*
 * What an aggregate is of: its run_name, or its name without the end.
 */
static struct family *family_of_aggregate(struct families *all, const json_t *entry,
                                          const char *name, struct import *out)
{
    size_t length = json_object_get(entry, "run_type") ? 0 : stem_length(name);
    char *stem = strndup(name, length ? length : strlen(name));
    struct family *f = stem ? family_of(all, stem, out) : NULL;
    free(stem);
    return f;
}

static int add_reason(const struct place *at, const json_t *entry, struct family *f,
                      struct err *err)
{
    bool is_skipped = json_is_true(json_object_get(entry, "skipped"));
    f->status = is_skipped ? "skipped" : "failed";
    return field_text_or(at, entry, is_skipped ? "skip_message" : "error_message",
                         is_skipped ? "it was skipped" : "an error occurred", &f->reason, err);
}

static int gather(const struct place *at, const json_t *entry, const json_t *names,
                  struct families *all, struct import *out, struct err *err)
{
    const char *name;
    if (!json_is_object(entry))
        return place_expected(at, "an object", entry, err);
    if (name_of(at, entry, &name, err))
        return -1;
    bool is_made = is_aggregate(entry, names);
    /* An old fit is of several benchmarks, which are all there, and of none of them. */
    if (is_made && !json_object_get(entry, "run_type") && !json_object_get(entry, "real_time"))
        return 0;
    struct family *f =
        is_made ? family_of_aggregate(all, entry, name, out) : family_of(all, name, out);
    if (!f)
        return err_set(err, ERR_SYSTEM, "import: out of memory");
    if (is_made)
        return 0;
    if (json_is_true(json_object_get(entry, "error_occurred")) ||
        json_is_true(json_object_get(entry, "skipped")))
        return add_reason(at, entry, f, err);
    return add_entry(at, entry, f, out, err);
}

static int add_family(const struct family *f, struct import *out, struct err *err)
{
    json_t *cell = import_cell(out, f->name, NULL);
    const struct {
        const struct import_metric *metric;
        json_t *samples;
    } all[] = {{&real_time, f->real}, {&cpu_time, f->cpu}, {&items, f->items}, {&bytes, f->bytes}};
    if (f->reason || json_array_size(f->real) == 0)
        import_cell_fails(out, cell, f->reason ? f->status : "skipped",
                          f->reason ? f->reason : "the file holds aggregates alone");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (json_array_size(all[i].samples) > 0 &&
            import_add(out, cell, all[i].metric, json_incref(all[i].samples), NULL, "", err))
            return -1;
    return 0;
}

static void families_release(struct families *all)
{
    for (size_t i = 0; i < all->count; i++) {
        free(all->items[i].name);
        json_decref(all->items[i].real);
        json_decref(all->items[i].cpu);
        json_decref(all->items[i].items);
        json_decref(all->items[i].bytes);
    }
    free(all->items);
    json_decref(all->places);
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
        import_host(out, "hostname", json_string(host));
    if (cpus > 0)
        import_host(out, "cpus_allowed", json_integer(cpus));
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
    struct families all = {.places = json_object()};
    json_t *names = names_of(entries);
    int status = 0;
    for (size_t i = 0; i < json_array_size(entries) && !status; i++) {
        struct place here = {.up = &list, .index = i};
        status = gather(&here, json_array_get(entries, i), names, &all, out, err);
    }
    for (size_t i = 0; i < all.count && !status; i++)
        status = add_family(&all.items[i], out, err);
    json_decref(names);
    families_release(&all);
    return status;
}

const struct import_format import_google_benchmark = {
    .name = "google-benchmark",
    .tool = "google-benchmark",
    .workload = "google_benchmark",
    .is_one = is_google_benchmark,
    .read = read_google_benchmark,
};
