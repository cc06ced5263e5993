/* Rows, controls and the correction over all of them. */
#include "bench/judge/compare/compare.h"

#include "bench/base/buf.h"
#include "bench/base/rng.h"
#include "bench/judge/compare/apart.h"
#include "bench/judge/compare/rows.h"
#include "bench/page/formats.h"

#include "tests/test.h"

#include <gsl/gsl_cdf.h>

/* A result is put together as text: cells with one noisy metric of twelve rounds. */
struct draft {
    struct buf text;
    bool any;
    int handoffs_per_s; /* of the cells that follow; 0: they do not tell */
};

static void begin(struct draft *d, const char *run)
{
    *d = (struct draft){0};
    buf_printf(&d->text,
               "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"%s\",\"status\":\"complete\","
               "\"tool\":{\"runtime\":\"contend 0.1.0\"}},\"host\":{\"hostname\":\"h\","
               "\"cpus_allowed\":2},\"cells\":[",
               run);
}

/* Rounds spread evenly over center +- spread (a ratio). */
static void add_cell_of(struct draft *d, const char *role, int tasks, const char *metric,
                        const char *group, const char *better, double center, double spread)
{
    buf_printf(&d->text,
               "%s{\"id\":\"spin/none/thread/tasks=%d\",\"role\":\"%s\",\"workload\":\"spin\","
               "\"lock\":\"none\",\"executor\":\"thread\",\"tasks\":%d,\"status\":\"ok\","
               "\"metrics\":{\"%s\":{\"unit\":\"ns\",\"better\":\"%s\",\"group\":\"%s\","
               "\"samples\":[",
               d->any ? "," : "", tasks, role, tasks, metric, better, group);
    for (int i = 0; i < 12; i++)
        buf_printf(&d->text, "%s%.6f", i ? "," : "", center * (1 + spread * (2 * i - 11) / 11));
    buf_add(&d->text, "]}");
    for (int i = 0; i < 12 && d->handoffs_per_s; i++)
        buf_printf(&d->text, "%s%d",
                   i ? ","
                     : ",\"handoffs_per_s\":{\"unit\":\"per_s\",\"better\":\"neutral\","
                       "\"group\":\"contention\",\"samples\":[",
                   d->handoffs_per_s);
    buf_add(&d->text, d->handoffs_per_s ? "]}},\"launches\":[" : "},\"launches\":[");
    for (int i = 0; i < 12; i++)
        buf_printf(&d->text, "%s{\"round\":%d,\"duration_ns\":1000000,\"foreign_cpu_ns\":0}",
                   i ? "," : "", i);
    buf_add(&d->text, "]}");
    d->any = true;
}

static void add_cell(struct draft *d, const char *role, int tasks, const char *metric,
                     const char *group, double center, double spread)
{
    add_cell_of(d, role, tasks, metric, group, "lower", center, spread);
}

static bool end(struct draft *d, struct result *out)
{
    struct err err = {0};
    buf_add(&d->text, "]}");
    bool ok = !result_parse(out, "draft.json", d->text.data, d->text.len, &err);
    CHECK_MSG(ok, "%s", err.text);
    buf_release(&d->text);
    return ok;
}

static bool compare(struct comparison *out, const struct result *base, const struct result *head,
                    const char *metric)
{
    static struct compare_side sides[2];
    struct compare_request request = {.tolerance = 0.03, .metric = metric};
    struct err err = {0};
    sides[0] = (struct compare_side){base, 1};
    sides[1] = (struct compare_side){head, 1};
    return CHECK_MSG(!compare_results(out, &sides[0], &sides[1], &request, &err), "%s", err.text);
}

static const struct compare_row *row_of(const struct comparison *c, const char *id)
{
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->rows[i].id, id))
            return &c->rows[i];
    static const struct compare_row none = {.verdict = VERDICT_NOT_COMPARABLE};
    return &none;
}

/* Base and head of `rows` cells, of which the first is slower by `factor` in head. */
static enum compare_limit first_of(int rows, double factor, double spread, enum verdict *verdict)
{
    struct draft d;
    struct result base, head;
    struct comparison c;
    begin(&d, "b");
    for (int i = 1; i <= rows; i++)
        add_cell(&d, "measured", i, "startup_ns", "startup", 1000, spread);
    if (!end(&d, &base))
        return LIMIT_NONE;
    begin(&d, "h");
    for (int i = 1; i <= rows; i++)
        add_cell(&d, "measured", i, "startup_ns", "startup", i == 1 ? 1000 * factor : 1000, spread);
    enum compare_limit limit = LIMIT_NONE;
    *verdict = VERDICT_NOT_COMPARABLE;
    if (end(&d, &head)) {
        if (compare(&c, &base, &head, NULL)) {
            *verdict = row_of(&c, "spin/none/thread/tasks=1")->verdict;
            limit = row_of(&c, "spin/none/thread/tasks=1")->limit;
            CHECK_EQ(c.judged, (size_t)rows);
            CHECK_EQ(c.count, (size_t)rows);
            comparison_release(&c);
        }
        result_unload(&head);
    }
    result_unload(&base);
    return limit;
}

/* What a cell's CPU time became 1.5 times is called, with a lock that changes hands so often. */
static enum verdict half_as_much_again(int handoffs_per_s, const char *group)
{
    struct draft d;
    struct result sides[2];
    struct comparison c;
    enum verdict verdict = VERDICT_NOT_COMPARABLE;
    for (int side = 0; side < 2; side++) {
        begin(&d, side ? "h" : "b");
        d.handoffs_per_s = handoffs_per_s;
        add_cell(&d, "measured", 2, "cpu_per_op_ns", group, side ? 1500 : 1000, 0.01);
        if (!end(&d, &sides[side]))
            return verdict;
    }
    if (compare(&c, &sides[0], &sides[1], "cpu_per_op_ns")) {
        verdict = row_of(&c, "spin/none/thread/tasks=2")->verdict;
        comparison_release(&c);
    }
    result_unload(&sides[0]);
    result_unload(&sides[1]);
    return verdict;
}

static void a_lock_that_is_handed_over_all_the_time_has_moments_of_its_own(void)
{
    CHECK_EQ(half_as_much_again(0, "cpu"), VERDICT_SLOWER);
    CHECK_EQ(half_as_much_again(200, "cpu"), VERDICT_SLOWER); /* an interpreter's */
    CHECK_EQ(half_as_much_again(500000, "cpu"), VERDICT_UNDECIDED);
    CHECK_EQ(half_as_much_again(500000, "throughput"), VERDICT_UNDECIDED);
    CHECK_EQ(half_as_much_again(500000, "startup"), VERDICT_SLOWER);
}

static void what_holds_alone_need_not_hold_among_many(void)
{
    enum verdict v;
    first_of(1, 1.2, 0.05, &v);
    CHECK_EQ(v, VERDICT_SLOWER);
    CHECK_EQ(first_of(300, 1.2, 0.05, &v), LIMIT_CORRECTION);
    CHECK_EQ(v, VERDICT_UNDECIDED);
    first_of(300, 3, 0.05, &v);
    CHECK_EQ(v, VERDICT_SLOWER);
    CHECK_EQ(first_of(1, 1.02, 0.5, &v), LIMIT_SPREAD);
    CHECK_EQ(v, VERDICT_UNDECIDED);
    CHECK_EQ(first_of(1, 1.02, 0.01, &v), LIMIT_MOMENT);
    CHECK_EQ(first_of(1, 1.085, 0.01, &v), LIMIT_MOMENT);
    CHECK_EQ(v, VERDICT_SLOWER);
    /* Alone there is nothing to correct for: a row that changed is never "not among 1". */
    for (int percent = 101; percent < 200; percent++)
        CHECK(first_of(1, percent / 100.0, 0.05, &v) != LIMIT_CORRECTION);
}

/* Asked for by name it is told, whichever way it went; neither way is worse. */
static void a_neutral_metric_is_shifted_and_never_worse(void)
{
    static const struct {
        const char *better;
        double factor;
        enum verdict verdict;
    } rows[] = {
        {"neutral", 1.5, VERDICT_SHIFTED}, {"neutral", 1 / 1.5, VERDICT_SHIFTED},
        {"lower", 1.5, VERDICT_SLOWER},    {"lower", 1 / 1.5, VERDICT_FASTER},
        {"higher", 1.5, VERDICT_FASTER},   {"higher", 1 / 1.5, VERDICT_SLOWER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct draft d;
        struct result base, head;
        struct comparison c;
        for (int side = 0; side < 2; side++) {
            begin(&d, side ? "h" : "b");
            add_cell_of(&d, "measured", 1, "switches", "startup", rows[i].better,
                        side ? 1000 * rows[i].factor : 1000, 0.01);
            end(&d, side ? &head : &base);
        }
        if (compare(&c, &base, &head, "switches")) {
            const struct compare_row *row = row_of(&c, "spin/none/thread/tasks=1");
            CHECK_MSG(row->verdict == rows[i].verdict, "%s by %g: %s", rows[i].better,
                      rows[i].factor, verdict_name(row->verdict));
            if (rows[i].verdict == VERDICT_SHIFTED)
                CHECK_CONTAINS(row->reason, "neither direction is worse");
            comparison_release(&c);
        }
        result_unload(&base);
        result_unload(&head);
    }
}

static void with_control(double cell_factor, double control_factor, struct comparison *c,
                         struct result *base, struct result *head)
{
    struct draft d;
    for (int side = 0; side < 2; side++) {
        begin(&d, side ? "h" : "b");
        add_cell(&d, "measured", 1, "startup_ns", "startup", side ? 1000 * cell_factor : 1000,
                 0.01);
        add_cell(&d, "control", 2, "makespan_ns", "throughput", side ? 1e6 * control_factor : 1e6,
                 0.01);
        end(&d, side ? head : base);
    }
    compare(c, base, head, "startup_ns,makespan_ns");
}

static void a_control_that_moved_widens_the_others(void)
{
    struct result base, head;
    struct comparison c;
    with_control(1.12, 1.0, &c, &base, &head);
    CHECK_EQ(row_of(&c, "spin/none/thread/tasks=1")->verdict, VERDICT_SLOWER);
    CHECK_EQ(c.count, 1);
    comparison_release(&c);
    result_unload(&base);
    result_unload(&head);

    with_control(1.12, 1.06, &c, &base, &head);
    CHECK_EQ(row_of(&c, "spin/none/thread/tasks=1")->verdict, VERDICT_UNDECIDED);
    CHECK_EQ(row_of(&c, "spin/none/thread/tasks=1")->limit, LIMIT_CONTROL);
    CHECK_NEAR(c.control_shift, log(1.06), 1e-6);
    comparison_release(&c);
    result_unload(&base);
    result_unload(&head);

    /* Beyond doubt: no moment does that; it is a row, and excuses nothing. */
    with_control(2, 2, &c, &base, &head);
    CHECK_EQ(row_of(&c, "spin/none/thread/tasks=1")->verdict, VERDICT_SLOWER);
    CHECK(row_of(&c, "spin/none/thread/tasks=2")->is_control);
    CHECK_EQ(row_of(&c, "spin/none/thread/tasks=2")->verdict, VERDICT_SLOWER);
    CHECK_EQ(c.control_shift, 0.0);
    comparison_release(&c);
    result_unload(&base);
    result_unload(&head);
}

/*
 * Ten cells whose throughput moved by `step` more each, to both sides, and one by `planted`: what
 * moments did shows in the rows of a kind, and says how much one of them may be believed.
 */
static enum verdict among_kin(double step, double planted, enum compare_limit *limit)
{
    struct draft d;
    struct result base, head;
    struct comparison c;
    enum verdict v = VERDICT_NOT_COMPARABLE;
    for (int side = 0; side < 2; side++) {
        begin(&d, side ? "h" : "b");
        for (int i = 0; i <= 10; i++)
            add_cell(&d, "measured", i + 1, "throughput_ns", "throughput",
                     side ? 1000 * exp(i ? step * (i - 5.5) : planted) : 1000, 0.005);
        end(&d, side ? &head : &base);
    }
    if (compare(&c, &base, &head, "throughput_ns")) {
        v = row_of(&c, "spin/none/thread/tasks=1")->verdict;
        *limit = row_of(&c, "spin/none/thread/tasks=1")->limit;
        comparison_release(&c);
    }
    result_unload(&base);
    result_unload(&head);
    return v;
}

/* Ten cells that vary by themselves, as contended locks do, and a quiet one that was planted. */
static enum verdict among_noisy_kin(double planted)
{
    struct draft d;
    struct result base, head;
    struct comparison c;
    enum verdict v = VERDICT_NOT_COMPARABLE;
    for (int side = 0; side < 2; side++) {
        begin(&d, side ? "h" : "b");
        for (int i = 0; i <= 10; i++)
            add_cell(&d, "measured", i + 1, "throughput_ns", "throughput",
                     side ? 1000 * exp(i ? 0.03 * (i - 5.5) : planted) : 1000, i ? 0.2 : 0.005);
        end(&d, side ? &head : &base);
    }
    if (compare(&c, &base, &head, "throughput_ns")) {
        v = row_of(&c, "spin/none/thread/tasks=1")->verdict;
        comparison_release(&c);
    }
    result_unload(&base);
    result_unload(&head);
    return v;
}

/* Ten cells that compute, and a control, on a machine of which others took so much (a share). */
static bool busy_side(struct result *out, const char *run, const char *smt, double factor,
                      double control_factor, double share)
{
    struct draft d = {0};
    buf_printf(&d.text,
               "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"%s\",\"status\":\"complete\","
               "\"tool\":{\"runtime\":\"contend 0.1.0\"}},\"host\":{\"hostname\":\"h\","
               "\"cpus_allowed\":2%s},\"cells\":[",
               run, smt);
    for (int i = 0; i <= 10; i++) {
        double f = i == 0 ? control_factor : factor;
        buf_printf(&d.text,
                   "%s{\"id\":\"spin/none/thread/tasks=%d\",\"role\":\"%s\",\"workload\":\"spin\","
                   "\"lock\":\"none\",\"executor\":\"thread\",\"tasks\":%d,\"status\":\"ok\","
                   "\"metrics\":{",
                   i ? "," : "", i + 1, i ? "measured" : "control", i + 1);
        for (int m = 0; m < 2; m++) {
            buf_printf(
                &d.text,
                "%s\"%s\":{\"unit\":\"ns\",\"better\":\"lower\",\"group\":\"%s\",\"samples\":[",
                m ? "," : "", m ? "makespan_ns" : "cpu_per_op_ns", m ? "throughput" : "cpu");
            for (int k = 0; k < 9; k++)
                buf_printf(&d.text, "%s%.6f", k ? "," : "",
                           1000 * f * (1 + 0.004 * (k * (i + 3) % 9 - 4) / 4));
            buf_add(&d.text, "]}");
        }
        buf_add(&d.text, "},\"launches\":[");
        for (int k = 0; k < 9; k++)
            buf_printf(&d.text, "%s{\"round\":%d,\"duration_ns\":1000000,\"foreign_cpu_ns\":%.0f}",
                       k ? "," : "", k, 2e6 * share);
        buf_add(&d.text, "]}");
    }
    return end(&d, out);
}

static size_t slower_of(const char *smt, double factor, double control_factor, const char *metric)
{
    struct result base, head;
    struct comparison c;
    size_t slower = 0;
    if (!busy_side(&base, "b", smt, 1, 1, 0.5))
        return 0;
    if (busy_side(&head, "h", smt, factor, control_factor, 0.9)) {
        if (compare(&c, &base, &head, metric)) {
            for (size_t i = 0; i < c.count; i++)
                slower += !c.rows[i].is_control && c.rows[i].verdict == VERDICT_SLOWER;
            comparison_release(&c);
        }
        result_unload(&head);
    }
    result_unload(&base);
    return slower;
}

static void cpu_time_is_told_apart_on_a_busy_machine(void)
{
    static const char apart[] = ",\"smt\":false";
    CHECK_EQ(slower_of(apart, 1.12, 1, "cpu_per_op_ns"), 10);
    CHECK_EQ(slower_of(apart, 1.02, 1, "cpu_per_op_ns"), 0);
    /* Others took their share of the window, and of a core that two CPUs are. */
    CHECK_EQ(slower_of(apart, 1.12, 1, "makespan_ns"), 0);
    CHECK_EQ(slower_of(",\"smt\":true", 1.12, 1, "cpu_per_op_ns"), 0);
    CHECK_EQ(slower_of("", 1.12, 1, "cpu_per_op_ns"), 0);
    /* The control moved as well, in CPU time: so do moments. */
    CHECK_EQ(slower_of(apart, 1.08, 1.06, "cpu_per_op_ns"), 0);
}

static void what_its_kind_does_a_row_may_do_too(void)
{
    CHECK_EQ(among_noisy_kin(0.12), VERDICT_SLOWER);
    enum compare_limit limit;
    CHECK_EQ(among_kin(0.001, 0.12, &limit), VERDICT_SLOWER);
    CHECK_EQ(among_kin(0.03, 0.12, &limit), VERDICT_UNDECIDED);
    CHECK_EQ(limit, LIMIT_KIN);
}

static double normal(struct rng *r)
{
    return gsl_cdf_ugaussian_Pinv(((double)(rng_next(r) >> 11) + 0.5) / 0x1p53);
}

static struct moment drawn_side(struct rng *r, size_t files, double drift, size_t rounds)
{
    struct moment all[3];
    for (size_t f = 0; f < files; f++) {
        double values[31], moment = drift * normal(r);
        for (size_t i = 0; i < rounds; i++)
            values[i] = exp(moment + 0.01 * normal(r));
        all[f] = moment_of(values, rounds, MOMENT_FLOOR, 0, MOMENT_ALL_ROUNDS);
    }
    return moment_pool(all, files);
}

/*
 * One program at moments that move each row by far more than one file can know: forty rows
 * together do know.  Few rounds, few files and many rounds: all of them, seldom a false word.
 */
static void forty_rows_know_what_moments_do(void)
{
    enum { ROWS = 40, TRIALS = 100 };
    static const size_t files[] = {1, 1, 2, 2, 3}, rounds[] = {3, 31, 3, 31, 31};
    static struct compare_row rows[ROWS];
    struct rng r = {.state = 41};
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        int wrong = 0;
        for (int t = 0; t < TRIALS; t++) {
            struct comparison c = {.rows = rows, .count = ROWS, .tolerance = log(1.03)};
            bool is_wrong = false;
            for (size_t i = 0; i < ROWS; i++) {
                struct moment base = drawn_side(&r, files[k], 0.1, rounds[k]),
                              head = drawn_side(&r, files[k], 0.1, rounds[k]);
                rows[i] = (struct compare_row){.id = "", .workload = "w", .group = "throughput"};
                rows[i].shift = moment_shift_of(&base, &head, 0, COMPARE_LEVEL);
            }
            CHECK(!compare_correct(&c, NULL));
            for (size_t i = 0; i < ROWS; i++)
                is_wrong |= rows[i].verdict == VERDICT_SLOWER || rows[i].verdict == VERDICT_FASTER;
            wrong += is_wrong;
        }
        CHECK_MSG(wrong <= 8, "%zu files, %zu rounds: %d of %d comparisons", files[k], rounds[k],
                  wrong, TRIALS);
    }
}

static void moments_differ_by_what_their_results_do(void)
{
    struct result results[3];
    struct apart a;
    struct err err = {0};
    for (int i = 0; i < 3; i++) {
        struct draft d;
        begin(&d, "m");
        /* Centers apart by 0.02 and by 0.04 from one moment to the next; one kind each. */
        add_cell(&d, "measured", 1, "throughput_ns", "throughput", 1000 * exp(0.02 * i), 0);
        add_cell(&d, "measured", 2, "startup_ns", "startup", 1000 * exp(0.04 * i), 0);
        add_cell(&d, "measured", 3, "startup_ns", "startup", 500, 0);
        end(&d, &results[i]);
    }
    CHECK_EQ(apart_of(&a, results, 2, &err), -1);
    CHECK_EQ(err.code, ERR_INPUT);
    CHECK_EQ(apart_of(&a, results, 3, &err), 0);
    for (size_t i = 0; i < a.count; i++) {
        bool is_startup = !strcmp(a.kinds[i].group, "startup");
        CHECK_EQ(a.kinds[i].rows, is_startup ? 2 : 1);
        /* Standard deviations of 0.02 and 0.04 a file; two rows, of which one stands still. */
        CHECK_NEAR(a.kinds[i].sd, is_startup ? 0.04 : 0.02 * M_SQRT2, 1e-6);
        /* Two degrees of freedom: the lower tenth of chi-square is -2 ln 0.9. */
        CHECK_NEAR(a.kinds[i].sd_most / a.kinds[i].sd, sqrt(2 / (-2 * log(0.9))), 1e-6);
    }
    CHECK(a.count >= 1);
    /* exp(0.04 * 3.08) - 1 is 13.11 %: the limit that is said is none too small. */
    static const struct {
        const char *format, *words;
    } shown[] = {
        {"text", "  contend compare BASE HEAD --moment-sd 13.2%\n"},
        {"markdown", "`contend compare BASE HEAD --moment-sd 13.2%`"},
        {"json", "\"moment_sd_ratio\": 0.132,"},
        {"csv", "startup,2,0.0408"},
        {0},
    };
    struct page page;
    apart_page(&page, &a, 3);
    for (size_t i = 0; shown[i].format; i++) {
        struct buf out = {0};
        CHECK_EQ(page_write(&page, shown[i].format, &(struct page_style){0}, &out, &err), 0);
        CHECK_CONTAINS(buf_text(&out), shown[i].words);
        buf_release(&out);
    }
    page_release(&page);
    for (int i = 0; i < 3; i++)
        result_unload(&results[i]);
}

static void usual_metrics_first_and_all_when_there_are_none(void)
{
    static const struct {
        const char *name, *group;
        bool is_usual;
    } rows[] = {{"throughput_per_s", "throughput", true},
                {"wake_lateness_ns", "latency", true},
                {"task_time_ns", "latency", false},
                {"reap_ns", "startup", false},
                {"process_cpu_ns", "cpu", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct draft d;
        struct result base, head;
        struct comparison c;
        for (int side = 0; side < 2; side++) {
            begin(&d, side ? "h" : "b");
            add_cell(&d, "measured", 1, rows[i].name, rows[i].group, 10, 0.01);
            add_cell(&d, "measured", 2, "lifecycle_ns", "startup", 10, 0.01);
            end(&d, side ? &head : &base);
        }
        if (compare(&c, &base, &head, NULL))
            CHECK_MSG(c.count == (rows[i].is_usual ? 2 : 1), "%s", rows[i].name);
        comparison_release(&c);
        if (compare(&c, &base, &head, "all"))
            CHECK_EQ(c.count, 2);
        comparison_release(&c);
        result_unload(&base);
        result_unload(&head);
    }
    struct draft d;
    struct result base, head;
    struct comparison c;
    for (int side = 0; side < 2; side++) {
        begin(&d, side ? "h" : "b");
        add_cell(&d, "measured", 1, "reap_ns", "startup", 10, 0.01);
        end(&d, side ? &head : &base);
    }
    if (compare(&c, &base, &head, NULL))
        CHECK_EQ(c.count, 1);
    comparison_release(&c);
    result_unload(&base);
    result_unload(&head);
}

static const struct test tests[] = {
    {"a_lock_that_is_handed_over_all_the_time_has_moments_of_its_own",
     a_lock_that_is_handed_over_all_the_time_has_moments_of_its_own},
    {"what_holds_alone_need_not_hold_among_many", what_holds_alone_need_not_hold_among_many},
    {"a_neutral_metric_is_shifted_and_never_worse", a_neutral_metric_is_shifted_and_never_worse},
    {"a_control_that_moved_widens_the_others", a_control_that_moved_widens_the_others},
    {"cpu_time_is_told_apart_on_a_busy_machine", cpu_time_is_told_apart_on_a_busy_machine},
    {"what_its_kind_does_a_row_may_do_too", what_its_kind_does_a_row_may_do_too},
    {"forty_rows_know_what_moments_do", forty_rows_know_what_moments_do},
    {"moments_differ_by_what_their_results_do", moments_differ_by_what_their_results_do},
    {"usual_metrics_first_and_all_when_there_are_none",
     usual_metrics_first_and_all_when_there_are_none},
    {0},
};

TEST_MAIN(tests)
