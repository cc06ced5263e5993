/*
 * hyperfine's --export-json.  Version 1 has arrays (times, memory_usage_byte) and no number of its
 * schema; from 2.0 on, "schema_version": 2 and a list of measurements with units.
 */
#include "bench/base/words.h"
#include "bench/exchange/import/import.h"

#include <stdio.h>
#include <string.h>

static const struct import_metric wall = {"time_ns", "ns", "lower", "latency",
                                          "wall-clock time of the whole command"};

static const struct import_metric memory = {"memory_bytes", "bytes", "lower", "memory",
                                            "largest resident set of the command"};

static bool is_hyperfine(const json_t *document)
{
    const json_t *results = json_object_get(document, "results");
    return json_is_array(results) &&
           (json_array_size(results) == 0 || json_object_get(document, "schema_version") ||
            json_object_get(json_array_get(results, 0), "command"));
}

/* Null: it was killed by a signal. Absent: nobody looked. */
static bool has_failed(const json_t *exit_code)
{
    return exit_code && (!json_is_integer(exit_code) || json_integer_value(exit_code) != 0);
}

/* A command that fails may be faster than one that works. */
static void warn_of_exits(struct import *in, json_t *cell, size_t failures, size_t runs)
{
    char text[80], all[40];
    if (failures == 0)
        return;
    snprintf(text, sizeof text, "%zu of %s ended with a status other than 0", failures,
             words_count(all, sizeof all, runs, "run"));
    import_cell_warns(in, cell, "exit_codes", text);
}

/* ---- version 1 --------------------------------------------------------------------------- */

static json_t *scaled(const struct place *at, const json_t *array, double factor, struct err *err)
{
    struct json_maker samples = json_maker_list();
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct place here = {.up = at, .index = i};
        double value;
        if (import_value(&here, json_array_get(array, i), &value, err) ||
            import_finite(&here, value * factor, err)) {
            json_decref(json_made(&samples));
            return NULL;
        }
        json_make_add(&samples, json_real(value * factor));
    }
    return json_made(&samples);
}

static int add_array(const struct place *at, const json_t *result, const char *key, double factor,
                     const struct import_metric *metric, struct import *out, json_t *cell,
                     struct err *err)
{
    const json_t *array = NULL;
    struct place here = {.up = at, .key = key};
    if (field_optional(at, result, key, JSON_ARRAY, &array, err))
        return -1;
    json_t *samples = scaled(&here, array, factor, err);
    return samples ? import_add(out, cell, metric, samples, NULL, "the file holds no single values",
                                err)
                   : -1;
}

static int read_v1(const struct place *at, const json_t *result, struct import *out, json_t *cell,
                   struct err *err)
{
    const json_t *exits = NULL;
    size_t failures = 0;
    if (add_array(at, result, "times", 1e9, &wall, out, cell, err) ||
        (json_object_get(result, "memory_usage_byte") &&
         add_array(at, result, "memory_usage_byte", 1, &memory, out, cell, err)) ||
        field_optional(at, result, "exit_codes", JSON_ARRAY, &exits, err))
        return -1;
    for (size_t i = 0; i < json_array_size(exits); i++)
        failures += has_failed(json_array_get(exits, i));
    warn_of_exits(out, cell, failures, json_array_size(exits));
    return 0;
}

/* ---- version 2 --------------------------------------------------------------------------- */

static const struct {
    const char *field;
    struct import_metric metric;
} quantities[] = {
    {"time_wall_clock",
     {"time_ns", "ns", "lower", "latency", "wall-clock time of the whole command"}},
    {"time_user", {"user_ns", "ns", "lower", "cpu", "CPU time of the command in user space"}},
    {"time_system", {"system_ns", "ns", "lower", "cpu", "CPU time of the command in the kernel"}},
    {"memory_peak_resident",
     {"memory_bytes", "bytes", "lower", "memory", "largest resident set of the command"}},
};

static int factor_of(const struct place *at, const json_t *quantity, double *out, struct err *err)
{
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"second", 1e9}, {"millisecond", 1e6}, {"byte", 1}};
    const char *unit = field_text(at, quantity, "unit", err);
    if (!unit)
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(unit, units[i].unit)) {
            *out = units[i].factor;
            return 0;
        }
    struct place here = {.up = at, .key = "unit"};
    return place_error(&here, err, "\"%s\" is unknown (second, millisecond, byte)", unit);
}

/* A quantity of every measurement; those that lack it give no sample. */
static int add_quantity(const struct place *at, const json_t *measurements, size_t which,
                        struct import *out, json_t *cell, struct err *err)
{
    const char *field = quantities[which].field;
    json_t *samples = json_array();
    for (size_t i = 0; i < json_array_size(measurements); i++) {
        struct place one = {.up = at, .index = i}, here = {.up = &one, .key = field};
        const json_t *quantity = NULL;
        double value = 0, factor = 1;
        if (field_optional(&one, json_array_get(measurements, i), field, JSON_OBJECT, &quantity,
                           err) ||
            (quantity && (import_number(&here, quantity, "value", &value, err) ||
                          factor_of(&here, quantity, &factor, err) ||
                          import_finite(&here, value * factor, err)))) {
            json_decref(samples);
            return -1;
        }
        if (quantity)
            json_make_item(&out->made, samples, json_real(value * factor));
    }
    if (json_array_size(samples) == 0 && which > 0) {
        json_decref(samples);
        return 0;
    }
    return import_add(out, cell, &quantities[which].metric, samples, NULL,
                      "the file holds no single values", err);
}

static int read_v2(const struct place *at, const json_t *result, struct import *out, json_t *cell,
                   struct err *err)
{
    struct place list = {.up = at, .key = "measurements"};
    const json_t *all = field_required(at, result, "measurements", JSON_ARRAY, err);
    size_t failures = 0;
    if (!all)
        return -1;
    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
        if (add_quantity(&list, all, i, out, cell, err))
            return -1;
    for (size_t i = 0; i < json_array_size(all); i++)
        failures += has_failed(json_object_get(json_array_get(all, i), "exit_code"));
    warn_of_exits(out, cell, failures, json_array_size(all));
    return 0;
}

/* ---- both -------------------------------------------------------------------------------- */

static int read_version(const struct place *at, const json_t *document, int64_t *out,
                        struct err *err)
{
    struct place here = {.up = at, .key = "schema_version"};
    if (field_count_or(at, document, "schema_version", 1, out, err))
        return -1;
    return *out == 1 || *out == 2
               ? 0
               : place_error(&here, err, "%lld is another version (1 and 2 are read)",
                             (long long)*out);
}

static int read_metadata(const struct place *at, const json_t *document, struct import *out,
                         struct err *err)
{
    const json_t *metadata = NULL;
    struct place here = {.up = at, .key = "metadata"};
    const char *version, *start;
    if (field_optional(at, document, "metadata", JSON_OBJECT, &metadata, err) ||
        field_text_or(&here, metadata, "hyperfine_version", "", &version, err) ||
        field_text_or(&here, metadata, "start_time", "", &start, err))
        return -1;
    snprintf(out->version, sizeof out->version, "%.30s", version);
    import_instant(out, start);
    const json_t *machine = json_object_get(json_object_get(metadata, "platform"), "architecture");
    if (json_is_string(machine))
        import_host(out, "architecture", json_string(json_string_value(machine)));
    return 0;
}

static int read_hyperfine(const struct place *at, const json_t *document, struct import *out,
                          struct err *err)
{
    struct place list = {.up = at, .key = "results"};
    const json_t *results = field_required(at, document, "results", JSON_ARRAY, err);
    int64_t version;
    if (!results || read_version(at, document, &version, err) ||
        read_metadata(at, document, out, err))
        return -1;
    for (size_t i = 0; i < json_array_size(results); i++) {
        struct place here = {.up = &list, .index = i};
        const json_t *result = json_array_get(results, i), *params = NULL;
        if (!json_is_object(result))
            return place_expected(&here, "an object", result, err);
        /* Scripts of several lines are commands too: what names a cell is made from them. */
        const json_t *command = field_required(&here, result, "command", JSON_STRING, err), *name;
        if (!command || field_optional(&here, result, "name", JSON_STRING, &name, err) ||
            field_optional(&here, result, "parameters", JSON_OBJECT, &params, err))
            return -1;
        json_t *cell = import_cell(out, json_string_value(name ? name : command), params);
        if ((version == 1 ? read_v1 : read_v2)(&here, result, out, cell, err))
            return -1;
    }
    return 0;
}

const struct import_format import_hyperfine = {
    .name = "hyperfine",
    .tool = "hyperfine",
    .workload = "hyperfine",
    .is_one = is_hyperfine,
    .read = read_hyperfine,
};
