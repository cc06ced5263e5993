/* Verdicts on samples made by hand: what is confirmed, refuted, left open, and why. */
#include "bench/judge/claims/judge.h"
#include "bench/judge/claims/show.h"
#include "tests/test.h"

static const struct claim_part below_two = {.text = "a", .metric = "makespan_ns", .below = 2};
static const struct claim_part above_two = {.text = "b", .metric = "throughput_per_s", .above = 2};
static const struct claim_part none_lost = {
    .text = "c", .metric = "lost_updates", .effect = EFFECT_NEVER};

/* count values, all `most` but the first `other_count`, which are `other`. */
static enum standing judge(const struct claim_part *part, double most, size_t count, double other,
                           size_t other_count, size_t tests, double load, struct part_verdict *out)
{
    double effects[64];
    for (size_t i = 0; i < count; i++)
        effects[i] = i < other_count ? other : most;
    return judge_effect(part, effects, count, tests, load, out);
}

static void an_interval_on_the_claims_side_confirms(void)
{
    struct part_verdict v;
    CHECK_EQ(judge(&below_two, 1.5, 6, 0, 0, 1, 0, &v), STANDING_CONFIRMED);
    CHECK_EQ(judge(&above_two, 2.1, 6, 0, 0, 1, 0, &v), STANDING_CONFIRMED);
    CHECK_EQ(v.reason, "");
    /* Confirming the whole of a claim needs no correction: many tests beside it change nothing. */
    CHECK_EQ(judge(&below_two, 1.5, 6, 0, 0, 1000, 0, &v), STANDING_CONFIRMED);
}

static void one_outlier_of_eleven_does_not_matter(void)
{
    struct part_verdict v;
    CHECK_EQ(judge(&below_two, 1.5, 11, 50, 1, 40, 0, &v), STANDING_CONFIRMED);
    CHECK_EQ(judge(&below_two, 1.5, 11, 50, 2, 40, 0, &v), STANDING_UNDECIDED);
}

static void five_rounds_are_too_few_to_confirm(void)
{
    struct part_verdict v;
    CHECK_EQ(judge(&below_two, 1.5, 5, 0, 0, 1, 0, &v), STANDING_UNDECIDED);
    CHECK_CONTAINS(v.reason, "too few");
    /* All five on the other side have 1/32 by chance: enough where one effect is judged. */
    CHECK_EQ(judge(&below_two, 2.5, 5, 0, 0, 1, 0, &v), STANDING_REFUTED);
    CHECK_EQ(judge(&below_two, 2.5, 4, 0, 0, 1, 0, &v), STANDING_UNDECIDED);
}

static void refuting_pays_for_all_that_is_judged_at_once(void)
{
    struct part_verdict v;
    /* 2^-11 is below 0.05/40, 2^-9 is not, and 12/2^11 (one of eleven elsewhere) is not. */
    CHECK_EQ(judge(&below_two, 2.5, 11, 0, 0, 40, 0, &v), STANDING_REFUTED);
    CHECK_EQ(judge(&below_two, 2.5, 9, 0, 0, 40, 0, &v), STANDING_UNDECIDED);
    CHECK_CONTAINS(v.reason, "among 40");
    CHECK_EQ(judge(&below_two, 2.5, 11, 1, 1, 40, 0, &v), STANDING_UNDECIDED);
    CHECK_EQ(judge(&below_two, 2.5, 9, 0, 0, 4, 0, &v), STANDING_REFUTED);
}

static void load_is_no_refutation(void)
{
    struct part_verdict v;
    CHECK_EQ(judge(&below_two, 2.5, 11, 0, 0, 1, 0.5, &v), STANDING_UNDECIDED);
    CHECK_CONTAINS(v.reason, "50 % of the machine");
    /* Beyond what load could have done. */
    CHECK_EQ(judge(&below_two, 6.5, 11, 0, 0, 1, 0.5, &v), STANDING_REFUTED);
    CHECK_EQ(judge(&above_two, 1.9, 11, 0, 0, 1, 0.5, &v), STANDING_UNDECIDED);
    CHECK_EQ(judge(&above_two, 0.6, 11, 0, 0, 1, 0.5, &v), STANDING_REFUTED);
}

/* Buggy: two threads under one lock did twice the work of one, where fifteen other programs shared
 * the CPUs: who steps aside half of the time gets a larger share of the rest. */
static void load_may_push_either_way(void)
{
    static const struct claim_part no_gain = {
        .text = "d", .metric = "throughput_per_s", .below = 1.25};
    struct part_verdict v;
    CHECK_EQ(judge(&no_gain, 1.9, 11, 0, 0, 1, 0.9, &v), STANDING_UNDECIDED);
    CHECK_EQ(judge(&no_gain, 1.9, 11, 0, 0, 1, 0.1, &v), STANDING_REFUTED);
    CHECK_EQ(judge(&no_gain, 4, 11, 0, 0, 1, 0.9, &v), STANDING_REFUTED);
}

static void both_bounds_are_looked_at(void)
{
    static const struct claim_part range = {
        .text = "e", .metric = "throughput_per_s", .above = 0.8, .below = 1.25};
    struct part_verdict v;
    CHECK_EQ(judge(&range, 1, 11, 0, 0, 1, 0, &v), STANDING_CONFIRMED);
    CHECK_EQ(judge(&range, 0.5, 11, 0, 0, 1, 0, &v), STANDING_REFUTED);
    CHECK_EQ(judge(&range, 2, 11, 0, 0, 1, 0, &v), STANDING_REFUTED);
    /* Half below, half above: the median is anywhere. */
    CHECK_EQ(judge(&range, 2, 10, 0.5, 5, 1, 0, &v), STANDING_UNDECIDED);
}

static void one_counter_example_refutes_a_never(void)
{
    struct part_verdict v;
    CHECK_EQ(judge(&none_lost, 0, 2, 0, 0, 1, 0, &v), STANDING_CONFIRMED);
    CHECK_EQ(judge(&none_lost, 0, 11, 3, 1, 1000, 1, &v), STANDING_REFUTED);
}

static void a_pool_that_never_pays_off_is_shown_as_such(void)
{
    static const struct claim_part pays = {
        .text = "f", .metric = "lifecycle_ns", .effect = EFFECT_BREAKEVEN, .below = 10000};
    struct part_verdict v;
    char text[80];
    CHECK_EQ(judge(&pays, (double)INFINITY, 11, 0, 0, 1, 0, &v), STANDING_REFUTED);
    effect_text(&v, text, sizeof text);
    CHECK_EQ((const char *)text, "never [never, never]");
    CHECK_EQ(judge(&pays, 4, 11, 0, 0, 1, 0, &v), STANDING_CONFIRMED);
}

/* Buggy: two decimals in any case: "0.00x [0.00x, 0.00x]", "5.95x [5.02x, 8.91x]". */
static void an_effect_has_the_digits_its_interval_deserves(void)
{
    static const struct claim_part ratio = {.effect = EFFECT_RATIO},
                                   value = {.effect = EFFECT_VALUE};
    static const struct {
        const struct claim_part *part;
        struct summary effect;
        const char *text;
    } cases[] = {
        {&ratio, {.n = 11, .center = 1.992, .lo = 1.976, .hi = 2.0155}, "1.992x [1.976, 2.015]"},
        {&ratio,
         {.n = 11, .center = 0.00045, .lo = 0.00012, .hi = 0.00065},
         "0.00045x [0.00012, 0.00065]"},
        {&ratio, {.n = 11, .center = 9.03, .lo = 6.07, .hi = 10.41}, "9.0x [6.1, 10.4]"},
        {&ratio, {.n = 11, .center = 1603, .lo = 1384, .hi = 2791}, "1600x [1400, 2800]"},
        {&value, {.n = 11, .center = 2.5, .lo = 2.5, .hi = 2.5}, "2.5 [2.5, 2.5]"},
        {&value, {.n = 11, .center = 0, .lo = 0, .hi = 0}, "0 [0, 0]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct part_verdict v = {.part = cases[i].part, .effect = cases[i].effect};
        char text[80];
        effect_text(&v, text, sizeof text);
        CHECK_EQ((const char *)text, cases[i].text);
    }
}

/* ---- From a result ----------------------------------------------------------------- */

/* Two cells of memory_bytes: 3 samples short in one of them, rounds named. */
static const char *const result_text =
    "{\"schema\":\"contend.result/1\",\"run\":{\"id\":\"x\",\"status\":\"complete\"},"
    "\"host\":{\"hostname\":\"h\",\"cpus_allowed\":%d},\"cells\":[%s]}";

static void add_cell(struct buf *b, const char *executor, const char *samples)
{
    buf_printf(b,
               "%s{\"id\":\"noop/none/%s/tasks=50\",\"workload\":\"noop\",\"lock\":\"none\","
               "\"executor\":\"%s\",\"tasks\":50,\"status\":\"ok\",\"metrics\":{\"memory_bytes\":"
               "{\"unit\":\"bytes\",\"better\":\"lower\",\"nature\":\"noisy\",\"source\":\"x\","
               "\"samples\":[%s]}},\"launches\":[{\"round\":0,\"duration_ns\":1000},"
               "{\"round\":1,\"duration_ns\":1000},{\"round\":2,\"duration_ns\":1000},"
               "{\"round\":3,\"duration_ns\":1000},{\"round\":4,\"duration_ns\":1000},"
               "{\"round\":5,\"duration_ns\":1000}]}",
               b->len ? "," : "", executor, executor, samples);
}

static bool parse(struct result *r, int cpus, const char *cells)
{
    struct buf text = {0};
    struct err err = {0};
    char *format = strdup(result_text), *mark = strstr(format, "%d");
    *mark = '\0';
    buf_printf(&text, "%s%d", format, cpus);
    char *rest = mark + 2, *place = strstr(rest, "%s");
    *place = '\0';
    buf_printf(&text, "%s%s%s", rest, cells, place + 2);
    int failed = result_parse(r, "made.json", buf_text(&text), text.len, &err);
    buf_release(&text);
    free(format);
    return CHECK_MSG(!failed, "%s", err.text);
}

static struct claim_list only(const char *name)
{
    struct claim_list list = {.items = {claim_find(name, NULL)}, .count = 1};
    return list;
}

static void cells_are_paired_round_by_round(void)
{
    struct buf cells = {0};
    struct result r;
    static struct verdicts v;
    add_cell(&cells, "coroutine", "10,20,30,40,50,60");
    add_cell(&cells, "thread", "20,40,60,80,100,120");
    add_cell(&cells, "process", "30,60,90,120,150,180");
    if (!parse(&r, 2, buf_text(&cells)))
        return;
    struct claim_list list = only("memory");
    CHECK_EQ(judge_claims(&v, &list, NULL, &r, false, NULL), 0);
    CHECK_EQ(v.items[0].verdict, STANDING_CONFIRMED);
    CHECK_NEAR(v.items[0].parts[0].effect.lo, 2, 1e-12);
    CHECK_NEAR(v.items[0].parts[0].effect.hi, 2, 1e-12);
    CHECK_NEAR(v.items[0].parts[1].effect.center, 1.5, 1e-12);
    CHECK_EQ(v.counts[STANDING_CONFIRMED], 1);
    result_unload(&r);
    buf_release(&cells);
}

/* One launch: 100 hand-overs a second over 0.2 s of clock are 20, in 50 ms of CPU time. */
static void rates_count_against_the_clock_and_against_cpu_time(void)
{
    static const char *const cell =
        "{\"id\":\"spin/gil/thread/tasks=2,turns=500\",\"workload\":\"spin\",\"lock\":\"gil\","
        "\"executor\":\"thread\",\"tasks\":2,\"lock_params\":{\"interval\":5000000},"
        "\"status\":\"ok\",\"metrics\":{"
        "\"handoffs_per_s\":{\"unit\":\"per_s\",\"better\":\"neutral\",\"nature\":\"noisy\","
        "\"source\":\"x\",\"samples\":[100]},"
        "\"makespan_ns\":{\"unit\":\"ns\",\"better\":\"lower\",\"nature\":\"noisy\","
        "\"source\":\"x\",\"samples\":[200000000]},"
        "\"thread_cpu_ns\":{\"unit\":\"ns\",\"better\":\"lower\",\"nature\":\"noisy\","
        "\"source\":\"x\",\"samples\":[50000000]}},"
        "\"launches\":[{\"round\":0,\"duration_ns\":1000}]}";
    struct result r;
    static struct verdicts v;
    struct claim_list list = only("switch_interval");
    if (!parse(&r, 2, cell))
        return;
    CHECK_EQ(judge_claims(&v, &list, NULL, &r, false, NULL), 0);
    CHECK_NEAR(v.items[0].parts[0].effect.center, 2, 1e-9);
    CHECK_NEAR(v.items[0].parts[1].effect.center, 0.5, 1e-9);
    CHECK_EQ(v.items[0].parts[2].verdict, STANDING_NOT_TESTABLE);
    result_unload(&r);
}

static void what_is_not_there_is_named(void)
{
    struct buf cells = {0};
    struct result r;
    static struct verdicts v;
    add_cell(&cells, "coroutine", "10,20,30,40,50,60");
    add_cell(&cells, "thread", "20,40,60,80,100,120");
    if (!parse(&r, 2, buf_text(&cells)))
        return;
    struct claim_list list = only("memory");
    CHECK_EQ(judge_claims(&v, &list, NULL, &r, false, NULL), 0);
    CHECK_EQ(v.items[0].verdict, STANDING_NOT_TESTABLE);
    CHECK_EQ(v.items[0].parts[0].verdict, STANDING_CONFIRMED);
    CHECK_CONTAINS(v.items[0].parts[1].reason, "noop/none/process/tasks=50");
    list = only("startup");
    CHECK_EQ(judge_claims(&v, &list, NULL, &r, false, NULL), 0);
    CHECK_CONTAINS(v.items[0].parts[0].reason, "has no lifecycle_ns");
    result_unload(&r);
    buf_release(&cells);
}

static void one_cpu_cannot_show_parallelism(void)
{
    struct result r;
    static struct verdicts v;
    struct claim_list list = only("extensions");
    if (!parse(&r, 1, ""))
        return;
    CHECK_EQ(judge_claims(&v, &list, NULL, &r, false, NULL), 0);
    CHECK_EQ(v.items[0].verdict, STANDING_NOT_TESTABLE);
    CHECK_CONTAINS(v.items[0].parts[0].reason, "needs 2 CPUs and one is allowed");
    result_unload(&r);
}

static void an_interpreter_is_asked_less(void)
{
    struct result r;
    static struct verdicts v;
    struct claim_list list = only("memory");
    if (!parse(&r, 2, ""))
        return;
    CHECK_EQ(judge_claims(&v, &list, NULL, &r, true, NULL), 0);
    CHECK_EQ(v.items[0].part_count, 0);
    list = only("one_at_a_time");
    CHECK_EQ(judge_claims(&v, &list, NULL, &r, true, NULL), 0);
    CHECK_EQ(v.items[0].part_count, 1);
    CHECK_CONTAINS(v.items[0].parts[0].reason, "spin/gil/thread/tasks=2");
    result_unload(&r);
}

static const struct test tests[] = {
    {"an_interval_on_the_claims_side_confirms", an_interval_on_the_claims_side_confirms},
    {"one_outlier_of_eleven_does_not_matter", one_outlier_of_eleven_does_not_matter},
    {"five_rounds_are_too_few_to_confirm", five_rounds_are_too_few_to_confirm},
    {"refuting_pays_for_all_that_is_judged_at_once", refuting_pays_for_all_that_is_judged_at_once},
    {"load_is_no_refutation", load_is_no_refutation},
    {"load_may_push_either_way", load_may_push_either_way},
    {"both_bounds_are_looked_at", both_bounds_are_looked_at},
    {"one_counter_example_refutes_a_never", one_counter_example_refutes_a_never},
    {"an_effect_has_the_digits_its_interval_deserves",
     an_effect_has_the_digits_its_interval_deserves},
    {"a_pool_that_never_pays_off_is_shown_as_such", a_pool_that_never_pays_off_is_shown_as_such},
    {"cells_are_paired_round_by_round", cells_are_paired_round_by_round},
    {"rates_count_against_the_clock_and_against_cpu_time",
     rates_count_against_the_clock_and_against_cpu_time},
    {"what_is_not_there_is_named", what_is_not_there_is_named},
    {"one_cpu_cannot_show_parallelism", one_cpu_cannot_show_parallelism},
    {"an_interpreter_is_asked_less", an_interpreter_is_asked_less},
    {0},
};
TEST_MAIN(tests)
