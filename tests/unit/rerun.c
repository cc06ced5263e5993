#include "bench/judge/rerun/rerun.h"
#include "bench/page/formats.h"
#include "tests/test.h"

static void load(struct result *out, const char *kernel, const char *nofile, double scale)
{
    struct buf text = {0};
    struct err err = {0};
    buf_printf(
        &text,
        "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"r%.3f\",\"started_at\":"
        "\"2026-01-31T12:00:00Z\",\"status\":\"complete\",\"rounds\":40,\"seed\":1,\"tool\":{"
        "\"name\":\"contend\",\"version\":\"1\",\"runtime\":\"contend 1\"}},\"host\":{"
        "\"hostname\":\"h\",\"cpus_allowed\":2,\"kernel\":\"%s\",\"limits\":{\"nofile\":%s}},"
        "\"cells\":[{\"id\":\"spin/none/thread/tasks=2\",\"role\":\"measured\",\"workload\":"
        "\"spin\",\"workload_kind\":\"cpu\",\"lock\":\"none\",\"executor\":\"thread\","
        "\"tasks\":2,\"workers\":0,\"placement\":\"free\",\"params\":{},\"status\":\"ok\","
        "\"warnings\":[],\"launches\":[",
        scale, kernel, nofile);
    for (int i = 0; i < 40; i++)
        buf_printf(&text, "%s{\"round\":%d,\"duration_ns\":1000000}", i ? "," : "", i);
    buf_add(&text, "],\"metrics\":{\"throughput_per_s\":{\"unit\":\"per_s\",\"better\":\"higher\","
                   "\"nature\":\"noisy\",\"group\":\"throughput\",\"definition\":\"d\",\"source\":"
                   "\"clock\",\"samples\":[");
    for (int i = 0; i < 40; i++)
        buf_printf(&text, "%s%.9g", i ? "," : "", scale * (1e6 + i % 5));
    buf_add(&text, "]}}}]}");
    if (!CHECK_EQ(result_parse(out, "x.json", buf_text(&text), text.len, &err), 0))
        printf("  %s\n", err.text);
    buf_release(&text);
}

static void every_verdict_has_its_grounds(void)
{
    static const struct {
        const char *kernel, *nofile;
        double scale;
        enum rerun_verdict verdict;
        const char *words[3];
    } rows[] = {
        {"k", "10", 1.001, RERUN_REPRODUCED, {"reproduced: ", "what they were", NULL}},
        {"k", "11", 1.001, RERUN_REPRODUCED, {"reproduced: ", "nofile: 10 against 11", NULL}},
        {"k", "10", 0.5, RERUN_NOT_REPRODUCED, {"not reproduced: ", "slower", NULL}},
        {"k", "10", 2, RERUN_NOT_REPRODUCED, {"not reproduced: ", "faster", NULL}},
        {"z", "12", 1.001, RERUN_NOT_COMPARABLE, {"kernel: \"k\" against \"z\"", "nofile", NULL}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct result before, now;
        struct page page;
        struct buf out = {0};
        struct err err = {0};
        enum rerun_verdict verdict;
        load(&before, "k", "10", 1);
        load(&now, rows[i].kernel, rows[i].nofile, rows[i].scale);
        if (!CHECK_EQ(rerun_page(&page, &before, &now, &verdict, &err), 0))
            return;
        CHECK_MSG(verdict == rows[i].verdict, "row %zu: %s", i, rerun_verdict_name(verdict));
        CHECK_EQ(page_write(&page, "text", &(struct page_style){0}, &out, &err), 0);
        for (size_t w = 0; rows[i].words[w]; w++)
            CHECK_CONTAINS(buf_text(&out), rows[i].words[w]);
        page_release(&page);
        buf_release(&out);
        result_unload(&before);
        result_unload(&now);
    }
}

static const struct test tests[] = {
    {"every_verdict_has_its_grounds", every_verdict_has_its_grounds},
    {0},
};

TEST_MAIN(tests)
