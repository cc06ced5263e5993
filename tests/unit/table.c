/* Tables: which cell stands where, and that none is lost or pooled. */
#include "bench/judge/table/table.h"

#include "tests/test.h"

#define FIXTURES TEST_SOURCE_DIR "/tests/fixtures/report/"

static bool load(struct result *r, const char *file)
{
    char path[512];
    struct err err = {0};
    snprintf(path, sizeof path, FIXTURES "%s.json", file);
    return CHECK_MSG(result_load(r, path, &err) == 0, "%s", err.text);
}

static bool build(struct tables *t, const struct result *r, size_t count,
                  const struct table_request *request)
{
    struct err err = {0};
    return CHECK_MSG(tables_build(t, r, count, request, &err) == 0, "%s", err.text);
}

static void check_error(const char *file, struct table_request request, const char *text)
{
    struct result r;
    struct tables t;
    struct err err = {0};
    if (!load(&r, file))
        return;
    CHECK_EQ(tables_build(&t, &r, 1, &request, &err), -1);
    CHECK_EQ(err.code, ERR_USAGE);
    CHECK_CONTAINS(err.text, text);
    tables_release(&t);
    result_unload(&r);
}

/* In all grids together, each cell has exactly one place. */
static void check_each_cell_once(const struct tables *t)
{
    for (size_t e = 0; e < t->entries.count; e++) {
        const struct result_cell *cell = t->entries.items[e].cell;
        size_t places = 0;
        for (size_t g = 0; g < t->count; g++)
            for (size_t r = 0; r < t->grids[g].row_count; r++) {
                size_t in_row = 0;
                for (size_t c = 0; c < t->grids[g].column_count; c++)
                    in_row += grid_slot(&t->grids[g], r, c)->entry.cell == cell;
                places += in_row > 0 || t->grids[g].rows[r].only.cell == cell;
            }
        CHECK_MSG(places == 1, "%s has %zu places", cell->id, places);
    }
}

static void no_cell_is_lost_or_pooled(void)
{
    static const struct table_request requests[] = {
        {0},
        {.rows = "tasks", .cols = "executor", .metrics = "throughput_per_s"},
        {.rows = "executor", .metrics = "throughput_per_s,startup_ns", .with_ratios = true},
        {.rows = "lock,workload", .cols = "tasks", .metrics = "startup_ns"},
        {.rows = "status", .cols = "workload", .metrics = "startup_ns"},
        {.rows = "id", .metrics = "startup_ns"},
        {.cols = "lock", .metrics = "startup_ns"},
    };
    static const char *const files[] = {"standard", "params", "host_a", "empty"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++)
        for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
            struct result r;
            struct tables t;
            struct err err = {0};
            if (!load(&r, files[f]))
                return;
            /* The small fixtures lack some metrics: that is an error, and no table. */
            if (tables_build(&t, &r, 1, &requests[i], &err) == 0)
                check_each_cell_once(&t);
            else
                CHECK_CONTAINS(err.text, "no cell has");
            tables_release(&t);
            result_unload(&r);
        }
}

static void hosts_stand_side_by_side_and_ratios_are_to_the_first(void)
{
    struct result r[2];
    struct tables t;
    if (!load(&r[0], "host_a") || !load(&r[1], "host_b") ||
        !build(&t, r, 2,
               &(struct table_request){.metrics = "throughput_per_s", .with_ratios = true}))
        return;
    check_each_cell_once(&t);
    CHECK_EQ(t.count, 1);
    const struct grid *g = &t.grids[0];
    CHECK_EQ(g->row_count, 8);
    CHECK(dims_have(&g->labels, "host"));
    for (size_t row = 0; row < 2; row++)
        CHECK_EQ((const char *)grid_slot(g, row, 1)->number.text, row ? "1.39x" : "1x");
    CHECK_EQ((const char *)g->columns[1].title, "to host_a");
    tables_release(&t);
    result_unload(&r[0]);
    result_unload(&r[1]);
}

/* Throughputs of 100, 150 and 200: ours, and two of somebody else's. */
static void ratios_are_to_the_best_peer(void)
{
    static const char cell[] =
        "{\"id\":\"switch/none/%s/tasks=2\",\"role\":\"measured\",\"workload\":\"switch\","
        "\"workload_kind\":\"sync\",\"lock\":\"none\",\"executor\":\"%s\",\"is_peer\":%s,"
        "\"tasks\":2,\"workers\":0,\"placement\":\"free\",\"params\":{},\"status\":\"ok\","
        "\"warnings\":[],\"metrics\":{\"throughput_per_s\":{\"unit\":\"per_s\","
        "\"better\":\"higher\",\"nature\":\"noisy\",\"group\":\"throughput\","
        "\"definition\":\"d\",\"source\":\"clock\",\"samples\":[%d,%d,%d,%d,%d,%d,%d]}}}";
    static const char *const names[] = {"coroutine", "gnu_pth", "ucontext"};
    struct buf text = {0};
    struct result r;
    struct tables t;
    struct err err = {0};
    buf_add(&text, "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"a\",\"started_at\":"
                   "\"2026-01-01T00:00:00Z\",\"status\":\"complete\",\"tool\":"
                   "{\"version\":\"1\"}},\"host\":{\"hostname\":\"h\"},\"cells\":[");
    for (int i = 0; i < 3; i++) {
        int v = 100 + 50 * i;
        buf_add(&text, i ? "," : "");
        buf_printf(&text, cell, names[i], names[i], i ? "true" : "false", v, v, v, v, v, v, v);
    }
    buf_add(&text, "]}");
    CHECK_MSG(!result_parse(&r, "a.json", text.data, text.len, &err), "%s", err.text);
    if (build(&t, &r, 1, &(struct table_request){0})) {
        const struct grid *g = &t.grids[0];
        static const double wanted[] = {0.5, 0.75, 1};
        CHECK_EQ(g->column_count, 2);
        CHECK_EQ((const char *)g->columns[1].title, "to best peer");
        for (size_t row = 0; row < 3; row++)
            CHECK_NEAR(grid_slot(g, row, 1)->ratio.center, wanted[row], 1e-12);
        tables_release(&t);
    }
    result_unload(&r);
    buf_release(&text);
}

static void the_headline_has_a_grid_for_each_workload_and_lock(void)
{
    static const char *const titles[] = {"noop, lock none", "sleep, lock none", "spin, lock none",
                                         "spin, lock gil"};
    struct result r;
    struct tables t;
    if (!load(&r, "standard") || !build(&t, &r, 1, &(struct table_request){0}))
        return;
    CHECK_EQ(t.count, 4);
    for (size_t i = 0; i < t.count && i < 4; i++)
        CHECK_EQ((const char *)t.grids[i].title, titles[i]);
    CHECK_EQ((const char *)t.grids[1].subtitle, "duration 10ms");
    /* There is no lock to wait for: the column has no value and is left out. */
    for (size_t c = 0; c < t.grids[1].column_count; c++)
        CHECK(strcmp(t.grids[1].columns[c].metric, "lock_wait_ratio") != 0);
    tables_release(&t);
    result_unload(&r);
}

static void an_unmeasured_cell_keeps_its_row(void)
{
    struct result r;
    struct tables t;
    if (!load(&r, "standard") || !build(&t, &r, 1, &(struct table_request){.filter = "status!=ok"}))
        return;
    CHECK_EQ(t.count, 2);
    for (size_t i = 0; i < t.count; i++) {
        CHECK_EQ(t.grids[i].row_count, 1);
        CHECK(grid_row_unmeasured(&t.grids[i], 0) != NULL);
    }
    tables_release(&t);
    result_unload(&r);
}

static size_t count_matching(const char *file, const char *filter)
{
    struct result r;
    struct entries e;
    struct err err = {0};
    if (!load(&r, file))
        return 0;
    CHECK_EQ(entries_of_results(&e, &r, 1, &err), 0);
    if (entries_filter(&e, filter, &err))
        e.count = 0;
    size_t count = e.count;
    entries_release(&e);
    result_unload(&r);
    return count;
}

static void filters_keep_what_they_say(void)
{
    static const struct {
        const char *file, *filter;
        size_t count;
    } rows[] = {
        {"params", NULL, 7},
        {"params", "role=control", 1},
        {"params", "role=control|measured", 8},
        {"params", "duration=10ms", 4},
        {"params", "duration>=15ms", 3},
        {"params", "duration=10000000", 4},
        {"params", "coroutine.stack=dense", 2},
        {"params", "stack=dense,duration<15ms", 1},
        {"params", "executor!=thread|process", 4},
        {"params", "executor=thread,executor=process", 0},
        {"standard", "tasks>=10", 7},
        {"standard", "tasks>10", 4},
        {"standard", "tasks<=10", 30},
        {"standard", "tasks<10", 27},
        {"standard", "workload=spin,lock=none|gil,tasks=2", 6},
        {"standard", "status=skipped", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_MSG(count_matching(rows[i].file, rows[i].filter) == rows[i].count, "%s: %zu",
                  rows[i].filter, count_matching(rows[i].file, rows[i].filter));
}

static void wrong_requests_are_answered_with_what_there_is(void)
{
    check_error("params", (struct table_request){.rows = "executer"},
                "--rows: \"executer\" is no dimension of these cells; did you mean executor?");
    check_error("params", (struct table_request){.metrics = "startup_n"},
                "--metric: no cell has \"startup_n\"; did you mean startup_ns?");
    check_error("params", (struct table_request){.metrics = "startap"},
                "--metric: no cell has \"startap\"; did you mean startup?");
    check_error("params", (struct table_request){.metrics = "thruput"},
                "--metric: no cell has \"thruput\"; did you mean throughput?");
    check_error("params", (struct table_request){.metrics = "zzz"},
                "--metric: no cell has \"zzz\" (startup_ns, throughput_per_s, wakeups_count)");
    check_error("params",
                (struct table_request){.metrics = "wakeups_count", .filter = "duration=20ms"},
                "no cell that --filter chooses has \"wakeups_count\" (startup_ns");
    check_error("params", (struct table_request){.metrics = ""},
                "--metric: needs a metric, such as throughput_per_s");
    check_error("params", (struct table_request){.filter = "tasks"},
                "--filter: \"tasks\" is not a condition such as tasks>=10");
    check_error("params", (struct table_request){.filter = "tasks>x"},
                "--filter: \"x\" is not a number to compare tasks with");
    check_error("params", (struct table_request){.filter = "workload=spin"},
                "--filter: no cell has workload=spin (");
    check_error("params", (struct table_request){.filter = "workload=sleeep"},
                "--filter: no cell has workload=sleeep; did you mean sleep? (");
    check_error("params", (struct table_request){.filter = "executor=thread,executor=process"},
                "--filter: no cell is left by \"executor=thread,executor=process\"");
    check_error("params", (struct table_request){.sort = "taks"},
                "--sort: \"taks\" is no metric and no dimension of these cells; did you mean "
                "tasks? (metrics: startup_ns");
    check_error("params", (struct table_request){.sort = "-thruput"},
                "--sort: \"thruput\" is no metric and no dimension of these cells; did you mean "
                "throughput?");
    check_error("params", (struct table_request){.cols = "tasks,lock"},
                "--cols: takes one dimension, not \"tasks,lock\"");
    check_error("params", (struct table_request){.rows = "tasks", .cols = "tasks"},
                "--cols: \"tasks\" is in --rows already");
}

static const struct test tests[] = {
    {"no_cell_is_lost_or_pooled", no_cell_is_lost_or_pooled},
    {"hosts_stand_side_by_side_and_ratios_are_to_the_first",
     hosts_stand_side_by_side_and_ratios_are_to_the_first},
    {"ratios_are_to_the_best_peer", ratios_are_to_the_best_peer},
    {"the_headline_has_a_grid_for_each_workload_and_lock",
     the_headline_has_a_grid_for_each_workload_and_lock},
    {"an_unmeasured_cell_keeps_its_row", an_unmeasured_cell_keeps_its_row},
    {"filters_keep_what_they_say", filters_keep_what_they_say},
    {"wrong_requests_are_answered_with_what_there_is",
     wrong_requests_are_answered_with_what_there_is},
    {0},
};

TEST_MAIN(tests)
