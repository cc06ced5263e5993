/* Log ratios of pairs and the sign-flip test. */
#include "bench/stats/paired.h"

#include "bench/base/rng.h"
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

/* One pair in twenty takes twice as long: the median cannot see it, the mean does. */
static void a_rare_convoy_is_seen(void)
{
    double x[400];
    struct rng r = {11};
    for (size_t i = 0; i < 400; i++)
        x[i] = 0.01 * (uniform(&r) - 0.5) + (i % 20 == 0 ? 0.7 : 0);
    CHECK_NEAR(paired_mean(x, 400), 0.035, 0.001);
}

static const struct test tests[] = {
    {"a_log_ratio_is_positive_where_head_is_worse", a_log_ratio_is_positive_where_head_is_worse},
    {"a_value_without_a_logarithm_is_named", a_value_without_a_logarithm_is_named},
    {"extremes_do_not_leave_the_range", extremes_do_not_leave_the_range},
    {"a_rare_convoy_is_seen", a_rare_convoy_is_seen},
    {0},
};
TEST_MAIN(tests)
