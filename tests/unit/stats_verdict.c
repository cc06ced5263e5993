/* Where an interval lies, and what it takes to settle a row. */
#include "bench/stats/verdict.h"

#include "bench/base/rng.h"
#include "bench/stats/evalue.h"
#include "tests/test.h"

static void a_verdict_is_where_the_interval_lies(void)
{
    static const struct {
        double lo, hi, tolerance;
        enum verdict verdict;
    } rows[] = {
        {0.011, 0.02, 0.01, VERDICT_SLOWER},     {-0.02, -0.011, 0.01, VERDICT_FASTER},
        {-0.005, 0.005, 0.01, VERDICT_SAME},     {0.001, 0.005, 0.01, VERDICT_SHIFTED},
        {-0.005, -0.001, 0.01, VERDICT_SHIFTED}, {0.005, 0.02, 0.01, VERDICT_UNDECIDED},
        {-0.02, 0.005, 0.01, VERDICT_UNDECIDED}, {-0.02, 0.02, 0.01, VERDICT_UNDECIDED},
        {0.01, 0.02, 0.01, VERDICT_UNDECIDED},   {0, 0, 0, VERDICT_SAME},
        {0, 0.01, 0.01, VERDICT_SAME},           {1e-9, 1e-9, 0, VERDICT_SLOWER},
        {NAN, NAN, 0.01, VERDICT_UNDECIDED},     {-INFINITY, INFINITY, 0.01, VERDICT_UNDECIDED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum verdict v = verdict_of(rows[i].lo, rows[i].hi, rows[i].tolerance);
        CHECK_EQ(verdict_name(v), verdict_name(rows[i].verdict));
    }
}

static void names_are_the_words_of_the_reports(void)
{
    CHECK_EQ(verdict_name(VERDICT_SLOWER), "slower");
    CHECK_EQ(verdict_name(VERDICT_NOT_COMPARABLE), "not comparable");
}

static void more_pairs_see_less(void)
{
    double needed = log(40), before = INFINITY;
    for (size_t n = 10; n < 10000; n *= 2) {
        double seen = verdict_detectable(n, 0.05, 0.01, needed);
        CHECK(seen > 0.01);
        CHECK(seen < before);
        before = seen;
    }
    CHECK_EQ(verdict_detectable(7, 0.05, 0.01, needed), INFINITY);
    CHECK_EQ(verdict_detectable(0, 0.05, 0.01, needed), INFINITY);
    CHECK_EQ(verdict_detectable(8, 0, 0.01, needed), 0.01);
}

static void pairs_to_settle_detect_what_is_left(void)
{
    double needed = log(40);
    size_t n = verdict_pairs_to_settle(0.05, 0.05, 0.01, needed);
    CHECK(n > 8);
    CHECK(verdict_detectable(n, 0.05, 0.01, needed) <= 0.05);
    CHECK_EQ(verdict_pairs_to_settle(-0.05, 0.05, 0.01, needed), n);
    CHECK_EQ(verdict_pairs_to_settle(0.01, 0.05, 0.01, needed), 0);
    CHECK_EQ(verdict_pairs_to_settle(NAN, 0.05, 0.01, needed), 0);
    CHECK(verdict_pairs_to_settle(0, 0.05, 0.01, needed) > n);
    CHECK_EQ(verdict_pairs_to_settle(0.05, 0, 0.01, needed), 8);
}

/* The promise behind the number: normal pairs with just that effect are found in about 8 of 10. */
static void the_detectable_effect_is_found_eight_times_in_ten(void)
{
    enum { TRIALS = 1000, PAIRS = 60 };
    double needed = log(40), effect = verdict_detectable(PAIRS, 1, 0, needed);
    struct rng r = {4};
    int found = 0;
    for (int t = 0; t < TRIALS; t++) {
        size_t above = 0;
        for (int i = 0; i < PAIRS; i++) {
            double sum = -6;
            for (int j = 0; j < 12; j++)
                sum += (double)(rng_next(&r) >> 11) / 9007199254740992.0;
            above += sum + effect > 0;
        }
        found += evalue_sign_ln(above, PAIRS) >= needed;
    }
    CHECK(found >= TRIALS * 70 / 100);
    CHECK(found <= TRIALS * 90 / 100);
}

static const struct test tests[] = {
    {"a_verdict_is_where_the_interval_lies", a_verdict_is_where_the_interval_lies},
    {"names_are_the_words_of_the_reports", names_are_the_words_of_the_reports},
    {"more_pairs_see_less", more_pairs_see_less},
    {"pairs_to_settle_detect_what_is_left", pairs_to_settle_detect_what_is_left},
    {"the_detectable_effect_is_found_eight_times_in_ten",
     the_detectable_effect_is_found_eight_times_in_ten},
    {0},
};
TEST_MAIN(tests)
