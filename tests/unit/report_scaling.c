/* Sweeps over tasks are found by the cells' ids; what does not carry a law is shown without one. */
#include "bench/report/scaling.h"
#include "tests/test.h"

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
static char *report_of(const char *cells, struct err *err)
{
    struct buf text = {0}, out = {0};
    struct result r;
    buf_printf(&text, "%s%s]}", head, cells);
    CHECK_MSG(!result_parse(&r, "a.json", text.data, text.len, err), "%s", err->text);
    int status = scaling_report(&out, &r, 1, NULL, err);
    result_unload(&r);
    buf_release(&text);
    if (!status)
        return buf_steal(&out);
    buf_release(&out);
    return NULL;
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
    {"a_sweep_is_shown_with_its_law", a_sweep_is_shown_with_its_law},
    {"too_few_points_have_no_law_and_say_so", too_few_points_have_no_law_and_say_so},
    {"without_a_sweep_there_is_an_error", without_a_sweep_there_is_an_error},
    {0},
};
TEST_MAIN(tests)
