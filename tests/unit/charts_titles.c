/* Titles of charts: true of what is drawn, and resting on what can be trusted alone. */
#include "bench/judge/charts/charts.h"

#include "bench/page/model.h"
#include "bench/page/svg_chart.h"
#include "tests/draft.h"

/* A cell, open for its metrics; `code`: a warning, or NULL. */
static void begin_cell(struct draft *d, const char *workload, const char *kind, const char *lock,
                       const char *executor, int tasks, const char *code)
{
    buf_printf(&d->text,
               "%s{\"id\":\"%s/%s/%s/tasks=%d\",\"workload\":\"%s\",\"workload_kind\":\"%s\","
               "\"lock\":\"%s\",\"executor\":\"%s\",\"tasks\":%d,\"status\":\"ok\",\"warnings\":[",
               d->cells++ ? "," : "", workload, lock, executor, tasks, workload, kind, lock,
               executor, tasks);
    if (code)
        buf_printf(&d->text, "{\"code\":\"%s\",\"text\":\"w\"}", code);
    buf_add(&d->text, "],\"metrics\":{");
}

/* Six samples near center. */
static void add_metric(struct draft *d, const char *name, const char *unit, double center)
{
    buf_printf(&d->text, "\"%s\":{\"unit\":\"%s\",\"samples\":[", name, unit);
    for (int i = 0; i < 6; i++)
        buf_printf(&d->text, "%s%.9g", i ? "," : "", center * (1 + (i - 2.5) / 1000));
    buf_add(&d->text, "]}");
}

#define END_CELL "}}"

static void add_latency(struct draft *d, const char *executor, double p50_ns, double p99_ns)
{
    begin_cell(d, "sleep", "io", "none", executor, 2, NULL);
    buf_printf(&d->text,
               "\"wake_lateness_ns\":{\"unit\":\"ns\",\"group\":\"latency\",\"samples\":[1,2,3],"
               "\"distribution\":{\"n\":2000,\"min\":1,\"p10\":2,\"p50\":%.9g,\"p90\":%.9g,"
               "\"p99\":%.9g,\"p999\":%.9g,\"max\":1e9}}" END_CELL,
               p50_ns, p50_ns, p99_ns, p99_ns);
}

/* The chart of that name, of a finished draft; NULL where there is none. */
static const struct page_chart *draw(struct draft *d, const char *name, struct page *p,
                                     struct result *r)
{
    struct err err = {0};
    page_init(p, "test");
    if (!draft_read(d, r))
        return NULL;
    if (!CHECK_MSG(!chart_add(p, r, 1, name, NULL, &err), "%s", err.text))
        return NULL;
    for (const struct page_block *b = p->blocks; b; b = b->next)
        if (b->kind == BLOCK_CHART)
            return b->chart;
    return NULL;
}

static void check_title(struct draft *d, const char *name, const char *expected)
{
    struct page p;
    struct result r;
    const struct page_chart *c = draw(d, name, &p, &r);
    if (CHECK(c != NULL))
        CHECK_EQ(c->form.title, expected);
    page_release(&p);
    result_unload(&r);
    buf_release(&d->text);
}

/* A process takes longer in the end; what is said of the coroutine is of its own median. */
static void a_tail_is_heavy_for_its_median_and_says_so(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add_latency(&d, "coroutine", 160e3, 880e3);
    add_latency(&d, "process", 9e6, 21.4e6);
    check_title(&d, "latency",
                "The heaviest tail for its median: sleep, no lock, coroutine, 2 tasks: p50 160 us, "
                "p99 880 us");
}

/* Only so many curves have room: the title is of none that has not. */
static void a_title_is_of_a_curve_that_is_drawn(void)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "undrawn"};
    struct draft d;
    draft_begin(&d, 4);
    for (size_t i = 0; i < 9; i++)
        add_latency(&d, names[i], 100e3, i == 8 ? 90e6 : i == 3 ? 400e3 : 200e3);
    check_title(&d, "latency",
                "The heaviest tail for its median, of those drawn: sleep, no lock, d, 2 tasks: p50 "
                "100 us, p99 400 us");
}

static const char unusable[] = "unusable";
static const char nothing[] = "Nothing here is to be trusted: others had the CPUs in every cell";

static void add_cell(struct draft *d, const char *kind, const char *lock, const char *executor,
                     int tasks, const char *metric, double center, const char *code)
{
    begin_cell(d, kind, kind, lock, executor, tasks, code);
    add_metric(d, metric,
               strstr(metric, "_per_s") ? "per_s"
               : strstr(metric, "_ns")  ? "ns"
                                        : "ratio",
               center);
    buf_add(&d->text, END_CELL);
}

/* Three executors; those named are usable. */
static void add_starts(struct draft *d, const char *process, const char *thread,
                       const char *coroutine)
{
    add_cell(d, "startup", "none", "process", 1, "lifecycle_ns", 300e3, process);
    add_cell(d, "startup", "none", "thread", 1, "lifecycle_ns", 20e3, thread);
    add_cell(d, "startup", "none", "coroutine", 1, "lifecycle_ns", 100, coroutine);
}

static void what_a_unit_costs_is_told_of_usable_cells(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add_starts(&d, NULL, unusable, NULL);
    check_title(&d, "ladder", "A process costs 3000 times a coroutine to start and end");
    draft_begin(&d, 4);
    add_starts(&d, NULL, "kept_waiting", NULL);
    check_title(&d, "ladder", "A process costs 3000 times a coroutine to start and end");
    draft_begin(&d, 4);
    add_starts(&d, unusable, unusable, NULL);
    check_title(&d, "ladder", "What a unit costs");
    /* What the panel shows is what its title says. */
    for (int has_end = 0; has_end < 2; has_end++) {
        struct page p;
        struct result r;
        draft_begin(&d, 4);
        for (int i = 0; i < 2; i++)
            add_cell(&d, "startup", "none", i ? "process" : "thread", 1,
                     has_end ? "lifecycle_ns" : "startup_ns", i ? 300e3 : 20e3, NULL);
        const struct page_chart *c = draw(&d, "ladder", &p, &r);
        CHECK_EQ(c ? c->form.title : "none",
                 has_end ? "A process costs 15 times a thread to start and end"
                         : "A process costs 15 times a thread to start");
        CHECK_EQ(c ? c->panels->title : "none",
                 has_end ? "to start one and see it end (startup, 1 task)"
                         : "to start one (startup, 1 task)");
        page_release(&p);
        result_unload(&r);
        buf_release(&d.text);
    }
    draft_begin(&d, 4);
    add_starts(&d, unusable, unusable, unusable);
    check_title(&d, "ladder", nothing);
}

static void add_work(struct draft *d, const char *free_one, const char *locked)
{
    add_cell(d, "cpu", "none", "thread", 2, "throughput_per_s", 2000, free_one);
    add_cell(d, "cpu", "gil", "thread", 2, "throughput_per_s", 1000, locked);
}

static void a_lock_is_held_against_none_in_usable_cells(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add_work(&d, NULL, NULL);
    check_title(&d, "throughput",
                "Under gil, against no lock, 2 tasks of cpu yield: thread 0.500x");
    draft_begin(&d, 4);
    add_work(&d, NULL, unusable);
    check_title(&d, "throughput", "What work is done in a second");
    draft_begin(&d, 4);
    add_work(&d, unusable, NULL);
    check_title(&d, "throughput", "What work is done in a second");
    draft_begin(&d, 4);
    add_work(&d, unusable, unusable);
    check_title(&d, "throughput", nothing);
}

static void add_sweep(struct draft *d, const char *executor, double gain, const char *code)
{
    add_cell(d, "cpu", "none", executor, 1, "throughput_per_s", 1000, NULL);
    add_cell(d, "cpu", "none", executor, 2, "throughput_per_s", 1000 * gain, code);
}

static void a_gain_is_told_of_usable_ends(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add_sweep(&d, "process", 2, unusable);
    add_sweep(&d, "thread", 1.8, NULL);
    add_sweep(&d, "coroutine", 0.5, NULL);
    check_title(
        &d, "scaling",
        "More tasks of cpu: thread yields at most 1.8x from 1 to 2 tasks; coroutine only 0.50x "
        "from 1 to 2 tasks");
}

/* Buggy: "thread yields at most 1.0x; coroutine only 1.0x". */
static void an_equal_gain_is_no_smaller_one(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add_sweep(&d, "thread", 1.0001, NULL);
    add_sweep(&d, "coroutine", 1, NULL);
    check_title(&d, "scaling", "More tasks of cpu: thread yields at most 1.0x from 1 to 2 tasks");
}

static void add_dense(struct draft *d, const char *settings, double memory)
{
    buf_printf(&d->text,
               "%s{\"id\":\"startup/none/coroutine/tasks=2%s\",\"workload\":\"startup\","
               "\"workload_kind\":\"startup\",\"lock\":\"none\",\"executor\":\"coroutine\","
               "\"tasks\":2,\"status\":\"ok\",\"metrics\":{",
               d->cells++ ? "," : "", settings);
    add_metric(d, "memory_bytes", "bytes", memory);
    buf_add(&d->text, END_CELL);
}

/* Buggy: both were "coroutine", two values in one row; and what costs nothing was gone. */
static void what_a_unit_costs_is_told_by_its_settings(void)
{
    struct draft d;
    struct page p;
    struct result r;
    draft_begin(&d, 2);
    add_dense(&d, "", 300);
    add_dense(&d, ",coroutine.stack=dense", 900);
    add_cell(&d, "startup", "none", "serial", 2, "memory_bytes", 0, NULL);
    const struct page_chart *c = draw(&d, "ladder", &p, &r);
    if (CHECK(c != NULL)) {
        const struct page_points *first = c->panels->series->points;
        CHECK_EQ(c->form.title, "A coroutine stack=dense costs 3.0 times a coroutine in memory");
        CHECK_EQ(first->point.label, "coroutine stack=dense");
        CHECK_EQ(first->next->point.label, "coroutine");
        CHECK_EQ(c->form.note, "1 more cell stands in the tables.");
    }
    page_release(&p);
    result_unload(&r);
    buf_release(&d.text);
}

/* Buggy: the ninth lock and all after it had the first one's colour, and nothing else. */
static void locks_without_a_colour_have_a_name(void)
{
    struct draft d;
    struct page p;
    struct result r;
    char lock[16];
    draft_begin(&d, 2);
    for (int i = 0; i < 14; i++) {
        snprintf(lock, sizeof lock, "lock%d", i);
        add_cell(&d, "cpu", lock, "thread", 2, "throughput_per_s", 1000 + i, NULL);
    }
    const struct page_chart *c = draw(&d, "throughput", &p, &r);
    if (CHECK(c != NULL)) {
        CHECK(c->panels->series->next == NULL);
        CHECK_EQ(c->panels->series->points->next->point.label, "thread, lock1");
        CHECK_EQ(c->form.note, "2 more cells stand in the tables.");
    }
    page_release(&p);
    result_unload(&r);
    buf_release(&d.text);
}

/* Sleeping gains 200 times in the same figure: a title names the work it is of. */
static void a_gain_is_of_one_work_that_is_named(void)
{
    static const char *const works[] = {"sleep", "prime", "spin"};
    static const double gains[] = {200, 2, 4};
    struct draft d;
    draft_begin(&d, 4);
    for (int i = 0; i < 3; i++)
        for (int tasks = 1; tasks <= 2; tasks++) {
            begin_cell(&d, works[i], i ? "cpu" : "io", "none", "thread", tasks, NULL);
            add_metric(&d, "throughput_per_s", "per_s", tasks == 1 ? 1 : gains[i]);
            buf_add(&d.text, END_CELL);
        }
    check_title(&d, "scaling", "More tasks of prime: thread yields 2.0x from 1 to 2 tasks");
}

static void add_split(struct draft *d, const char *executor, double lock_share, double cost,
                      const char *code)
{
    begin_cell(d, "spin", "cpu", "mutex", executor, 2, code);
    add_metric(d, "time_running_ratio", "ratio", 1 - lock_share);
    buf_add(&d->text, ",");
    add_metric(d, "time_lock_wait_ratio", "ratio", lock_share);
    buf_add(&d->text, ",");
    add_metric(d, "ledger_cost_ratio", "ratio", cost);
    buf_add(&d->text, END_CELL);
}

static const char *note_of(struct draft *d, const char *name, char *title, size_t size)
{
    static char note[256];
    struct page p;
    struct result r;
    const struct page_chart *c = draw(d, name, &p, &r);
    snprintf(title, size, "%s", c ? c->form.title : "none");
    snprintf(note, sizeof note, "%s", c ? c->form.note : "none");
    page_release(&p);
    result_unload(&r);
    buf_release(&d->text);
    return note;
}

/* Buggy: what had no room was not looked at, and "fair everywhere" was of the first twelve. */
static void a_title_is_of_all_cells_or_says_that_it_is_not(void)
{
    struct draft d;
    char title[256], name[16];
    draft_begin(&d, 4);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "w%d", i);
        begin_cell(&d, name, "cpu", "gil", "thread", 2, NULL);
        add_metric(&d, "lock_wait_ratio", "ratio", 0.5);
        buf_add(&d.text, ",");
        add_metric(&d, "fairness_ratio", "ratio", i == 15 ? 0.6 : 1);
        buf_add(&d.text, END_CELL);
    }
    CHECK_EQ(note_of(&d, "contention", title, sizeof title), "8 more cells stand in the tables.");
    CHECK_EQ((const char *)title, "Turns are least fair (0.60) with w15, gil, thread, 2 tasks");
    draft_begin(&d, 4);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "w%d", i);
        add_split(&d, name, i == 17 ? 0.9 : 0.3, 0.01, NULL);
    }
    CHECK_EQ(note_of(&d, "time", title, sizeof title), "6 more cells stand in the tables.");
    CHECK_EQ((const char *)title,
             "90 % of their time units want the lock, at the most: spin, mutex, w17, 2 tasks");
    draft_begin(&d, 4);
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "w%d", i);
        add_sweep(&d, name, i == 11 ? 3 : 2, NULL);
    }
    CHECK_EQ(note_of(&d, "scaling", title, sizeof title),
             "2 more curves stand in the tables of contend report --scaling.");
    CHECK(strstr(title, "of those drawn") != NULL);
    draft_begin(&d, 4);
    for (int i = 0; i < 14; i++) {
        snprintf(name, sizeof name, "w%d", i);
        add_cell(&d, "cpu", "none", name, 2, "throughput_per_s", 2000, NULL);
    }
    CHECK_EQ(note_of(&d, "throughput", title, sizeof title), "2 more cells stand in the tables.");
}

/* 150 is no "1.5e+02". */
static void a_large_gain_is_written_out(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add_sweep(&d, "thread", 150, NULL);
    check_title(&d, "scaling", "More tasks of cpu: thread yields 150x from 1 to 2 tasks");
}

static void add_launch(struct draft *d, const char *ledger)
{
    buf_printf(&d->text,
               "%s{\"id\":\"spin/none/thread/tasks=2\",\"workload\":\"spin\",\"lock\":\"none\","
               "\"executor\":\"thread\",\"tasks\":2,\"status\":\"ok\",\"launches\":[{\"round\":0,"
               "\"duration_ns\":1e9%s}],\"metrics\":{}}",
               d->cells++ ? "," : "", ledger);
}

/* Buggy: where nothing was known of others, "nobody else was at work". */
static void noise_is_told_as_far_as_it_is_known(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add_launch(&d, ",\"foreign_cpu_ns\":1e6,\"steal_ns\":0");
    check_title(&d, "noise", "Others took less than 0.02 CPUs in each round");
    draft_begin(&d, 4);
    add_launch(&d, ",\"steal_ns\":0");
    check_title(&d, "noise", "As far as is known others took less than 0.02 CPUs in each round");
    draft_begin(&d, 4);
    add_launch(&d, ",\"foreign_cpu_ns\":5e8");
    check_title(&d, "noise", "Others took 0.5 of 4 CPUs at the most, in round 1");
}

/* Buggy: what stood behind the stroke in "java/virtual" was taken for the number of tasks. */
static void names_with_strokes_are_names(void)
{
    struct draft d;
    struct page p;
    struct result r;
    draft_begin(&d, 4);
    add_cell(&d, "cpu", "none", "java/virtual", 2, "throughput_per_s", 2000, NULL);
    add_cell(&d, "cpu", "none", "thread", 2, "throughput_per_s", 1000, NULL);
    const struct page_chart *c = draw(&d, "throughput", &p, &r);
    CHECK_EQ(c ? c->panels->title : "none", "cpu, CPU-bound, 2 tasks");
    page_release(&p);
    result_unload(&r);
    buf_release(&d.text);
}

/* Tasks are counted: none of them is "8.00". */
static void places_that_are_counted_are_whole(void)
{
    struct draft d;
    struct page p;
    struct result r;
    struct buf svg = {0};
    draft_begin(&d, 4);
    add_sweep(&d, "thread", 1.8, NULL);
    const struct page_chart *c = draw(&d, "scaling", &p, &r);
    if (CHECK(c != NULL))
        svg_chart(&svg, c, 600, 0, true);
    CHECK(strstr(buf_text(&svg), "thread, tasks 2: ") != NULL);
    page_release(&p);
    result_unload(&r);
    buf_release(&d.text);
    buf_release(&svg);
}

static void time_is_told_of_usable_cells(void)
{
    struct draft d;
    draft_begin(&d, 4);
    add_split(&d, "thread", 0.7, 0.01, unusable);
    add_split(&d, "process", 0.4, 0.01, NULL);
    check_title(&d, "time",
                "40 % of their time units want the lock, at the most, in the cells that can tell: "
                "spin, mutex, process, 2 tasks");
    draft_begin(&d, 4);
    add_split(&d, "thread", 0.7, 0.01, unusable);
    check_title(&d, "time", nothing);
}

/* What the ledger slowed waits for the lock as nothing does without it: it is no finding. */
static void time_is_told_of_cells_that_the_ledger_did_not_slow(void)
{
    struct draft d;
    struct page p;
    struct result r;
    draft_begin(&d, 4);
    add_split(&d, "thread", 0.74, 0.48, NULL);
    add_split(&d, "process", 0.5, 0.01, NULL);
    const struct page_chart *c = draw(&d, "time", &p, &r);
    CHECK_EQ(c ? c->form.title : "none",
             "50 % of their time units want the lock, at the most, in the cells that can tell: "
             "spin, mutex, process, 2 tasks");
    CHECK_EQ(c ? c->form.note : "none",
             "Keeping the ledger of these shares slowed some cells, which may wait less without "
             "it: spin, mutex, thread, 2 tasks by 48 %.");
    page_release(&p);
    result_unload(&r);
    buf_release(&d.text);
    draft_begin(&d, 4);
    add_split(&d, "thread", 0.74, 0.48, NULL);
    check_title(&d, "time", "No cell here can tell how long units wait for a lock");
}

/* The star is explained once, where there is one, and the fastest tenth has it like the median. */
static void a_star_is_explained_where_there_is_one(void)
{
    for (int is_starred = 0; is_starred < 2; is_starred++) {
        struct draft d;
        struct page p;
        struct result r;
        draft_begin(&d, 4);
        add_starts(&d, NULL, is_starred ? unusable : NULL, NULL);
        const struct page_chart *c = draw(&d, "ladder", &p, &r);
        CHECK_EQ(c ? c->form.note : "none",
                 is_starred ? "* Not to be trusted: others had the CPUs." : "");
        for (const struct page_series *s = c ? c->panels->series : NULL; s; s = s->next)
            for (const struct page_points *at = s->points; at; at = at->next)
                CHECK_MSG(!(at->point.flags & PAGE_UNRELIABLE) ==
                              !(is_starred && !strcmp(at->point.label, "thread")),
                          "%s of %s", s->form.name, at->point.label);
        page_release(&p);
        result_unload(&r);
        buf_release(&d.text);
    }
}

/* A curve's values are not written: its name has the star, others' have none. */
static void the_name_of_a_curve_has_its_star(void)
{
    struct draft d;
    struct page p;
    struct result r;
    struct buf svg = {0};
    draft_begin(&d, 4);
    add_sweep(&d, "process", 2, unusable);
    add_sweep(&d, "thread", 1.8, NULL);
    const struct page_chart *c = draw(&d, "scaling", &p, &r);
    if (CHECK(c != NULL))
        svg_chart(&svg, c, 600, 0, true);
    CHECK(strstr(buf_text(&svg), ">process *<") != NULL);
    CHECK(strstr(buf_text(&svg), ">thread<") != NULL);
    CHECK(strstr(buf_text(&svg), ">* Not to be trusted: others had the CPUs.<") != NULL);
    page_release(&p);
    result_unload(&r);
    buf_release(&d.text);
    buf_release(&svg);
}

/* A metric is called by its words, as in tables, wherever it stands. */
static void axes_have_words(void)
{
    struct draft d;
    struct page p;
    struct result r;
    draft_begin(&d, 4);
    add_latency(&d, "thread", 1e6, 3e6);
    const struct page_chart *c = draw(&d, "latency", &p, &r);
    CHECK_EQ(c ? c->panels->y.name : "none", "wake lateness");
    CHECK_EQ(c ? c->panels->title : "none", "wake lateness of sleep, 2 tasks");
    page_release(&p);
    result_unload(&r);
    buf_release(&d.text);
}

/* Wide intervals are marked in titles as they are beside the points. */
static void a_title_of_rough_numbers_says_so(void)
{
    struct draft d;
    draft_begin(&d, 4);
    for (int tasks = 1; tasks <= 2; tasks++) {
        begin_cell(&d, "cpu", "cpu", "none", "thread", tasks, NULL);
        buf_printf(&d.text,
                   "\"throughput_per_s\":{\"unit\":\"per_s\",\"samples\":[%d,%d,%d]}" END_CELL,
                   1000 * tasks, 1010 * tasks, 990 * tasks);
    }
    check_title(&d, "scaling", "More tasks of cpu: thread yields ~2.0x from 1 to 2 tasks");
}

/* As in tables: nothing waited at all. */
static void nothing_is_not_rough(void)
{
    struct draft d;
    struct page p;
    struct result r;
    struct buf svg = {0};
    draft_begin(&d, 4);
    add_cell(&d, "spin", "gil", "thread", 2, "lock_wait_ratio", 0, NULL);
    const struct page_chart *c = draw(&d, "contention", &p, &r);
    if (CHECK(c != NULL)) {
        CHECK_EQ(c->panels->series->points->point.flags, 0);
        svg_chart(&svg, c, 600, 0, true);
    }
    CHECK(strstr(buf_text(&svg), ">0 %<") != NULL);
    page_release(&p);
    result_unload(&r);
    buf_release(&d.text);
    buf_release(&svg);
}

static const struct test tests[] = {
    {"a_tail_is_heavy_for_its_median_and_says_so", a_tail_is_heavy_for_its_median_and_says_so},
    {"a_title_is_of_a_curve_that_is_drawn", a_title_is_of_a_curve_that_is_drawn},
    {"what_a_unit_costs_is_told_of_usable_cells", what_a_unit_costs_is_told_of_usable_cells},
    {"a_lock_is_held_against_none_in_usable_cells", a_lock_is_held_against_none_in_usable_cells},
    {"a_gain_is_told_of_usable_ends", a_gain_is_told_of_usable_ends},
    {"an_equal_gain_is_no_smaller_one", an_equal_gain_is_no_smaller_one},
    {"what_a_unit_costs_is_told_by_its_settings", what_a_unit_costs_is_told_by_its_settings},
    {"locks_without_a_colour_have_a_name", locks_without_a_colour_have_a_name},
    {"a_gain_is_of_one_work_that_is_named", a_gain_is_of_one_work_that_is_named},
    {"a_title_is_of_all_cells_or_says_that_it_is_not",
     a_title_is_of_all_cells_or_says_that_it_is_not},
    {"a_large_gain_is_written_out", a_large_gain_is_written_out},
    {"noise_is_told_as_far_as_it_is_known", noise_is_told_as_far_as_it_is_known},
    {"names_with_strokes_are_names", names_with_strokes_are_names},
    {"places_that_are_counted_are_whole", places_that_are_counted_are_whole},
    {"time_is_told_of_usable_cells", time_is_told_of_usable_cells},
    {"time_is_told_of_cells_that_the_ledger_did_not_slow",
     time_is_told_of_cells_that_the_ledger_did_not_slow},
    {"a_star_is_explained_where_there_is_one", a_star_is_explained_where_there_is_one},
    {"the_name_of_a_curve_has_its_star", the_name_of_a_curve_has_its_star},
    {"axes_have_words", axes_have_words},
    {"a_title_of_rough_numbers_says_so", a_title_of_rough_numbers_says_so},
    {"nothing_is_not_rough", nothing_is_not_rough},
    {0},
};

TEST_MAIN(tests)
