/* Reading result files: what is kept, what is refused and in which words. */
#include "bench/result/list.h"
#include "bench/result/result.h"
#include "bench/result/slim.h"

#include "tests/test.h"

#define FIXTURES TEST_SOURCE_DIR "/tests/fixtures/report/"

static void check_refused(const char *file, const char *text)
{
    char path[512], expected[700];
    struct result r;
    struct err err = {0};
    snprintf(path, sizeof path, FIXTURES "broken/%s.json", file);
    snprintf(expected, sizeof expected, "%s%s", path, text);
    CHECK_EQ(result_load(&r, path, &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
    CHECK_EQ(err.text, expected);
    CHECK(r.json == NULL && r.cells == NULL && r.cell_count == 0);
}

static void a_broken_file_is_refused_with_the_place(void)
{
    static const struct {
        const char *file, *text;
    } rows[] = {
        {"cut_short", ":4:205: '}' expected near end of file"},
        {"duplicate_key", ":3:9: duplicate object key near '\"schema\"'"},
        {"not_an_object", ": expected a result (an object), found an array"},
        {"no_schema", ": \"schema\" is missing (a string)"},
        {"other_schema", ": schema: \"hyperfine/2\" is not a result of contend; this program reads "
                         "contend.result/1"},
        {"next_version", ": schema: \"contend.result/2\" is another version; this program reads "
                         "contend.result/1"},
        {"no_cells", ": \"cells\" is missing (an array)"},
        {"cells_is_an_object", ": cells: expected an array, found an object"},
        {"host_is_null", ": \"host\" is missing (an object)"},
        {"cell_is_a_number", ": cells[2]: expected an object, found a whole number"},
        {"samples_is_text",
         ": cells[1].metrics.startup_ns.samples: expected an array, found a string"},
        {"sample_is_null",
         ": cells[1].metrics.startup_ns.samples[2]: expected a number, found null"},
        {"metric_is_text", ": cells[1].metrics.startup_ns: expected an object, found a string"},
        {"no_unit", ": cells[1].metrics.startup_ns: \"unit\" is missing (a string)"},
        {"status_unknown", ": cells[0].status: \"fine\" is unknown (ok, skipped, failed)"},
        {"skipped_without_reason", ": cells[0]: a cell that is skipped needs a \"reason\""},
        {"zero_tasks", ": cells[0].tasks: 0 is too small (1 to 1000000000)"},
        {"tasks_is_real", ": cells[0].tasks: expected a whole number, found a real number"},
        {"same_id_twice",
         ": cells[2]: the id \"sleep/none/thread/tasks=1\" is that of cells[0] too"},
        {"warning_is_text", ": cells[0].warnings[0]: expected an object, found a string"},
        {"escape_in_reason", ": cells[0].reason: a control character (0x1b) in the text"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_refused(rows[i].file, rows[i].text);
}

/* A field of each kind, out of what it may be: the place, the value, what is accepted. */
static void a_value_out_of_range_is_named_with_what_is_accepted(void)
{
    static const struct {
        const char *run, *host, *cell, *metric, *text;
    } rows[] = {
        {",\"started_at\":\"yesterday\"", "", "", "",
         "run.started_at: \"yesterday\" is no time (2026-01-31T12:00:00Z)"},
        {",\"finished_at\":\"2026-02-29T12:00:00Z\"", "", "", "",
         "run.finished_at: \"2026-02-29T12:00:00Z\" is no time (2026-01-31T12:00:00Z)"},
        {",\"finished_at\":\"2100-02-29T12:00:00Z\"", "", "", "",
         "run.finished_at: \"2100-02-29T12:00:00Z\" is no time (2026-01-31T12:00:00Z)"},
        {",\"rounds\":-1", "", "", "", "run.rounds: -1 is too small (0 to 1000000000)"},
        {"", ",\"cpus_allowed\":0", "", "", "host.cpus_allowed: 0 is too small (1 to 1000000)"},
        {"", ",\"clock\":[]", "", "", "host.clock: expected an object, found an array"},
        {"", ",\"topology\":1", "", "", "host.topology: expected an object, found a whole number"},
        {"", ",\"topology\":{\"cores\":0}", "", "",
         "host.topology.cores: 0 is too small (1 to 1000000)"},
        {"", ",\"topology\":{\"numa_nodes\":1000001}", "", "",
         "host.topology.numa_nodes: 1000001 is too big (1 to 1000000)"},
        {"", ",\"topology\":{\"kinds\":{\"large\":-1}}", "", "",
         "host.topology.kinds.large: -1 is too small (0 to 1000000)"},
        {"", "", ",\"cpus\":[0,-1]", "", "cells[0].cpus: -1 is too small (0 to 1000000)"},
        {"", "", ",\"cpus\":2", "", "cells[0].cpus: expected an array, found a whole number"},
        {"", "", ",\"placement\":\"left\"", "",
         "cells[0].placement: \"left\" is unknown (free, same, spread, core, smt, "
         "llc, numa)"},
        {"", "", ",\"params\":{\"a\":[1]}", "",
         "cells[0].params.a: expected a number or a string, found an array"},
        {"", "", ",\"launches\":[{\"round\":-1,\"duration_ns\":1}]", "",
         "cells[0].launches[0].round: -1 is too small (0 to 1e+21)"},
        {"", "", ",\"launches\":[{\"round\":0,\"duration_ns\":1,\"excluded\":5}]", "",
         "cells[0].launches[0].excluded: expected a string, found a whole number"},
        {"", "", "", ",\"better\":\"green\"",
         "cells[0].metrics.x_ns.better: \"green\" is unknown (lower, higher, neutral)"},
        {"", "", "", ",\"launches\":[0]",
         "cells[0].metrics.x_ns.launches: 1 of them, but 2 samples"},
        {"", "", "", ",\"distribution\":{\"n\":1,\"max\":-5}",
         "cells[0].metrics.x_ns.distribution: -5 is too small (0 to 1e+21)"},
        {"", "", "", ",\"summary\":{\"center\":9,\"lo\":1,\"hi\":2,\"level\":0.9,\"n\":2}",
         "cells[0].metrics.x_ns.summary: its center, 9, lies outside of its interval (1 to 2)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1000], expected[300];
        struct result r;
        struct err err = {0};
        int length = snprintf(
            text, sizeof text,
            "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":\"complete\"%s},"
            "\"host\":{\"hostname\":\"h\"%s},\"cells\":[{\"id\":\"a/b/c/tasks=1\",\"workload\":"
            "\"a\",\"lock\":\"b\",\"executor\":\"c\",\"tasks\":1,\"status\":\"ok\"%s,"
            "\"metrics\":{\"x_ns\":{\"unit\":\"ns\",\"samples\":[1,2]%s}}}]}",
            rows[i].run, rows[i].host, rows[i].cell, rows[i].metric);
        snprintf(expected, sizeof expected, "x.json: %s", rows[i].text);
        CHECK_EQ(result_parse(&r, "x.json", text, (size_t)length, &err), -1);
        CHECK_EQ(err.code, ERR_INPUT);
        CHECK_EQ(err.text, expected);
    }
}

/* 0 and a result to be unloaded, or -1 with its error: one cell with one metric. */
static int parse_made(struct result *r, const char *run, const char *metric, struct err *err)
{
    static char text[1000];
    int length = snprintf(
        text, sizeof text,
        "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":\"complete\"%s},"
        "\"host\":{\"hostname\":\"h\"},\"cells\":[{\"id\":\"a/b/c/tasks=1\",\"workload\":\"a\","
        "\"lock\":\"b\",\"executor\":\"c\",\"tasks\":1,\"status\":\"ok\","
        "\"metrics\":{\"x_ns\":{\"unit\":\"ns\"%s}}}]}",
        run, metric);
    *err = (struct err){0};
    return result_parse(r, "x.json", text, (size_t)length, err);
}

/* Gregorian: each fourth year, not each hundredth, but each four hundredth. */
static void a_leap_day_is_a_day_in_leap_years(void)
{
    static const struct {
        const char *year;
        bool is_leap;
    } rows[] = {{"2024", true}, {"2026", false}, {"1900", false},
                {"2000", true}, {"2100", false}, {"2400", true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char run[80];
        struct result r;
        struct err err;
        snprintf(run, sizeof run, ",\"finished_at\":\"%s-02-29T12:00:00Z\"", rows[i].year);
        bool was_read = parse_made(&r, run, ",\"samples\":[1]", &err) == 0;
        CHECK_MSG(was_read == rows[i].is_leap, "29 February %s: %s", rows[i].year, err.text);
        if (was_read)
            result_unload(&r);
    }
}

/* Neither of the two is believed, whatever stands between them. */
static void a_member_that_stands_twice_is_refused(void)
{
    static const char *const rows[][2] = {
        {"samples", ",\"samples\":[1,2],\"samples\":[3]"},
        {"samples", ",\"samples\":[1,2],\"better\":\"lower\",\"samples\":[1,2]"},
        {"launches", ",\"samples\":[1,2],\"launches\":[0,1],\"launches\":[0,1]"},
        {"summary", ",\"samples\":[1],\"summary\":{\"center\":1,\"lo\":1,\"hi\":1,\"level\":0.9,"
                    "\"n\":1},\"summary\":{\"center\":2,\"lo\":2,\"hi\":2,\"level\":0.9,\"n\":1}"},
        {"unit", ",\"samples\":[1],\"unit\":\"s\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct result r;
        struct err err;
        if (!CHECK_MSG(parse_made(&r, "", rows[i][1], &err) == -1, "%s", rows[i][1])) {
            result_unload(&r);
            continue;
        }
        CHECK_EQ(err.code, ERR_INPUT);
        CHECK_CONTAINS(err.text, "duplicate object key");
        CHECK_CONTAINS(err.text, rows[i][0]);
    }
}

static void a_missing_file_is_named(void)
{
    struct result r;
    struct err err = {0};
    CHECK_EQ(result_load(&r, "/nonexistent/x.json", &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
    CHECK_EQ(err.text, "/nonexistent/x.json: No such file or directory");
}

static void fields_it_does_not_know_are_kept(void)
{
    struct result r;
    struct err err = {0};
    if (!CHECK(result_load(&r, FIXTURES "params.json", &err) == 0))
        return;
    const json_t *future = json_object_get(r.cells[0].json, "future_field");
    CHECK(json_is_true(json_object_get(future, "kept")));
    result_unload(&r);
}

static void summaries_come_from_the_samples(void)
{
    static const char text[] =
        "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":\"complete\"},"
        "\"host\":{\"hostname\":\"h\"},\"cells\":[{\"id\":\"a/b/c/tasks=1\",\"workload\":\"a\","
        "\"lock\":\"b\",\"executor\":\"c\",\"tasks\":1,\"status\":\"ok\",\"metrics\":{"
        "\"x_ns\":{\"unit\":\"ns\",\"samples\":[30,10,20],"
        "\"summary\":{\"center\":99,\"lo\":98,\"hi\":100,\"level\":1,\"n\":9}},"
        "\"y_ns\":{\"unit\":\"ns\",\"samples\":[],"
        "\"summary\":{\"center\":5,\"lo\":4,\"hi\":6,\"level\":0.9,\"n\":8}},"
        "\"z_ns\":{\"unit\":\"ns\",\"samples\":[],\"source\":\"none\",\"reason\":\"why\"}}}]}";
    struct result r;
    struct err err = {0};
    if (!CHECK(result_parse(&r, "memory.json", text, sizeof text - 1, &err) == 0))
        return;
    const struct result_metric *x = result_value_find(&r.cells[0], "x_ns");
    const struct result_metric *y = result_value_find(&r.cells[0], "y_ns");
    CHECK_EQ(x->summary.center, 20.0);
    CHECK_EQ(x->summary.n, 3);
    CHECK_EQ(x->samples[0], 30.0);
    CHECK_EQ(y->summary.center, 5.0);
    CHECK_EQ(y->summary.n, 8);
    CHECK(result_value_find(&r.cells[0], "z_ns") == NULL);
    CHECK_EQ(result_metric_find(&r.cells[0], "z_ns")->reason, "why");
    CHECK(result_metric_find(&r.cells[0], "w_ns") == NULL);
    CHECK_EQ(r.cells[0].placement, "free");
    CHECK_EQ(r.cells[0].role, "measured");
    CHECK_EQ(r.label, "memory");
    result_unload(&r);
}

/* By name where no metric is said to have the role: in files that know fewer roles, or none. */
static void a_role_that_nobody_has_is_that_of_the_name(void)
{
    static const char text[] =
        "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":\"complete\"},"
        "\"host\":{\"hostname\":\"h\"},\"cells\":[{\"id\":\"a\",\"workload\":\"w\",\"executor\":"
        "\"e\","
        "\"executor_traits\":[],\"lock\":\"none\","
        "\"tasks\":1,\"status\":\"ok\",\"metrics\":{"
        "\"memory_bytes\":{\"unit\":\"bytes\",\"samples\":[4096]},"
        "\"makespan_ns\":{\"unit\":\"ns\",\"samples\":[1]},"
        "\"handoffs_per_s\":{\"unit\":\"per_s\",\"role\":\"of a later one\",\"samples\":[2]},"
        "\"whole_ns\":{\"unit\":\"ns\",\"role\":\"makespan\",\"samples\":[3]}}}]}";
    struct result r;
    struct err err = {0};
    if (!CHECK(result_parse(&r, "roles.json", text, sizeof text - 1, &err) == 0))
        return;
    const struct result_cell *c = &r.cells[0];
    CHECK(result_role_value(c, ROLE_MEMORY) == result_metric_find(c, "memory_bytes"));
    CHECK(result_role_value(c, ROLE_MAKESPAN) == result_metric_find(c, "whole_ns"));
    CHECK(result_metric_find(c, "makespan_ns")->role == ROLE_NONE);
    CHECK(result_role_value(c, ROLE_RATE) == NULL);
    result_unload(&r);
}

/* Every prefix of a good file is refused and nothing leaks (seen under ASan). */
static void a_file_cut_anywhere_is_refused(void)
{
    struct err err = {0};
    FILE *f = fopen(FIXTURES "host_a.json", "r");
    static char text[16384];
    size_t length = f ? fread(text, 1, sizeof text, f) : 0;
    if (!CHECK(length > 1000 && length < sizeof text))
        return;
    fclose(f);
    while (text[length - 1] == '\n')
        length--;
    for (size_t cut = 0; cut < length; cut += 7) {
        struct result r;
        err = (struct err){0};
        CHECK_MSG(result_parse(&r, "x.json", text, cut, &err) == -1, "cut at %zu", cut);
    }
}

static void the_same_run_is_not_taken_twice(void)
{
    struct result r[2];
    struct err err = {0};
    if (!CHECK(result_load(&r[0], FIXTURES "host_a.json", &err) == 0) ||
        !CHECK(result_load(&r[1], FIXTURES "host_a.json", &err) == 0))
        return;
    CHECK_EQ(results_tell_apart(r, 2, &err), -1);
    CHECK_EQ(err.code, ERR_USAGE);
    CHECK_CONTAINS(err.text, "are the same run");
    result_unload(&r[1]);
    err = (struct err){0};
    CHECK_EQ(result_load(&r[1], FIXTURES "host_b.json", &err), 0);
    CHECK_EQ(results_tell_apart(r, 2, &err), 0);
    CHECK_EQ(r[1].label, "host_b");
    result_unload(&r[0]);
    result_unload(&r[1]);
}

static void several_are_read_up_to_the_first_that_cannot_be(void)
{
    static const char *const paths[] = {FIXTURES "host_a.json", FIXTURES "no_such.json",
                                        FIXTURES "host_b.json"};
    struct result_list list;
    struct err err = {0};
    CHECK_EQ(results_load(&list, paths, 1, RESULT_SUMMARIES, &err), 0);
    CHECK_EQ(list.count, 1);
    CHECK_EQ(list.items[0].label, "host_a");
    results_unload(&list);
    CHECK_EQ(results_load(&list, paths, 3, 0, &err), -1);
    CHECK_EQ(list.count, 1);
    CHECK_CONTAINS(err.text, "no_such.json");
    results_unload(&list);
    CHECK(list.items == NULL && list.count == 0);
}

/* Both kept CPUs from the cell; of a launch without a known time nothing is known. */
static void what_was_stolen_is_among_what_others_took(void)
{
    struct slim_ledger l = {0};
    slim_ledger_add(&l, 100, 10, 5);
    CHECK_EQ(l.known_ns, 100.0);
    CHECK_EQ(l.foreign_ns, 15.0);
    slim_ledger_add(&l, 100, 10, (double)NAN);
    CHECK_EQ(l.foreign_ns, 25.0);
    slim_ledger_add(&l, 100, (double)NAN, 5);
    slim_ledger_add(&l, 0, 10, 5);
    CHECK_EQ(l.known_ns, 200.0);
    CHECK_EQ(l.foreign_ns, 25.0);
}

static const struct test tests[] = {
    {"a_broken_file_is_refused_with_the_place", a_broken_file_is_refused_with_the_place},
    {"a_value_out_of_range_is_named_with_what_is_accepted",
     a_value_out_of_range_is_named_with_what_is_accepted},
    {"a_leap_day_is_a_day_in_leap_years", a_leap_day_is_a_day_in_leap_years},
    {"a_member_that_stands_twice_is_refused", a_member_that_stands_twice_is_refused},
    {"a_missing_file_is_named", a_missing_file_is_named},
    {"fields_it_does_not_know_are_kept", fields_it_does_not_know_are_kept},
    {"summaries_come_from_the_samples", summaries_come_from_the_samples},
    {"a_role_that_nobody_has_is_that_of_the_name", a_role_that_nobody_has_is_that_of_the_name},
    {"a_file_cut_anywhere_is_refused", a_file_cut_anywhere_is_refused},
    {"several_are_read_up_to_the_first_that_cannot_be",
     several_are_read_up_to_the_first_that_cannot_be},
    {"the_same_run_is_not_taken_twice", the_same_run_is_not_taken_twice},
    {"what_was_stolen_is_among_what_others_took", what_was_stolen_is_among_what_others_took},
    {0},
};

TEST_MAIN(tests)
