/* Numbers apart from the tree: the same doubles, and the same result, as through jansson alone. */
#include "bench/result/scan.h"

#include "bench/base/buf.h"
#include "bench/base/rng.h"
#include "bench/result/result.h"
#include "bench/result/slim.h"

#include "tests/test.h"

#include <unistd.h>

static bool number(const char *text, double *out)
{
    struct scan s = {text, text + strlen(text)};
    return scan_number(&s, out) && s.at == s.end;
}

static void numbers_are_the_nearest_doubles(void)
{
    static const char *const texts[] = {
        "0",
        "-0.0",
        "1",
        "0.1",
        "123456789012345678",
        "1e22",
        "1e23",
        "9007199254740993",
        "0.30000000000000004",
        "67660129.6807617",
        "1.7976931348623157e308",
        "5e-324",
        "2.2250738585072014e-308",
        "0.000000000000000000000000123",
        "1234567890.12345678901234567890",
        "-3.5E+2",
        "8.5e-3",
        "179769313486231570000.000001",
        "4503599627370497.5",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value;
        if (CHECK_MSG(number(texts[i], &value), "%s is taken", texts[i]))
            CHECK_EQ(value, strtod(texts[i], NULL));
    }
}

static void numbers_drawn_at_random_are_too(void)
{
    struct rng r = {.state = 5};
    for (int i = 0; i < 200000; i++) {
        char text[64];
        double drawn = (double)(int64_t)rng_next(&r) * pow(10, (double)rng_below(&r, 40) - 30);
        if (i % 3 == 0)
            snprintf(text, sizeof text, "%.3f", fmod(drawn, 1e15));
        else
            snprintf(text, sizeof text, "%.*g", 10 + i % 8, drawn);
        double value = 0, right = strtod(text, NULL);
        bool ok = number(text, &value) && !(value < right) && !(value > right);
        if (!CHECK_MSG(ok, "%s became %.17g, not %.17g", text, value, right))
            return;
    }
}

static void what_is_no_number_of_json_is_not_taken(void)
{
    static const char *const texts[] = {"",     "-",     "01",  "1.",  ".5",
                                        "1e",   "+1",    "NaN", "inf", "1.e2",
                                        "0x10", "1e999", "--1", "1 2", "12345678901234567890123"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value;
        CHECK_MSG(!number(texts[i], &value), "\"%s\" is taken", texts[i]);
    }
}

static void a_value_is_delimited(void)
{
    static const char text[] = " {\"a\": [1, \"]\\\"}\", {}], \"b\": null} , 5";
    struct scan s = {text, text + strlen(text)};
    struct span value;
    CHECK(scan_skip(&s, &value));
    CHECK_EQ(value.length, strlen("{\"a\": [1, \"]\\\"}\", {}], \"b\": null}"));
    CHECK(scan_take(&s, ',') && scan_skip(&s, &value) && span_is(value, "5"));
    static const char *const open[] = {"{\"a\": 1", "[1, 2", "\"abc", "[1}", "", "]", "{\"a\\"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        s = (struct scan){open[i], open[i] + strlen(open[i])};
        CHECK_MSG(!scan_skip(&s, &value), "%s", open[i]);
    }
}

static void add_cells(struct buf *out, int cells, int samples)
{
    for (int i = 0; i < cells; i++) {
        buf_printf(
            out,
            "%s{\"id\":\"a/b/c/tasks=%d\",\"workload\":\"a\",\"lock\":\"b\",\"executor\":\"c\","
            "\"tasks\":%d,\"status\":\"ok\",\"future\":[{\"kept\":%d}],\"metrics\":{"
            "\"x_ns\":{\"unit\":\"ns\",\"samples\":[",
            i ? "," : "", i + 1, i + 1, i);
        for (int j = 0; j < samples; j++)
            buf_printf(out, "%s%d.%03d", j ? "," : "", i + 1, j);
        buf_add(out, "],\"launches\":[");
        for (int j = 0; j < samples; j++)
            buf_printf(out, "%s%d", j ? "," : "", samples - 1 - j);
        buf_add(out, "],\"distribution\":{\"n\":3,\"min\":1,\"p50\":2,\"p99\":4.5,\"max\":5,"
                     "\"buckets\":[[1,2],[4,1]]}}},\"launches\":[");
        for (int j = 0; j < samples; j++)
            buf_printf(out, "%s{\"round\":%d,\"duration_ns\":1000,\"foreign_cpu_ns\":500}",
                       j ? "," : "", j / 2);
        buf_add(out, "]}");
    }
}

static void make(struct buf *out, bool plain, int cells, int samples)
{
    static const char run[] = "\"run\":{\"id\":\"r\",\"status\":\"complete\"}",
                      host[] = "\"host\":{\"hostname\":\"h\"}";
    buf_reset(out);
    /* Where the header stands behind the cells the whole is read as one tree. */
    buf_printf(out, "{\"schema\":\"contend.result/1\",");
    if (plain)
        buf_printf(out, "%s,%s,", run, host);
    buf_add(out, "\"cells\":[");
    add_cells(out, cells, samples);
    buf_add(out, "]");
    if (!plain)
        buf_printf(out, ",%s,%s", run, host);
    buf_add(out, ",\"later\":true}\n");
}

static void check_same(const struct result *a, const struct result *b)
{
    if (!CHECK_EQ(a->cell_count, b->cell_count))
        return;
    CHECK(json_is_true(json_object_get(a->json, "later")));
    for (size_t i = 0; i < a->cell_count; i++) {
        const struct result_cell *x = &a->cells[i], *y = &b->cells[i];
        const struct result_metric *m = &x->metrics[0], *n = &y->metrics[0];
        CHECK_EQ(x->id, y->id);
        CHECK(json_equal(json_object_get(x->json, "future"), json_object_get(y->json, "future")));
        CHECK_EQ(x->launch_count, y->launch_count);
        CHECK_EQ(x->foreign_cpus, y->foreign_cpus);
        CHECK_EQ(x->foreign_cpus, 0.5);
        CHECK_EQ(m->summary.center, n->summary.center);
        CHECK_EQ(m->distribution->p99, 4.5);
        CHECK_EQ(n->distribution->p99, 4.5);
        CHECK(isnan(m->distribution->p90) && isnan(n->distribution->p90));
        if (!CHECK_EQ(m->sample_count, n->sample_count))
            return;
        for (size_t j = 0; j < m->sample_count; j++) {
            CHECK_EQ(m->samples[j], n->samples[j]);
            CHECK_EQ(result_round(x, m, j), result_round(y, n, j));
            CHECK_EQ(result_round(x, m, j), (m->sample_count - 1 - j) / 2);
        }
    }
}

static void both_ways_of_reading_give_one_result(void)
{
    struct buf text = {0};
    struct result slim, tree;
    struct err err = {0};
    make(&text, true, 7, 9);
    if (!CHECK_MSG(!result_parse(&slim, "x.json", text.data, text.len, &err), "%s", err.text))
        return;
    CHECK(json_object_get(slim.json, "cells") == NULL);
    make(&text, false, 7, 9);
    if (CHECK_MSG(!result_parse(&tree, "x.json", text.data, text.len, &err), "%s", err.text)) {
        check_same(&slim, &tree);
        result_unload(&tree);
    }
    result_unload(&slim);
    buf_release(&text);
}

/* Larger than what is read at once: cells lie across the pieces. */
static void a_file_is_read_in_pieces(void)
{
    char path[] = "/tmp/result_scan.XXXXXX";
    struct buf text = {0};
    struct result pieces, whole;
    struct err err = {0};
    int fd = mkstemp(path);
    make(&text, true, 700, 200);
    if (!CHECK(fd >= 0 && text.len > 6000000 &&
               write(fd, text.data, text.len) == (ssize_t)text.len))
        return;
    close(fd);
    if (CHECK_MSG(!result_load(&pieces, path, &err), "%s", err.text)) {
        CHECK(json_object_get(pieces.json, "cells") == NULL);
        if (CHECK(!result_parse(&whole, path, text.data, text.len, &err))) {
            check_same(&pieces, &whole);
            result_unload(&whole);
        }
        result_unload(&pieces);
    }
    CHECK_EQ(truncate(path, (off_t)text.len - 5000000), 0);
    CHECK_EQ(result_load(&pieces, path, &err), -1);
    CHECK_CONTAINS(err.text, ":1:");
    unlink(path);
    buf_release(&text);
}

static void a_wrong_number_is_named_as_ever(void)
{
    struct buf text = {0};
    struct result r;
    struct err err = {0};
    make(&text, true, 3, 4);
    char *at = strstr(strstr(text.data, "tasks=2"), "2.002");
    memcpy(at, "null ", 5);
    CHECK_EQ(result_parse(&r, "x.json", text.data, text.len, &err), -1);
    CHECK_EQ(err.text, "x.json: cells[1].metrics.x_ns.samples[2]: expected a number, found null");
    memcpy(at, "2.00x", 5);
    err = (struct err){0};
    CHECK_EQ(result_parse(&r, "x.json", text.data, text.len, &err), -1);
    CHECK_CONTAINS(err.text, "x.json:1:");
    buf_release(&text);
}

/* What kept CPUs from a cell is what others used and what the hypervisor took, where it is known.
 */
static void the_ledger_adds_what_was_stolen_to_what_others_used(void)
{
    struct slim_ledger l = {0};
    slim_ledger_add(&l, 100, 5, 20);
    CHECK_EQ(l.known_ns, 100.0);
    CHECK_EQ(l.foreign_ns, 25.0);
    slim_ledger_add(&l, 50, 1, NAN); /* no steal where nobody could take it */
    CHECK_EQ(l.known_ns, 150.0);
    CHECK_EQ(l.foreign_ns, 26.0);
    slim_ledger_add(&l, 50, NAN, 7); /* a launch of which nothing is known counts for nothing */
    slim_ledger_add(&l, 0, 7, 7);
    CHECK_EQ(l.known_ns, 150.0);
    CHECK_EQ(l.foreign_ns, 26.0);
}

static const struct test tests[] = {
    {"the_ledger_adds_what_was_stolen_to_what_others_used",
     the_ledger_adds_what_was_stolen_to_what_others_used},
    {"numbers_are_the_nearest_doubles", numbers_are_the_nearest_doubles},
    {"numbers_drawn_at_random_are_too", numbers_drawn_at_random_are_too},
    {"what_is_no_number_of_json_is_not_taken", what_is_no_number_of_json_is_not_taken},
    {"a_value_is_delimited", a_value_is_delimited},
    {"both_ways_of_reading_give_one_result", both_ways_of_reading_give_one_result},
    {"a_file_is_read_in_pieces", a_file_is_read_in_pieces},
    {"a_wrong_number_is_named_as_ever", a_wrong_number_is_named_as_ever},
    {0},
};

TEST_MAIN(tests)
