/* Pictures: values lie where they belong, axes name round numbers, and nothing is left out. */
#include "bench/page/svg_chart.h"
#include "bench/page/svg_draw.h"
#include "bench/page/svg_scale.h"

#include "bench/page/formats.h"
#include "tests/test.h"

#include <math.h>

static void each_scale_puts_values_where_they_belong(void)
{
    static const struct {
        enum page_scale scale;
        double from, to, value, expected; /* on 0 to 100 */
    } rows[] = {
        {PAGE_LINEAR, 0, 10, 5, 50},
        {PAGE_LINEAR, 0, 10, -3, 0},
        {PAGE_LINEAR, 0, 10, 12, 100},
        {PAGE_TAIL, 0, 0.999, 0.9, 100.0 / 3},
        {PAGE_TAIL, 0, 0.999, 0.99, 200.0 / 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct page_axis axis = {
            .scale = rows[i].scale, .from = rows[i].from, .to = rows[i].to};
        struct svg_scale s = svg_scale_of(&axis, SVG_NO_RANGE, 0, 100);
        double at = svg_scale_at(&s, rows[i].value);
        CHECK_MSG(fabs(at - rows[i].expected) < 1e-6, "row %zu: %g", i, at);
    }
}

/* A factor is as long wherever it lies. */
static void a_logarithmic_scale_keeps_factors(void)
{
    const struct page_axis axis = {.scale = PAGE_LOG, .unit = "ns"};
    struct svg_scale s = svg_scale_of(&axis, (struct svg_range){100, 1e7}, 0, 500);
    double one = svg_scale_at(&s, 1e4) - svg_scale_at(&s, 1e3),
           other = svg_scale_at(&s, 1e6) - svg_scale_at(&s, 1e5);
    CHECK_MSG(fabs(one - other) < 1e-6, "%g, %g", one, other);
    CHECK(svg_scale_at(&s, 0) <= 0 && isfinite(svg_scale_at(&s, -1)));
}

static void check_ticks(const struct page_axis *axis, double lo, double hi, size_t most,
                        const char *expected)
{
    struct svg_tick ticks[SVG_TICKS];
    struct svg_scale s = svg_scale_of(axis, (struct svg_range){lo, hi}, 0, 400);
    size_t count = svg_scale_ticks(&s, most, ticks);
    struct buf all = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&all, "%s%s", i ? "|" : "", ticks[i].text);
    CHECK_EQ(buf_text(&all), expected);
    buf_release(&all);
}

static void axes_name_round_numbers(void)
{
    check_ticks(&(struct page_axis){.scale = PAGE_LOG, .unit = "ns"}, 800, 2e6, 6,
                "1 us|10 us|100 us|1 ms");
    /* Buggy: "10 us" alone. */
    check_ticks(&(struct page_axis){.scale = PAGE_LOG, .unit = "ns"}, 9.6, 6.1e6, 2, "1 us|1 ms");
    /* Buggy: none, since no power of 4 lies between. */
    check_ticks(&(struct page_axis){.scale = PAGE_LOG, .unit = "bytes"}, 9700, 9900, 6,
                "8 KiB|10 KiB|12 KiB");
    check_ticks(&(struct page_axis){.unit = "ratio", .to = 1, .is_percent = true}, 0, 0.7, 5,
                "0 %|20 %|40 %|60 %|80 %|100 %");
    check_ticks(&(struct page_axis){.scale = PAGE_LOG, .unit = "bytes"}, 900, 5e7, 8,
                "4 KiB|64 KiB|1 MiB|16 MiB");
    check_ticks(&(struct page_axis){.scale = PAGE_TAIL, .unit = "ratio", .from = 0.5, .to = 0.999},
                0.5, 0.999, 5, "p50|p90|p99|p99.9");
    check_ticks(&(struct page_axis){0}, 1, 4, 8, "1|2|3|4");
}

/* Nothing, one point, equal points, no finite one: an axis is there all the same. */
static void an_axis_is_there_whatever_lies_on_it(void)
{
    static const double ends[][2] = {{5, 5},           {0, 0},         {-3, -3},
                                     {1e-300, 1e-300}, {1e300, 1e300}, {-1, 1}};
    static const enum page_scale scales[] = {PAGE_LINEAR, PAGE_LOG, PAGE_TAIL};
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i <= sizeof ends / sizeof *ends; i++) {
            const struct page_axis axis = {.scale = scales[k], .unit = "ns"};
            struct svg_range range = SVG_NO_RANGE;
            struct svg_tick ticks[SVG_TICKS];
            if (i < sizeof ends / sizeof *ends) {
                svg_range_add(&range, &axis, ends[i][0]);
                svg_range_add(&range, &axis, ends[i][1]);
            }
            svg_range_add(&range, &axis, (double)NAN);
            svg_range_add(&range, &axis, (double)INFINITY);
            struct svg_scale s = svg_scale_of(&axis, range, 0, 100);
            double at = svg_scale_at(&s, ends[i % 6][0]);
            CHECK_MSG(at >= 0 && at <= 100, "scale %zu, ends %zu: %g", k, i, at);
            CHECK(svg_scale_ticks(&s, 5, ticks) <= SVG_TICKS);
        }
}

static void numbers_are_short(void)
{
    static const struct {
        double value;
        const char *expected;
    } rows[] = {{1, "1"},   {1.26, "1.3"},    {-0.01, "0"},
                {10, "10"}, {100.5, "100.5"}, {(double)NAN, "0"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        svg_number(&out, rows[i].value);
        CHECK_EQ(buf_text(&out), rows[i].expected);
        buf_release(&out);
    }
}

static void add_ladder(struct page *p)
{
    page_init(p, "test");
    page_chart(
        p, &(struct page_chart_form){.key = "ladder",
                                     .title = "A process costs 17 times a thread",
                                     .kind = PAGE_DOTS,
                                     .y = {.name = "startup", .unit = "ns", .scale = PAGE_LOG}});
    page_series(p, &(struct page_series_form){.name = "median"});
    page_row_point(p, "process", (struct page_value){330e3, 310e3, 350e3, 0.98, 7}, 0);
    page_row_point(p, "thread", (struct page_value){19e3, 18e3, 20e3, 0.98, 7}, 0);
    page_row_point(p, "coroutine", (struct page_value){400, 390, 410, 0.75, 3}, PAGE_UNRELIABLE);
}

static char *write_page(struct page *p, const char *format)
{
    struct buf out = {0};
    struct err err = {0};
    CHECK_MSG(!page_write(p, format, &(struct page_style){0}, &out, &err), "%s", err.text);
    return buf_steal(&out);
}

static void a_picture_says_its_finding_its_values_and_what_is_in_doubt(void)
{
    static const char *const wanted[] = {
        "<title id=\"t\">A process costs 17 times a thread</title>",
        ">process</text>",
        ">330 us</text>",
        ">~400 ns *</text>",
        "median: process 330 us, thread 19",
        "<style>"};
    struct page p;
    add_ladder(&p);
    for (int i = 0; i < 2; i++) {
        char *text = write_page(&p, i ? "html" : "svg");
        for (size_t w = 1; w < sizeof wanted / sizeof *wanted && text; w++)
            CHECK_MSG(strstr(text, wanted[w]), "%s: no %s", i ? "html" : "svg", wanted[w]);
        free(text);
    }
    page_release(&p);
}

static void a_page_without_a_chart_is_no_picture(void)
{
    struct page p;
    struct buf out = {0};
    struct err err = {0};
    page_init(&p, "test");
    page_say(&p, PAGE_SENTENCE, "words");
    CHECK_EQ(page_write(&p, "svg", &(struct page_style){0}, &out, &err), -1);
    CHECK_EQ(err.code, ERR_USAGE);
    CHECK(strstr(err.text, "there is no chart here"));
    page_release(&p);
    buf_release(&out);
}

/* The same thing has the same colour in all panels; others get the next one. */
static void series_without_a_colour_get_the_next_one(void)
{
    struct page p;
    add_ladder(&p);
    page_series(&p, &(struct page_series_form){.name = "second"});
    page_series(&p, &(struct page_series_form){.name = "fifth", .tint = 5});
    const struct page_series *s = p.last->chart->panels->series;
    CHECK_EQ(s->form.tint, 1u);
    CHECK_EQ(s->next->form.tint, 2u);
    CHECK_EQ(s->next->next->form.tint, 5u);
    page_release(&p);
}

/* Where an attribute's number stands behind that mark; NAN: nowhere. */
static double number_behind(const char *svg, const char *mark)
{
    const char *at = strstr(svg, mark);
    return at ? strtod(at + strlen(mark), NULL) : (double)NAN;
}

/* Buggy: the line "no change" went through the digits of what lies left of it. */
static void no_stroke_crosses_a_value(void)
{
    struct page p;
    struct buf svg = {0};
    page_init(&p, "test");
    page_chart(
        &p, &(struct page_chart_form){.key = "k",
                                      .title = "t",
                                      .kind = PAGE_DOTS,
                                      .y = {.name = "ratio", .unit = "ratio", .scale = PAGE_LOG}});
    page_series(&p, &(struct page_series_form){.name = "s", .tint = 1});
    page_point(&p, &(struct page_point){.y = 0.8, .lo = 0.75, .hi = 0.85, .label = "below"});
    page_point(&p, &(struct page_point){.y = 0.01, .lo = 0.009, .hi = 0.011, .label = "far"});
    page_series(&p, &(struct page_series_form){.name = "no change", .mark = PAGE_RULE, .tint = 8});
    page_point(&p, &(struct page_point){.y = 1, .lo = (double)NAN, .hi = (double)NAN});
    svg_chart(&svg, p.blocks->chart, 600, 0, true);
    const char *rule = strstr(buf_text(&svg), "<title>no change</title>");
    const char *value = strstr(buf_text(&svg), ">0.800<");
    if (CHECK(rule != NULL) && CHECK(value != NULL)) {
        double line = number_behind(rule, "d=\"M");
        while (value > buf_text(&svg) && strncmp(value, "<text", 5))
            value--;
        CHECK_MSG(number_behind(value, "x=\"") > line, "text at %g, stroke at %g",
                  number_behind(value, "x=\""), line);
    }
    page_release(&p);
    buf_release(&svg);
}

/* Buggy: it was cut at 511 bytes, and the value stands last. */
static void a_value_is_told_whatever_its_name(void)
{
    struct page p;
    struct buf svg = {0}, name = {0};
    for (int i = 0; i < 300; i++)
        buf_add(&name, "\xe6\xbc\xa2");
    page_init(&p, "test");
    page_chart(&p, &(struct page_chart_form){
                       .key = "k", .title = "t", .kind = PAGE_BARS, .y = {.unit = "ns"}});
    page_series(&p, &(struct page_series_form){.name = "s", .tint = 1});
    page_point(&p,
               &(struct page_point){.y = 38.2, .lo = 38.1, .hi = 38.3, .label = buf_text(&name)});
    svg_chart(&svg, p.blocks->chart, 600, 0, true);
    CHECK_CONTAINS(buf_text(&svg), ", s: 38.20 ns (38.10 ns to 38.30 ns)</title>");
    page_release(&p);
    buf_release(&svg);
    buf_release(&name);
}

/* Buggy: a bar began at the left edge, wherever 0 was, so that the longest was the least. */
static void bars_begin_at_zero(void)
{
    struct page p;
    struct buf svg = {0};
    page_init(&p, "test");
    page_chart(&p, &(struct page_chart_form){
                       .key = "k", .title = "t", .kind = PAGE_BARS, .y = {.unit = "ns"}});
    page_series(&p, &(struct page_series_form){.name = "s", .tint = 1});
    page_row_point(&p, "less", page_exactly(-20), 0);
    page_row_point(&p, "more", page_exactly(10), 0);
    svg_chart(&svg, p.blocks->chart, 600, 0, true);
    const char *less = strstr(buf_text(&svg), "<title>less"),
               *more = strstr(buf_text(&svg), "<title>more");
    if (CHECK(less && more)) {
        double width = number_behind(less, "width=\"");
        double zero = number_behind(less, "x=\"") + width;
        CHECK_NEAR(number_behind(more, "x=\""), zero, 0.2);
        CHECK_NEAR(number_behind(more, "width=\""), width / 2, 0.2);
    }
    page_release(&p);
    buf_release(&svg);
}

/* Buggy: ends were cut off, where most names differ; bold ones and those of a key were too long. */
static void a_name_without_room_keeps_both_its_ends(void)
{
    static const char *const looks[] = {"", "head"};
    struct buf svg = {0}, name = {0};
    for (int i = 0; i < 60; i++)
        buf_add(&name, "word");
    buf_add(&name, "last");
    for (size_t i = 0; i < 2; i++) {
        buf_reset(&svg);
        svg_text_within(&svg, 0, 0, 300, looks[i], buf_text(&name));
        const char *text = strchr(buf_text(&svg), '>') + 1;
        CHECK(!strncmp(text, "word", 4) && strstr(text, "\xe2\x80\xa6") && strstr(text, "last<"));
        CHECK(svg_text_width(text, SVG_TEXT_SIZE) < 300 + svg_text_width("</text>", SVG_TEXT_SIZE));
    }
    struct page_series series = {.form = {.name = buf_text(&name), .tint = 1}};
    buf_reset(&svg);
    svg_key(&(struct svg_pen){.out = &svg, .width = 300}, &(struct page_panel){.series = &series},
            "whisker");
    CHECK_CONTAINS(buf_text(&svg), "\xe2\x80\xa6");
    buf_release(&svg);
    buf_release(&name);
}

static const struct test tests[] = {
    {"bars_begin_at_zero", bars_begin_at_zero},
    {"a_name_without_room_keeps_both_its_ends", a_name_without_room_keeps_both_its_ends},
    {"a_value_is_told_whatever_its_name", a_value_is_told_whatever_its_name},
    {"no_stroke_crosses_a_value", no_stroke_crosses_a_value},
    {"each_scale_puts_values_where_they_belong", each_scale_puts_values_where_they_belong},
    {"a_logarithmic_scale_keeps_factors", a_logarithmic_scale_keeps_factors},
    {"axes_name_round_numbers", axes_name_round_numbers},
    {"an_axis_is_there_whatever_lies_on_it", an_axis_is_there_whatever_lies_on_it},
    {"numbers_are_short", numbers_are_short},
    {"a_picture_says_its_finding_its_values_and_what_is_in_doubt",
     a_picture_says_its_finding_its_values_and_what_is_in_doubt},
    {"a_page_without_a_chart_is_no_picture", a_page_without_a_chart_is_no_picture},
    {"series_without_a_colour_get_the_next_one", series_without_a_colour_get_the_next_one},
    {0},
};
TEST_MAIN(tests)
