/* Titles of charts: true of what is drawn, and resting on what can be trusted alone. */
#include "bench/judge/charts/charts.h"

#include "bench/page/model.h"
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
    check_title(
        &d, "latency",
        "The heaviest tail for its median: sleep, no lock, d, 2 tasks: p50 100 us, p99 400 us");
}

static const struct test tests[] = {
    {"a_tail_is_heavy_for_its_median_and_says_so", a_tail_is_heavy_for_its_median_and_says_so},
    {"a_title_is_of_a_curve_that_is_drawn", a_title_is_of_a_curve_that_is_drawn},
    {0},
};

TEST_MAIN(tests)
