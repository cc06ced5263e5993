/* Log ratios of pairs and the sign-flip test. */
#include "bench/stats/paired.h"

#include "bench/core/rng.h"
#include "tests/test.h"

static double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

static void a_log_ratio_is_positive_where_head_is_worse(void)
{
    const double base[] = {100, 100, 100}, head[] = {102, 100, 50};
    double x[3];
    struct err err = {0};
    CHECK_EQ(paired_log_ratios(base, head, 3, false, x, &err), 0);
    CHECK_NEAR(log_ratio_to_change(x[0]), 0.02, 1e-15);
    CHECK_EQ(x[1], 0.0);
    CHECK_NEAR(x[2], -log(2), 1e-15);
    CHECK_EQ(paired_log_ratios(base, head, 3, true, x, &err), 0);
    CHECK_NEAR(log_ratio_to_change(x[0]), 1 / 1.02 - 1, 1e-15);
    CHECK_NEAR(log_ratio_of_change(log_ratio_to_change(x[2])), log(2), 1e-15);
}

static void a_value_without_a_logarithm_is_named(void)
{
    static const double broken[] = {0, -1, INFINITY, NAN};
    for (size_t i = 0; i < 4; i++) {
        const double base[] = {1, 1}, head[] = {1, broken[i]};
        double x[2];
        struct err err = {0};
        CHECK_EQ(paired_log_ratios(base, head, 2, false, x, &err), -1);
        CHECK_EQ(err.code, ERR_INPUT);
        CHECK_CONTAINS(err.text, "pair 2: head");
        err = (struct err){0};
        CHECK_EQ(paired_log_ratios(head, base, 2, false, x, &err), -1);
        CHECK_CONTAINS(err.text, "pair 2: base");
    }
}

static void extremes_do_not_leave_the_range(void)
{
    const double base[] = {1e-300}, head[] = {1e300};
    double x[1];
    CHECK_EQ(paired_log_ratios(base, head, 1, false, x, NULL), 0);
    CHECK_NEAR(x[0], 600 * log(10), 1e-9);
}

/* Of the 2^n patterns, by hand. */
static void flips_are_counted_exactly(void)
{
    const double all_up[] = {1, 2, 3};
    CHECK_EQ(paired_flip_p(all_up, 3, 0, 0, 1), 1.0 / 8);
    const double one_down[] = {-1, 2, 3}; /* 6 and 4 are at least 4 */
    CHECK_EQ(paired_flip_p(one_down, 3, 0, 0, 1), 2.0 / 8);
    const double none[] = {0, 0, 0};
    CHECK_EQ(paired_flip_p(none, 3, 0, 0, 1), 1.0);
    CHECK_EQ(paired_flip_p(none, 0, 0, 0, 1), 1.0);
    /* Shifted by 1: 0, 1, 2 against all eight sums of which two are 3. */
    CHECK_EQ(paired_flip_p(all_up, 3, 1, 0, 1), 2.0 / 8);
}

static void drawn_flips_agree_with_the_exact_ones(void)
{
    double x[15];
    struct rng r = {7};
    for (size_t i = 0; i < 14; i++)
        x[i] = uniform(&r) - 0.35;
    x[14] = 0; /* of no weight, but one more than is enumerated */
    double exact = paired_flip_p(x, 14, 0, 0, 1);
    CHECK_NEAR(paired_flip_p(x, 15, 0, 20000, 1), exact, 0.015);
    CHECK_EQ(paired_flip_p(x, 15, 0, 999, 5), paired_flip_p(x, 15, 0, 999, 5));
}

/* One pair in twenty takes twice as long: the median cannot see it, the mean does. */
static void a_rare_convoy_is_seen(void)
{
    double x[400];
    struct rng r = {11};
    for (size_t i = 0; i < 400; i++)
        x[i] = 0.01 * (uniform(&r) - 0.5) + (i % 20 == 0 ? 0.7 : 0);
    CHECK(paired_flip_p(x, 400, 0.01, 9999, 3) < 0.001);
    CHECK_NEAR(paired_mean(x, 400), 0.035, 0.001);
}

static void the_flip_test_keeps_its_level(void)
{
    struct rng r = {99};
    int rejected = 0;
    enum { TRIALS = 1000, PAIRS = 20 };
    for (int t = 0; t < TRIALS; t++) {
        double x[PAIRS];
        for (int i = 0; i < PAIRS; i++) {
            double u = uniform(&r) - 0.5;
            x[i] = u * u * u / (0.5001 - fabs(u)); /* symmetric, heavy tails */
        }
        rejected += paired_flip_p(x, PAIRS, 0, 199, rng_next(&r)) <= 0.05;
    }
    CHECK(rejected <= 71); /* 50 expected, three standard deviations more */
    CHECK(rejected >= 29);
}

static const struct test tests[] = {
    {"a_log_ratio_is_positive_where_head_is_worse", a_log_ratio_is_positive_where_head_is_worse},
    {"a_value_without_a_logarithm_is_named", a_value_without_a_logarithm_is_named},
    {"extremes_do_not_leave_the_range", extremes_do_not_leave_the_range},
    {"flips_are_counted_exactly", flips_are_counted_exactly},
    {"drawn_flips_agree_with_the_exact_ones", drawn_flips_agree_with_the_exact_ones},
    {"a_rare_convoy_is_seen", a_rare_convoy_is_seen},
    {"the_flip_test_keeps_its_level", the_flip_test_keeps_its_level},
    {0},
};
TEST_MAIN(tests)
