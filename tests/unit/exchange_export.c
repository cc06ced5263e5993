/* What exports share: which values, how numbers are written, what is escaped. */
#include "bench/exchange/export/export.h"

#include "bench/page/escape.h"

#include "tests/test.h"

static const char text[] =
    "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r\",\"status\":\"complete\"},"
    "\"host\":{\"hostname\":\"h\"},\"cells\":["
    "{\"id\":\"a/b/c/tasks=1\",\"workload\":\"a\",\"lock\":\"b\",\"executor\":\"c\",\"tasks\":1,"
    "\"status\":\"ok\",\"metrics\":{"
    "\"startup_ns\":{\"unit\":\"ns\",\"better\":\"lower\",\"group\":\"startup\",\"samples\":[1,2,3]"
    "},"
    "\"lifecycle_ns\":{\"unit\":\"ns\",\"better\":\"lower\",\"samples\":[],\"reason\":\"why\"},"
    "\"reap_ns\":{\"unit\":\"ns\",\"better\":\"lower\",\"group\":\"startup\",\"samples\":[4]}}},"
    "{\"id\":\"a/b/c/tasks=2\",\"workload\":\"a\",\"lock\":\"b\",\"executor\":\"c\",\"tasks\":2,"
    "\"status\":\"failed\",\"reason\":\"SIGSEGV\",\"metrics\":{"
    "\"startup_ns\":{\"unit\":\"ns\",\"better\":\"lower\",\"samples\":[9]}}},"
    "{\"id\":\"a/b/c/tasks=3\",\"role\":\"control\",\"workload\":\"a\",\"lock\":\"b\","
    "\"executor\":\"c\",\"tasks\":3,\"status\":\"ok\",\"metrics\":{"
    "\"startup_ns\":{\"unit\":\"ns\",\"better\":\"lower\",\"samples\":[8]}}}]}";

static size_t count_values(const struct result *r, const char *metrics)
{
    struct metric_choice choice;
    struct err err = {0};
    struct export_walk walk = {0};
    struct export_value v;
    size_t count = 0;
    if (!CHECK_MSG(!metric_choice_parse(&choice, metrics, r, &err), "%s", err.text))
        return 0;
    struct export_input in = {.results = r, .count = 1, .metrics = &choice};
    while (export_next(&in, &walk, &v)) {
        CHECK_EQ(v.cell->id, "a/b/c/tasks=1");
        count++;
    }
    metric_choice_release(&choice);
    return count;
}

static void measured_cells_and_metrics_with_a_value_are_walked(void)
{
    struct result r;
    struct err err = {0};
    if (!CHECK_MSG(!result_parse(&r, "x.json", text, sizeof text - 1, &err), "%s", err.text))
        return;
    CHECK_EQ(count_values(&r, NULL), 1);
    CHECK_EQ(count_values(&r, "all"), 2);
    CHECK_EQ(count_values(&r, "reap_ns,startup_ns"), 2);
    CHECK_EQ(count_values(&r, "reap_ns"), 1);
    struct metric_choice choice;
    CHECK_EQ(metric_choice_parse(&choice, "reap_n", &r, &err), -1);
    metric_choice_release(&choice);
    CHECK_EQ(err.code, ERR_USAGE);
    CHECK_CONTAINS(err.text, "did you mean reap_ns?");
    result_unload(&r);
}

static void numbers_read_back_as_they_were(void)
{
    static const double values[] = {0.1, 1.0 / 3, 1e300, 5e-324, 123456789012345680.0, -2.5, 0};
    struct buf b = {0};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        buf_reset(&b);
        export_number(&b, values[i]);
        CHECK_EQ(strtod(buf_text(&b), NULL), values[i]);
    }
    buf_reset(&b);
    export_number(&b, 0.1);
    CHECK_EQ(buf_text(&b), "0.1");
    buf_release(&b);
}

static void a_rate_is_the_time_of_one(void)
{
    struct result_metric ns = {.unit = "ns"}, rate = {.unit = "per_s"}, ratio = {.unit = "ratio"};
    double seconds = 0;
    CHECK(export_seconds(&ns, 1500, &seconds));
    CHECK_EQ(seconds, 1.5e-6);
    CHECK(export_seconds(&rate, 4, &seconds));
    CHECK_EQ(seconds, 0.25);
    CHECK(!export_seconds(&ratio, 0.5, &seconds));
    CHECK(!export_seconds(&ns, 0, &seconds));
    CHECK(!export_seconds(&rate, -1, &seconds));
}

static void instants_are_seconds_since_1970(void)
{
    CHECK_EQ(export_epoch("1970-01-02T00:00:01Z"), 86401);
    CHECK_EQ(export_epoch("2026-01-31T12:00:00Z"), 1769860800);
    CHECK_EQ(export_epoch("yesterday"), -1);
}

static void texts_are_escaped_as_each_notation_asks(void)
{
    struct buf b = {0};
    escape_xml(&b, "<a b=\"&\">\x01");
    CHECK_EQ(buf_text(&b), "&lt;a b=&quot;&amp;&quot;&gt;&lt;U+0001&gt;");
    buf_reset(&b);
    escape_markdown(&b, "a|b_c");
    CHECK_EQ(buf_text(&b), "a\\|b\\_c");
    buf_reset(&b);
    escape_github(&b, "50 %: a,b\n", false);
    CHECK_EQ(buf_text(&b), "50 %25: a,b%0A");
    buf_reset(&b);
    escape_github(&b, "a: b,c", true);
    CHECK_EQ(buf_text(&b), "a%3A b%2Cc");
    buf_reset(&b);
    /* A slash would begin another dimension: "x/n=1" is not "x" with n=1. */
    escape_benchfmt(&b, "x/n=1 a%2F");
    CHECK_EQ(buf_text(&b), "x%2Fn=1%20a%252F");
    buf_reset(&b);
    escape_csv(&b, "a,\"b\"");
    CHECK_EQ(buf_text(&b), "\"a,\"\"b\"\"\"");
    buf_reset(&b);
    escape_csv(&b, "plain");
    CHECK_EQ(buf_text(&b), "plain");
    buf_release(&b);
}

static void every_format_has_a_name_of_its_own(void)
{
    size_t count = 0;
    for (; export_name_at(count); count++)
        CHECK_EQ(export_named(export_name_at(count))->name, export_name_at(count));
    CHECK_EQ(count, 12);
    CHECK(export_named("none such") == NULL);
}

static const struct test tests[] = {
    {"measured_cells_and_metrics_with_a_value_are_walked",
     measured_cells_and_metrics_with_a_value_are_walked},
    {"numbers_read_back_as_they_were", numbers_read_back_as_they_were},
    {"a_rate_is_the_time_of_one", a_rate_is_the_time_of_one},
    {"instants_are_seconds_since_1970", instants_are_seconds_since_1970},
    {"texts_are_escaped_as_each_notation_asks", texts_are_escaped_as_each_notation_asks},
    {"every_format_has_a_name_of_its_own", every_format_has_a_name_of_its_own},
    {0},
};

TEST_MAIN(tests)
