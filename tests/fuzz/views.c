/* What is said of results with odd names and numbers: report, scaling and compare, in each format.
 */
/* fuzz: rooms table compare scaling */
#include "bench/judge/compare/compare.h"
#include "bench/judge/scaling/scaling.h"
#include "bench/judge/table/report.h"
#include "tests/fuzz/lib/made_result.h"
#include "tests/fuzz/lib/page_check.h"

static const struct page_style style = {.width = 80, .utf8 = true};

static void check_report(const struct result *results, size_t count, struct input *in)
{
    static const char *const rows[] = {"executor,tasks", "workload", "id", "host,lock", NULL},
                             *const metrics[] = {"all", "throughput_per_s", NULL},
                             *const filters[] = {"tasks>1", "role=control", NULL};
    struct err err = {0};
    struct page p;
    struct report_request request = {
        .table = {.rows = input_below(in, 2) ? input_word(in, rows) : NULL,
                  .cols = input_below(in, 4) == 0 ? input_word(in, rows) : NULL,
                  .metrics = input_below(in, 2) ? input_word(in, metrics) : NULL,
                  .filter = input_below(in, 4) == 0 ? input_word(in, filters) : NULL,
                  .with_ratios = input_below(in, 2)},
        .with_sentences = input_below(in, 2)};
    page_init(&p, "contend report");
    if (report_page(&p, results, count, &request, &err))
        target_expect_reason("report", &err);
    else
        page_check(&p, &style);
    page_release(&p);
}

static void check_scaling(const struct result *results, size_t count)
{
    struct err err = {0};
    struct scaling scaling;
    struct page p;
    if (scaling_of(&scaling, results, count, NULL, USL_RELATIVE, &err)) {
        target_expect_reason("scaling", &err);
        return;
    }
    page_init(&p, "contend report");
    scaling_page(&p, &scaling);
    page_check(&p, &style);
    page_release(&p);
    scaling_release(&scaling);
}

static void check_compare(const struct result *results, size_t count)
{
    struct err err = {0};
    struct comparison c;
    struct page p;
    const struct compare_side base = {results, 1}, head = {results + 1, count - 1};
    const struct compare_request request = {.metric = "all", .tolerance = 0.03};
    if (compare_results(&c, &base, &head, &request, &err)) {
        target_expect_reason("compare", &err);
        return;
    }
    page_init(&p, "contend compare");
    compare_page(&p, &c, true);
    page_check(&p, &style);
    page_release(&p);
    comparison_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { RESULTS_MAX = 3 };
    static const char *const names[] = {"a.json", "b.json", "c.json"};
    struct result results[RESULTS_MAX];
    struct input in;
    struct err err = {0};
    size_t count = 0;
    input_open(&in, data, size);
    for (size_t wanted = 1 + input_below(&in, RESULTS_MAX), i = 0; i < wanted; i++)
        count += !made_result(&in, names[i], &results[count]);
    if (count && !results_tell_apart(results, count, &err)) {
        check_report(results, count, &in);
        check_scaling(results, count);
        if (count > 1)
            check_compare(results, count);
    }
    for (size_t i = 0; i < count; i++)
        result_unload(&results[i]);
    input_close(&in);
    return 0;
}
