/* Sweeps over tasks are found by the cells' ids; what does not carry a law is shown without one. */
#include "bench/judge/scaling/scaling.h"
#include "bench/page/formats.h"
#include "tests/test.h"

#include <jansson.h>

#define CELL(tasks, a, b, c)                                                                       \
    "{\"id\":\"spin/none/thread/tasks=" tasks                                                      \
    ",turns=9\",\"workload\":\"spin\",\"lock\":\"none\","                                          \
    "\"executor\":\"thread\",\"tasks\":" tasks ",\"params\":{\"turns\":9},\"status\":\"ok\","      \
    "\"metrics\":{\"throughput_per_s\":{\"unit\":\"per_s\",\"better\":\"higher\","                 \
    "\"nature\":\"noisy\",\"samples\":[" a "," b "," c "]}}}"

static const char head[] = "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"a\",\"started_at\":"
                           "\"2026-01-01T00:00:00Z\",\"finished_at\":\"2026-01-01T00:00:01Z\","
                           "\"status\":\"complete\",\"tool\":{\"version\":\"1\"}},"
                           "\"host\":{\"hostname\":\"h\"},\"cells\":[";

/* The report of these cells; the caller frees it. NULL and *err when there is none. */
static char *report_as(const char *format, const char *cells, struct err *err)
{
    struct buf text = {0}, out = {0};
    struct result r;
    buf_printf(&text, "%s%s]}", head, cells);
    CHECK_MSG(!result_parse(&r, "a.json", text.data, text.len, err), "%s", err->text);
    struct scaling scaling;
    struct page page;
    page_init(&page, "sweeps");
    int status = scaling_of(&scaling, &r, 1, NULL, USL_RELATIVE, err);
    if (!status) {
        scaling_page(&page, &scaling);
        scaling_release(&scaling);
        status = page_write(&page, format, &(struct page_style){.width = 100}, &out, err);
    }
    page_release(&page);
    result_unload(&r);
    buf_release(&text);
    if (!status)
        return buf_steal(&out);
    buf_release(&out);
    return NULL;
}

static char *report_of(const char *cells, struct err *err)
{
    return report_as("text", cells, err);
}

/* Buggy: "0.00x  0.00 .. 0.01" and "132.17x  125.98 .. 139.79". */
static void a_speed_up_has_the_digits_its_interval_deserves(void)
{
    struct err err = {0};
    char *text =
        report_of(CELL("1", "990000", "1000000", "1010000") "," CELL(
                      "2", "3900", "4000", "4100") "," CELL("4", "125e6", "132e6", "139e6"),
                  &err);
    CHECK_MSG(text && strstr(text, "~1/250"), "small: %s", text ? text : "");
    CHECK_MSG(text && strstr(text, "~132x        124 .. 140"), "large: %s", text ? text : "");
    free(text);
}

static void a_sweep_is_shown_with_its_law(void)
{
    struct err err = {0};
    char *text =
        report_of(CELL("4", "279", "280", "281") "," CELL("1", "99", "100", "101") "," CELL(
                      "2", "180", "181", "182") "," CELL("8", "333", "334", "335"),
                  &err);
    CHECK_MSG(text && strstr(text, "spin/none/thread  turns=9"), "title: %s", text ? text : "");
    CHECK_MSG(text && strstr(text, "1.81x"), "speed-up of 2: %s", text ? text : "");
    CHECK_MSG(text && strstr(text, "law: sigma"), "law: %s", text ? text : "");
    CHECK_MSG(text && strstr(text, "intervals at 95 %"), "level: %s", text ? text : "");
    /* A speed-up to itself is 1 and nothing else; three samples make a rough one. */
    CHECK_MSG(text && strstr(text, "         1x                             1\n"), "first: %s",
              text ? text : "");
    CHECK_MSG(text && strstr(text, "~1.81x"), "rough: %s", text ? text : "");
    free(text);
}

/* Sigma 0.05 and kappa 0.01 have their peak at 10; eight tasks and such rounds do not show it. */
static void a_peak_that_is_not_shown_is_not_excluded(void)
{
    struct err err = {0};
    char *text =
        report_of(CELL("1", "94", "100", "106") "," CELL("2", "176", "187", "198") "," CELL(
                      "4", "295", "315", "335") "," CELL("8", "393", "419", "445"),
                  &err);
    CHECK_MSG(text && strstr(text, "a peak up to 8 tasks neither shown nor"), "%s",
              text ? text : "");
    free(text);
}

static void machines_and_pages_read_the_same(void)
{
    static const char cells[] = CELL("1", "99", "100", "101") "," CELL(
        "2", "180", "181", "182") "," CELL("4", "279", "280", "281");
    struct err err = {0};
    char *text = report_as("json", cells, &err);
    json_t *o = text ? json_loads(text, 0, NULL) : NULL;
    const json_t *sweep = json_array_get(json_object_get(o, "sweeps"), 0);
    const json_t *point = json_array_get(json_object_get(sweep, "points"), 2);
    CHECK_EQ(json_integer_value(json_object_get(point, "tasks")), 4);
    CHECK_NEAR(json_number_value(json_object_get(point, "efficiency_ratio")), 0.7, 1e-6);
    CHECK(json_is_object(json_object_get(sweep, "law")));
    const json_t *first =
        json_object_get(json_array_get(json_object_get(sweep, "points"), 0), "speedup_ratio");
    CHECK(!json_object_get(first, "lo") && !json_object_get(first, "hi"));
    CHECK_EQ(json_string_value(json_object_get(o, "weights")), "relative");
    json_decref(o);
    free(text);
    text = report_as("markdown", cells, &err);
    CHECK_MSG(text && strstr(text, "| 4 | "), "%s", text ? text : err.text);
    free(text);
    text = report_as("csv", cells, &err);
    CHECK_CONTAINS(text, "\nspin/none/thread  turns=9,4,280,");
    free(text);
}

/* Expected: every format a page has.  Once: text, markdown and json alone. */
static void a_sweep_is_shown_in_every_format_that_has_a_table(void)
{
    static const char cells[] = CELL("1", "99", "100", "101") "," CELL("2", "180", "181", "182");
    for (size_t f = 0; page_formats[f]; f++) {
        struct err err = {0};
        char *text = report_as(page_formats[f], cells, &err);
        bool judges = !strcmp(page_formats[f], "junit") || !strcmp(page_formats[f], "github") ||
                      !strcmp(page_formats[f], "svg");
        if (judges)
            CHECK_MSG(!text && err.code == ERR_USAGE, "%s", page_formats[f]);
        else
            CHECK_CONTAINS(text, "0.9"); /* the efficiency of two */
        free(text);
    }
}

static void laws_are_broken_to_fit(void)
{
    static const char cells[] =
        CELL("1", "99", "100", "101") "," CELL("2", "180", "181", "182") "," CELL(
            "4", "279", "280", "281") "," CELL("8", "333", "334", "335");
    struct err err = {0};
    char *text = report_of(cells, &err);
    for (const char *at = text ? text : ""; *at; at += strcspn(at, "\n"), at += *at == '\n')
        CHECK_MSG(strcspn(at, "\n") <= 100, "%s", at);
    CHECK_CONTAINS(text, "law: sigma");
    free(text);
}

static void too_few_points_have_no_law_and_say_so(void)
{
    struct err err = {0};
    char *text = report_of(CELL("1", "99", "100", "101") "," CELL("2", "180", "181", "182"), &err);
    CHECK_MSG(text && strstr(text, "no scaling law: 2 different"), "%s", text ? text : err.text);
    free(text);
}

static void without_a_sweep_there_is_an_error(void)
{
    struct err err = {0};
    char *text = report_of(CELL("1", "99", "100", "101"), &err);
    CHECK_MSG(!text && err.code == ERR_INPUT, "%s", text ? text : err.text);
    free(text);
}

static const struct test tests[] = {
    {"a_speed_up_has_the_digits_its_interval_deserves",
     a_speed_up_has_the_digits_its_interval_deserves},
    {"a_sweep_is_shown_with_its_law", a_sweep_is_shown_with_its_law},
    {"a_peak_that_is_not_shown_is_not_excluded", a_peak_that_is_not_shown_is_not_excluded},
    {"machines_and_pages_read_the_same", machines_and_pages_read_the_same},
    {"a_sweep_is_shown_in_every_format_that_has_a_table",
     a_sweep_is_shown_in_every_format_that_has_a_table},
    {"laws_are_broken_to_fit", laws_are_broken_to_fit},
    {"too_few_points_have_no_law_and_say_so", too_few_points_have_no_law_and_say_so},
    {"without_a_sweep_there_is_an_error", without_a_sweep_there_is_an_error},
    {0},
};
TEST_MAIN(tests)
