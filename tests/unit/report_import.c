/* What other programs wrote, as results: values, rounds, and the place of what is wrong. */
#include "bench/report/import/import.h"
#include "bench/report/result.h"

#include "bench/core/file.h"

#include "tests/test.h"

#define FIXTURES TEST_SOURCE_DIR "/tests/fixtures/import/"

static bool load(const char *file, struct result *out)
{
    char path[512];
    struct err err = {0};
    struct buf made = {0};
    size_t length = 0;
    snprintf(path, sizeof path, FIXTURES "%s", file);
    char *text = file_read(path, &length, &err);
    bool ok = text && !import_text(path, text, length, NULL, &made, &err) &&
              !result_parse(out, file, buf_text(&made), made.len, &err);
    CHECK_MSG(ok, "%s: %s", file, err.text);
    free(text);
    buf_release(&made);
    return ok;
}

static const struct result_metric *metric(const struct result *r, size_t cell, const char *name,
                                          size_t samples)
{
    static const struct result_metric none;
    if (!CHECK(cell < r->cell_count))
        return &none;
    const struct result_metric *m = result_metric_find(&r->cells[cell], name);
    return CHECK_MSG(m && m->sample_count == samples, "%s of %s", name, r->cells[cell].id) ? m
                                                                                           : &none;
}

static void hyperfine_1_gives_times_and_memory(void)
{
    struct result r;
    if (!load("hyperfine_1.json", &r))
        return;
    CHECK_EQ(r.cell_count, 2);
    CHECK_EQ(r.cells[0].id, "hyperfine/none/command/tasks=1,name=true");
    CHECK_EQ(r.cells[1].id, "hyperfine/none/command/tasks=1,name=sleep a little");
    const struct result_metric *time = metric(&r, 1, "time_ns", 7);
    CHECK_EQ(time->unit, "ns");
    CHECK_EQ(time->better, "lower");
    for (size_t i = 0; i < time->sample_count; i++)
        CHECK(time->samples[i] > 5e6 && time->samples[i] < 60e9);
    CHECK_EQ(r.runtime, "hyperfine");
    result_unload(&r);
}

static void hyperfine_2_gives_what_it_measured_with_units(void)
{
    struct result r;
    if (!load("hyperfine_2.json", &r))
        return;
    CHECK_EQ(r.cells[0].id, "hyperfine/none/command/tasks=1,name=sort 2");
    CHECK_NEAR(metric(&r, 0, "time_ns", 3)->samples[0], 51200000, 1e-3);
    CHECK_NEAR(metric(&r, 0, "user_ns", 3)->samples[2], 40500000, 1e-3);
    CHECK_EQ(metric(&r, 0, "memory_bytes", 3)->samples[1], 4714496.0);
    CHECK_EQ(r.started_at, "2026-10-05T12:03:21Z");
    CHECK_EQ(r.runtime, "hyperfine 2.0.0-alpha.1");
    if (CHECK_EQ(r.cells[0].warning_count, 1))
        CHECK_EQ(r.cells[0].warnings[0].text, "1 of 3 runs ended with a status other than 0");
    CHECK_EQ(json_string_value(json_object_get(r.cells[0].params, "threads")), "2");
    result_unload(&r);
}

static void a_process_of_pyperf_is_a_round(void)
{
    struct result r;
    if (!load("pyperf.json", &r))
        return;
    CHECK_EQ(r.cell_count, 2);
    const struct result_metric *time = metric(&r, 0, "time_ns", 6);
    CHECK_NEAR(time->samples[0], 1010000, 1e-3);
    /* The first run calibrated: the rounds are 1 and 2. */
    for (size_t i = 0; i < time->sample_count; i++)
        CHECK_EQ(result_round(&r.cells[0], time, i), i < 3 ? 1 : 2);
    CHECK_EQ(metric(&r, 1, "memory_bytes", 2)->samples[1], 1052672.0);
    CHECK_EQ(r.hostname, "builder");
    CHECK_EQ(r.cpus_allowed, 4);
    result_unload(&r);
}

static void repetitions_of_google_benchmark_are_samples(void)
{
    struct result r;
    if (!load("google_benchmark.json", &r))
        return;
    CHECK_EQ(r.cell_count, 3);
    CHECK_NEAR(metric(&r, 0, "time_ns", 2)->samples[1], 1750, 1e-9);
    CHECK_NEAR(metric(&r, 0, "cpu_ns", 2)->samples[0], 1250, 1e-9);
    CHECK_NEAR(metric(&r, 0, "bytes_per_s", 2)->samples[0], 682666666.6, 1e-6);
    CHECK_EQ(r.cells[1].status, CELL_FAILED);
    CHECK_EQ(r.cells[1].reason, "no such device");
    CHECK_EQ(r.cells[2].status, CELL_SKIPPED);
    CHECK_EQ(r.cells[2].reason, "the file holds aggregates alone");
    CHECK_EQ(r.started_at, "2026-10-18T11:30:07Z");
    result_unload(&r);
}

#define HYPERFINE_1(rest) "{\"results\":[{\"command\":\"x\"," rest "}]}"
#define HYPERFINE_2(rest)                                                                          \
    "{\"schema_version\":2,\"results\":[{\"command\":\"x\",\"measurements\":[" rest "]}]}"
#define PYPERF(runs)                                                                               \
    "{\"version\":\"1.0\",\"benchmarks\":[{\"metadata\":{\"name\":\"x\"},\"runs\":" runs "}]}"
#define GOOGLE(entry) "{\"context\":{},\"benchmarks\":[" entry "]}"

static void what_is_wrong_is_named_with_its_place(void)
{
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"{\"results\":[{\"command\":\"x\",\n \"times\":[0.1,", "f.json:2:"},
        {"[1, 2]", "f.json: is of none of the formats known"},
        {"{\"results\":[]}", "f.json: holds no benchmark"},
        {"{\"schema\":\"contend.result/1\"}", "f.json: is of contend already"},
        {HYPERFINE_1("\"times\":[0.1,null]"),
         "f.json: results[0].times[1]: expected a number, found null"},
        {HYPERFINE_1("\"times\":0.1"), "f.json: results[0].times: expected an array"},
        {"{\"results\":[{\"command\":7}]}", "f.json: results[0].command: expected a string"},
        {"{\"schema_version\":3,\"results\":[]}",
         "f.json: schema_version: 3 is another version (1 and 2 are read)"},
        {HYPERFINE_2("{\"time_wall_clock\":{\"value\":1}}"),
         "f.json: results[0].measurements[0].time_wall_clock: \"unit\" is missing"},
        {HYPERFINE_2("{\"time_wall_clock\":{\"value\":\"1\",\"unit\":\"second\"}}"),
         "f.json: results[0].measurements[0].time_wall_clock.value: expected a number"},
        {HYPERFINE_2("{\"time_wall_clock\":{\"value\":1,\"unit\":\"hour\"}}"),
         "time_wall_clock.unit: \"hour\" is unknown"},
        {PYPERF("[{\"values\":[1,\"2\"]}]"), "f.json: benchmarks[0].runs[0].values[1]: expected"},
        {PYPERF("{}"), "f.json: benchmarks[0].runs: expected an array"},
        {"{\"version\":\"0.9\",\"benchmarks\":[]}", "f.json: version: \"0.9\" is another version"},
        {GOOGLE("{\"name\":\"x\",\"real_time\":1}"), "benchmarks[0]: \"cpu_time\" is missing"},
        {GOOGLE("{\"name\":\"x\",\"real_time\":1,\"cpu_time\":1,\"time_unit\":\"min\"}"),
         "f.json: benchmarks[0].time_unit: \"min\" is unknown (ns, us, ms, s)"},
        {GOOGLE("{\"name\":\"x\",\"real_time\":NaN}"), "f.json:1:"},
        {GOOGLE("7"), "f.json: benchmarks[0]: expected an object"},
        {"{\"context\":{\"host_name\":\"a\\u001bb\"},\"benchmarks\":[]}",
         "control character (0x1b)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct buf made = {0};
        CHECK_MSG(import_text("f.json", rows[i].text, strlen(rows[i].text), NULL, &made, &err) ==
                      -1,
                  "%s", rows[i].text);
        CHECK_EQ(err.code, ERR_INPUT);
        CHECK_CONTAINS(err.text, rows[i].expected);
        CHECK_EQ(made.len, 0);
        buf_release(&made);
    }
}

static void values_that_are_no_durations_are_kept_and_marked(void)
{
    static const char text[] = HYPERFINE_1("\"times\":[0.1,0,-0.001]");
    struct err err = {0};
    struct buf made = {0};
    struct result r;
    if (!CHECK(!import_text("f.json", text, sizeof text - 1, "hyperfine", &made, &err)) ||
        !CHECK(!result_parse(&r, "f.json", made.data, made.len, &err)))
        return;
    CHECK_NEAR(metric(&r, 0, "time_ns", 3)->samples[2], -1e6, 1e-3);
    CHECK_EQ(r.cells[0].warnings[0].code, "not_above_zero");
    result_unload(&r);
    buf_release(&made);
}

static void equal_names_become_different_cells(void)
{
    static const char text[] = "{\"results\":[{\"command\":\"a,b\\nc\",\"times\":[1]},"
                               "{\"command\":\"a,b\\nc\",\"times\":[2]}]}";
    struct err err = {0};
    struct buf made = {0};
    struct result r;
    if (!CHECK(!import_text("f.json", text, sizeof text - 1, NULL, &made, &err)) ||
        !CHECK(!result_parse(&r, "f.json", made.data, made.len, &err)))
        return;
    CHECK_EQ(r.cells[0].id, "hyperfine/none/command/tasks=1,name=a;b c");
    CHECK_EQ(r.cells[1].id, "hyperfine/none/command/tasks=1,name=a;b c#2");
    result_unload(&r);
    buf_release(&made);
}

static const struct test tests[] = {
    {"hyperfine_1_gives_times_and_memory", hyperfine_1_gives_times_and_memory},
    {"hyperfine_2_gives_what_it_measured_with_units",
     hyperfine_2_gives_what_it_measured_with_units},
    {"a_process_of_pyperf_is_a_round", a_process_of_pyperf_is_a_round},
    {"repetitions_of_google_benchmark_are_samples", repetitions_of_google_benchmark_are_samples},
    {"what_is_wrong_is_named_with_its_place", what_is_wrong_is_named_with_its_place},
    {"values_that_are_no_durations_are_kept_and_marked",
     values_that_are_no_durations_are_kept_and_marked},
    {"equal_names_become_different_cells", equal_names_become_different_cells},
    {0},
};

TEST_MAIN(tests)
