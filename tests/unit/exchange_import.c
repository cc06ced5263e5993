/* What other programs wrote, as results: values, rounds, and the place of what is wrong. */
#include "bench/exchange/import/import.h"
#include "bench/judge/parts/result_line.h"
#include "bench/result/result.h"

#include "bench/base/file.h"

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
    /* The file says nothing of where and when: nothing is made up. */
    CHECK_EQ(r.hostname, "");
    CHECK_EQ(r.started_at, "");
    CHECK_EQ(r.cpus_allowed, 0);
    CHECK_EQ(r.kernel, "");
    const json_t *absent = json_object_get(json_object_get(r.json, "host"), "absent");
    CHECK_EQ(json_string_value(json_object_get(absent, "hostname")),
             "the file of hyperfine does not state it");
    struct buf line = {0};
    result_line(&r, &line);
    CHECK_CONTAINS(buf_text(&line), "hyperfine, host not stated, date not stated");
    buf_release(&line);
    result_unload(&r);
}

static void hyperfine_2_gives_what_it_measured_with_units(void)
{
    struct result r;
    if (!load("hyperfine_2.json", &r))
        return;
    CHECK_EQ(r.cells[0].id, "hyperfine/none/command/tasks=1,name=sort 2,threads=2");
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
    /* Of the first run, which is the earliest; pyperf writes no other date. */
    CHECK_EQ(r.started_at, "2026-10-18T13:30:07Z");
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
        {GOOGLE("{\"name\":\"x\",\"real_time\":NaN}"),
         "f.json: benchmarks[0].real_time: expected a finite number"},
        {HYPERFINE_1("\"times\":[0.1,-Infinity]"),
         "f.json: results[0].times[1]: expected a finite number"},
        {PYPERF("[{\"values\":[1,NaN]}]"), "runs[0].values[1]: expected a finite number"},
        {"{\"machine_info\":{},\"version\":\"4.0.0\",\"benchmarks\":[{\"name\":\"x\","
         "\"stats\":{\"mean\":1}}]}",
         "f.json: is of none of the formats known"},
        {"{\"version\":\"4.0.0\",\"benchmarks\":[{\"name\":\"x\",\"stats\":{}}]}",
         "f.json: is of none of the formats known"},
        {"\x1f\x8b\x08 and the rest", "f.json: is compressed (gzip)"},
        {" \n", "f.json: is empty"},
        {HYPERFINE_1("\"times\":[1e999]"), "results[0].times[0]: expected a finite number"},
        {"\x28\xb5\x2f\xfd", "f.json: is compressed (zstd)"},
        {"\xff\xfe{", "f.json: is UTF-16"},
        {"\xef\xbb\xbf{\"results\":[{\"command\":\"x\",\n \"times\":[0.1,", "f.json:2:"},
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

/* The result of a text; the caller unloads it. */
static bool take(const char *path, const char *text, struct result *out)
{
    struct err err = {0};
    struct buf made = {0};
    bool ok = !import_text(path, text, strlen(text), NULL, &made, &err) &&
              !result_parse(out, "made.json", buf_text(&made), made.len, &err);
    CHECK_MSG(ok, "%s: %s", text, err.text);
    buf_release(&made);
    return ok;
}

static const struct result_cell *cell_called(const struct result *r, const char *end)
{
    for (size_t i = 0; i < r->cell_count; i++) {
        const char *id = r->cells[i].id;
        if (strlen(id) >= strlen(end) && !strcmp(id + strlen(id) - strlen(end), end))
            return &r->cells[i];
    }
    static const struct result_cell none;
    CHECK_MSG(false, "no cell %s", end);
    return &none;
}

#define OLD(name, time)                                                                            \
    "{\"name\":\"" name "\",\"iterations\":9,\"real_time\":" time ",\"cpu_time\":" time            \
    ",\"time_unit\":\"ns\"}"

static void old_aggregates_are_known_by_their_names(void)
{
    struct result r;
    if (!take(
            "f.json",
            GOOGLE(OLD("BM_a/8/repeats:2", "1") "," OLD("BM_a/8/repeats:2", "2") "," OLD(
                "BM_a/8/repeats:2_mean",
                "1.5") "," OLD("BM_a/8/repeats:2_stddev",
                               "0.7") "," OLD("BM_of_mean",
                                              "7") "," OLD("BM_b_mean",
                                                           "3") "," OLD("BM_b_median",
                                                                        "3") "," OLD("BM_b_stddev",
                                                                                     "1") ","
                                                                                          "{\"name"
                                                                                          "\":\"BM_"
                                                                                          "a_"
                                                                                          "BigO\","
                                                                                          "\"cpu_"
                                                                                          "coeffici"
                                                                                          "ent\":1,"
                                                                                          "\"real_"
                                                                                          "coeffici"
                                                                                          "ent\":1,"
                                                                                          "\"big_"
                                                                                          "o\":"
                                                                                          "\"N\","
                                                                                          "\"time_"
                                                                                          "unit\":"
                                                                                          "\"ns\"},"
                                                                                          "{\"name"
                                                                                          "\":\"BM_"
                                                                                          "a_RMS\","
                                                                                          "\"rms\":"
                                                                                          "0.1}"),
            &r))
        return;
    CHECK_EQ(r.cell_count, 3);
    CHECK_EQ(metric(&r, 0, "time_ns", 2)->samples[1], 2.0);
    /* A benchmark may be called so: nothing else of that name is there. */
    CHECK_EQ(cell_called(&r, "name=BM_of_mean")->status, CELL_OK);
    CHECK_EQ(cell_called(&r, "name=BM_b")->reason, "the file holds aggregates alone");
    result_unload(&r);
    if (!take("f.json",
              GOOGLE("{\"name\":\"x\",\"run_type\":\"iteration\",\"skipped\":true,"
                     "\"skip_message\":\"no such CPU\",\"real_time\":0,\"cpu_time\":0}"),
              &r))
        return;
    CHECK_EQ(r.cells[0].status, CELL_SKIPPED);
    CHECK_EQ(r.cells[0].reason, "no such CPU");
    result_unload(&r);
}

static void only_what_is_read_has_to_be_a_number(void)
{
    struct result r;
    if (take("f.json",
             "\xef\xbb\xbf{\"context\":{\"load\":[NaN,-Infinity,1e999,-2E+400]},\"benchmarks\":["
             "{\"name\":\"NaN, \\\"Infinity\\\"\",\"real_time\":1.5e3,\"cpu_time\":2,"
             "\"counter\":inf,\"other\":-nan,\"iterations\":123456789012345678901234,"
             "\"error_occurred\":false}]}",
             &r)) {
        CHECK_EQ(r.cells[0].id, "google_benchmark/none/command/tasks=1,name=NaN; \"Infinity\"");
        CHECK_EQ(metric(&r, 0, "time_ns", 1)->samples[0], 1500.0);
        result_unload(&r);
    }
    /* A number beyond 64 bits keeps its size. */
    if (take("f.json", HYPERFINE_1("\"times\":[1],\"memory_usage_byte\":[-98765432109876543210]"),
             &r)) {
        CHECK_NEAR(metric(&r, 0, "memory_bytes", 1)->samples[0] / -98765432109876543210.0, 1,
                   1e-12);
        result_unload(&r);
    }
}

static void a_killed_command_is_warned_of(void)
{
    struct result r;
    if (!take("f.json",
              HYPERFINE_2(
                  "{\"time_wall_clock\":{\"value\":1,\"unit\":\"second\"},\"exit_code\":null},"
                  "{\"time_wall_clock\":{\"value\":1,\"unit\":\"second\"},\"exit_code\":0}"),
              &r))
        return;
    if (CHECK_EQ(r.cells[0].warning_count, 1))
        CHECK_EQ(r.cells[0].warnings[0].text, "1 of 2 runs ended with a status other than 0");
    result_unload(&r);
}

/* hyperfine -n sort -L n 1,2 -L name small,large: one command, told apart by what it was given. */
static void parameters_tell_commands_apart_in_any_order(void)
{
#define SORT(n, name, time)                                                                        \
    "{\"command\":\"sort\",\"times\":[" time "],\"parameters\":{\"n\":\"" n "\",\"name\":\"" name  \
    "\"}}"
#define SWAPPED(n, name, time)                                                                     \
    "{\"command\":\"sort\",\"times\":[" time "],\"parameters\":{\"name\":\"" name "\",\"n\":\"" n  \
    "\"}}"
    struct result one, other;
    if (!take("a.json", "{\"results\":[" SORT("1", "small", "1") "," SORT("2", "large", "3") "]}",
              &one))
        return;
    if (take("b.json",
             "{\"results\":[" SWAPPED("2", "large", "3") "," SWAPPED("1", "small", "1") "]}",
             &other)) {
        for (size_t i = 0; i < 2; i++) {
            const char *id = one.cells[i].id;
            const struct result_cell *same = cell_called(&other, id);
            CHECK_EQ(result_metric_find(same, "time_ns")->samples[0],
                     result_metric_find(&one.cells[i], "time_ns")->samples[0]);
            CHECK_EQ(one.cells[i].warning_count, 0);
        }
        CHECK_EQ(one.cells[0].id, "hyperfine/none/command/tasks=1,name=sort,n=1,name_=small");
        CHECK_EQ(json_string_value(json_object_get(one.cells[0].params, "name")), "sort");
        CHECK_EQ(json_string_value(json_object_get(one.cells[0].params, "name_")), "small");
        result_unload(&other);
    }
    result_unload(&one);
}

/* What "name" is renamed to may be there as well, before it or behind. */
static void no_parameter_takes_the_place_of_another(void)
{
    static const char *const texts[] = {"\"name\":\"a\",\"name_\":\"b\",\"tasks\":\"1\"",
                                        "\"tasks\":\"1\",\"name_\":\"b\",\"name\":\"a\""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[200];
        struct result r;
        snprintf(text, sizeof text,
                 "{\"results\":[{\"command\":\"sort\",\"times\":[1],\"parameters\":{%s}}]}",
                 texts[i]);
        if (!take("f.json", text, &r))
            continue;
        CHECK_EQ(r.cells[0].id,
                 "hyperfine/none/command/tasks=1,name=sort,name_=b,name__=a,tasks_=1");
        result_unload(&r);
    }
}

static void times_that_are_none_are_left_out(void)
{
    static const struct {
        const char *date, *expected;
    } rows[] = {
        {"2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00Z"},
        {"2026-01-31T12:00:00+0530", "2026-01-31T06:30:00Z"},
        {"2026-01-31T12:00:00-05", "2026-01-31T17:00:00Z"},
        {"2026-01-31 12:00:00.5", "2026-01-31T12:00:00Z"},
        {"2026-02-31 12:00:00", ""},
        {"24-03-31 12:00:00", ""},
        {"yesterday", ""},
        {"2026-01-31", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        struct result r;
        snprintf(text, sizeof text,
                 "{\"context\":{\"date\":\"%s\"},\"benchmarks\":[" OLD("x", "1") "]}",
                 rows[i].date);
        if (!take("f.json", text, &r))
            continue;
        CHECK_EQ(r.started_at, rows[i].expected);
        result_unload(&r);
    }
}

static void a_path_may_be_of_any_bytes(void)
{
    struct result r;
    if (take("r\xe9s.json", HYPERFINE_1("\"times\":[1]"), &r))
        result_unload(&r);
}

/* Forty thousand rows of four thousand benchmarks, and as many of one name. */
static void many_names_take_no_longer_each(void)
{
    struct buf text = {0};
    struct result r;
    buf_add(&text, "{\"context\":{},\"benchmarks\":[");
    for (int i = 0; i < 40000; i++)
        buf_printf(&text, "%s{\"name\":\"b%d\",\"real_time\":%d,\"cpu_time\":1}", i ? "," : "",
                   i % 4000, i / 4000 + 1);
    buf_add(&text, "]}");
    if (take("f.json", buf_text(&text), &r)) {
        CHECK_EQ(r.cell_count, 4000);
        CHECK_EQ(metric(&r, 3999, "time_ns", 10)->samples[9], 10.0);
        result_unload(&r);
    }
    buf_reset(&text);
    buf_add(&text, "{\"results\":[");
    for (int i = 0; i < 4000; i++)
        buf_printf(&text, "%s{\"command\":\"x\",\"times\":[1]}", i ? "," : "");
    buf_add(&text, "]}");
    if (take("f.json", buf_text(&text), &r)) {
        CHECK_EQ(r.cells[3999].id, "hyperfine/none/command/tasks=1,name=x#4000");
        CHECK_EQ(r.cells[3999].warnings[0].code, "same_name");
        result_unload(&r);
    }
    buf_release(&text);
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
    {"old_aggregates_are_known_by_their_names", old_aggregates_are_known_by_their_names},
    {"only_what_is_read_has_to_be_a_number", only_what_is_read_has_to_be_a_number},
    {"a_killed_command_is_warned_of", a_killed_command_is_warned_of},
    {"parameters_tell_commands_apart_in_any_order", parameters_tell_commands_apart_in_any_order},
    {"no_parameter_takes_the_place_of_another", no_parameter_takes_the_place_of_another},
    {"times_that_are_none_are_left_out", times_that_are_none_are_left_out},
    {"a_path_may_be_of_any_bytes", a_path_may_be_of_any_bytes},
    {"many_names_take_no_longer_each", many_names_take_no_longer_each},
    {0},
};

TEST_MAIN(tests)
