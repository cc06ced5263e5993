/*
 * What a duel found, in every format, against files in tests/golden/duel.  UPDATE_GOLDEN=1 accepts
 * what is there.
 */
#include "bench/base/file.h"
#include "bench/judge/duel/report.h"
#include "bench/stats/paired.h"
#include "tests/unit/page_refused.h"

#include <stdlib.h>

enum { SUBJECTS = 4 };

static struct duel_outcome outcomes[SUBJECTS];
static struct duel_subject subjects[SUBJECTS];
static char orders[2][DUEL_ORDER_MAX] = {"HB", "BNH"};
static const char *const words[] = {"./sort", "9000000", NULL};
static const struct duel_options options = {.limits = {.alpha = 0.05, .threshold = 0.01},
                                            .budget_ns = 5000000000,
                                            .seed = 392340954,
                                            .priority_note = "nice -20, in a session of its own"};

static struct arm_effect effect(double change, double half_width, size_t n)
{
    double center = log1p(change);
    return (struct arm_effect){
        .effect = {center, center - half_width, center + half_width, 0.95, n},
        .mean = center,
        .spread = half_width};
}

static struct duel_row *add_row(size_t i, const char *metric, const char *unit, double base,
                                double change)
{
    struct duel_row *row = &outcomes[i].rows[outcomes[i].row_count++];
    *row = (struct duel_row){.base = base,
                             .head = base * (1 + change),
                             .arms[ARM_HEAD] = effect(change, 0.004, 114),
                             .threshold_ln = log1p(0.01),
                             .tolerance_ln = log1p(0.01),
                             .detectable_ln = log1p(0.015),
                             .verdict = VERDICT_UNDECIDED,
                             .suspicion = VERDICT_UNDECIDED};
    snprintf(row->metric, sizeof row->metric, "%s", metric);
    snprintf(row->unit, sizeof row->unit, "%s", unit);
    return row;
}

static struct duel_row *add_judged(size_t i, const char *metric, const char *unit, double base,
                                   double change, enum verdict verdict)
{
    struct duel_row *row = add_row(i, metric, unit, base, change);
    row->is_gated = true;
    row->verdict = verdict;
    return row;
}

static struct duel_subject *add_subject(size_t i, const char *name, const char *base,
                                        const char *head)
{
    subjects[i] = (struct duel_subject){.name = name,
                                        .base = {.argv = words, .label = base},
                                        .head = {.argv = words, .label = head}};
    outcomes[i].lanes = 1;
    outcomes[i].first.seconds = 2.5;
    outcomes[i].first.slot_seconds = 0.04;
    return &subjects[i];
}

/* One row that is slower, twice, and its controls. */
static void add_slower(size_t i)
{
    struct duel_outcome *o = &outcomes[i];
    add_subject(i, "sort", "old/sort 9000000", "new/sort 9180000");
    add_row(i, "wall_ns", "ns", 18290000, 0.0192);
    struct duel_row *row = add_judged(i, "wall_net_ns", "ns", 18180000, 0.0191, VERDICT_SLOWER);
    row->arms[ARM_NULL] = effect(-0.002, 0.003, 38);
    row->arms[ARM_LAYOUT] = effect(-0.0005, 0.01, 1);
    row->control_pairs_least = 40;
    row->confirmation = (struct confirmation){
        .was_tried = true, .has_agreed = true, .head = effect(0.0183, 0.003, 4)};
    add_row(i, "cpu_ns", "ns", 18380000, 0.0179)->what = OBSERVED_CPU;
    add_row(i, "memory_bytes", "bytes", 2994000, 0);
    row = add_row(i, "startup_ns", "ns", (double)NAN, 0);
    snprintf(row->reason, sizeof row->reason, "only a program itself can tell when it is ready");
    o->lanes = 2;
    o->is_realtime = true;
    o->first.seen.slot_count = 2;
    o->first.orders = orders;
    o->second.seconds = 0.6;
    o->noise = (struct noise_delta){.duration_ns = 3000000000,
                                    .has_psi_cpu_some = true,
                                    .psi_cpu_some_ns = 90000000,
                                    .has_steal = true,
                                    .steal_ns = 50000000};
    snprintf(o->null_note, sizeof o->null_note, "base by a path 83 bytes longer");
    snprintf(o->layout_note, sizeof o->layout_note, "a copy of base in memory");
}

/* Rows without a verdict, of a name that means something to every notation there is. */
static void add_undecided(size_t i)
{
    add_subject(i,
                "=a|b, <i>: 50 %\xc2\x9b"
                "31m_x_",
                "./a \033[31m", "./b\nc");
    struct duel_row *row = add_judged(i, "rate_per_s", "per_s", 5.1e6, 12, VERDICT_FASTER);
    row->higher_is_better = true;
    row->arms[ARM_HEAD] = effect(1 / 13. - 1, 0.01, 30);
    row->tolerance_ln = log1p(0.3);
    row->tolerance_source = TOLERANCE_FLOOR;
    row->by_mean = true;
    row = add_judged(i, "latency_p99_ns", "ns", 81200, 0.03, VERDICT_UNDECIDED);
    row->arms[ARM_HEAD] = effect(0.03, 0.05, 9);
    row->pairs_to_settle = 5000;
    row->missing = (struct missing){.slots = 20, .base = 1, .head = 1};
    row = add_judged(i, "cost_ns", "ns", 100, 0, VERDICT_NOT_COMPARABLE);
    row->arms[ARM_HEAD] = effect(0, 0, 1);
    row->missing = (struct missing){.slots = 30, .head = 12, .head_alone = 12};
    snprintf(row->reason, sizeof row->reason, "head lacks it in 12 of 30 samples, base in 0");
    snprintf(outcomes[i].mode_note, sizeof outcomes[i].mode_note,
             "one lane: two slowed each other down by 30 %%");
}

/* A side that differs from itself. */
static void add_fired(size_t i)
{
    struct duel_subject *s = add_subject(i, "noop -> spin", "contend cell", "contend cell");
    struct duel_row *row = add_judged(i, "makespan_ns", "ns", 1000, 0.2, VERDICT_SHIFTED);
    s->is_identical = true;
    row->control_fired = true;
    row->arms[ARM_NULL] = effect(0.05, 0.01, 12);
}

/* Nothing that it prints is to be judged. */
static void add_unjudged(size_t i)
{
    add_subject(i, "quiet", "./quiet", "./quiet")->has_equal_code = true;
    add_row(i, "hits", "count", 812, 0);
}

static struct duel_report make(void)
{
    memset(outcomes, 0, sizeof outcomes);
    add_slower(0);
    add_undecided(1);
    add_fired(2);
    add_unjudged(3);
    return (struct duel_report){subjects, outcomes, SUBJECTS, &options};
}

/* ---- Each format ---------------------------------------------------------------------------- */

static void check_file(const char *format, const struct buf *out)
{
    char path[512], got[520];
    snprintf(path, sizeof path, "%s/tests/golden/duel/%s", TEST_SOURCE_DIR, format);
    bool is_update = getenv("UPDATE_GOLDEN") != NULL;
    char *expected = is_update ? NULL : file_read(path, NULL, NULL);
    bool is_same = expected && !strcmp(expected, buf_text(out));
    CHECK_MSG(is_update || is_same, "%s: it is as in %s.got", format, path);
    snprintf(got, sizeof got, "%s%s", path, is_update ? "" : ".got");
    FILE *f = is_same ? NULL : fopen(got, "w");
    if (f) {
        fputs(buf_text(out), f);
        fclose(f);
    }
    free(expected);
}

static void each_format_says_what_it_always_did(void)
{
    const struct page_style style = {.width = 0};
    struct duel_report report = make();
    struct page page;
    duel_page(&page, &report);
    page_document(&page, duel_document(&report, NULL, NULL), JSON_INDENT(1));
    for (size_t i = 0; page_formats[i]; i++) {
        struct buf out = {0};
        struct err err = {0};
        CHECK_MSG(!page_write(&page, page_formats[i], &style, &out, &err), "%s", err.text);
        if (strcmp(page_formats[i], "json")) /* holds the nice value of whoever tests */
            check_file(page_formats[i], &out);
        else
            CHECK_CONTAINS(buf_text(&out), "\"schema\": \"contend.duel/1\"");
        buf_release(&out);
    }
    page_release(&page);
}

static int write_page(const char *format, struct buf *out, struct err *err)
{
    struct duel_report report = make();
    struct page page;
    duel_page(&page, &report);
    int failed = page_write(&page, format, &(struct page_style){.width = 60}, out, err);
    page_release(&page);
    return failed;
}

static void every_refused_allocation_is_said(void)
{
    check_refusals(write_page, NULL);
}

static const struct test tests[] = {
    {"each_format_says_what_it_always_did", each_format_says_what_it_always_did},
    {"every_refused_allocation_is_said", every_refused_allocation_is_said},
    {0},
};
TEST_MAIN(tests)
