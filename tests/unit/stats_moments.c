/* Two moments: what a stored pair may say, and how often it says it wrongly. */
#include "bench/stats/moments.h"

#include "bench/core/rng.h"
#include "bench/stats/verdict.h"

#include "tests/test.h"

#include <gsl/gsl_cdf.h>

static double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) / 0x1p53;
}

static double normal(struct rng *r)
{
    return gsl_cdf_ugaussian_Pinv(uniform(r));
}

/* A file: rounds around a centre that the moment shifts. */
static struct moment draw(struct rng *r, double centre, double drift, double noise, size_t rounds)
{
    double values[64], shift = drift * normal(r);
    for (size_t i = 0; i < rounds; i++)
        values[i] = centre * exp(shift + noise * normal(r));
    return moment_of(values, rounds, MOMENT_FLOOR, 0);
}

static void a_moment_is_the_median_and_what_may_move_it(void)
{
    double values[] = {3, 1, 2};
    struct moment m = moment_of(values, 3, 0.03, 0.04);
    CHECK_NEAR(m.center, log(2), 1e-12);
    /* ln 1, ln 2, ln 3: standard deviation 0.5564... */
    double spread = sqrt(((0 - 0.59725315) * (0 - 0.59725315) +
                          (0.69314718 - 0.59725315) * (0.69314718 - 0.59725315) +
                          (1.09861229 - 0.59725315) * (1.09861229 - 0.59725315)) /
                         2);
    CHECK_NEAR(m.spread, spread, 1e-7);
    CHECK_NEAR(m.scale, sqrt(spread * spread + 0.0009 + 0.0016), 1e-7);
    CHECK_EQ(m.degrees, 2.0);
}

static void one_round_says_nothing(void)
{
    double one[] = {100}, other[] = {1};
    struct moment base = moment_of(one, 1, 0.03, 0), head = moment_of(other, 1, 0.03, 0);
    struct moment_shift s = moment_shift_of(&head, &base, 0, 0.99, 0);
    CHECK(isinf(s.lo) && isinf(s.hi));
    CHECK(isinf(s.slower_ln) && s.slower_ln < 0);
    CHECK_EQ(verdict_of(s.lo, s.hi, 0.03), VERDICT_UNDECIDED);
    CHECK(isinf(moment_detectable(&s, 0.03, 3)));
}

static void the_sign_is_that_of_worse(void)
{
    double slow[] = {200, 201, 199, 200, 202, 198}, fast[] = {100, 101, 99, 100, 102, 98};
    struct moment base = moment_of(fast, 6, 0.03, 0), head = moment_of(slow, 6, 0.03, 0);
    struct moment_shift time = moment_shift_of(&base, &head, 0, 0.99, 0.03);
    struct moment_shift rate = moment_shift_of(&base, &head, 1, 0.99, 0.03);
    CHECK_NEAR(time.effect, log(2), 1e-12);
    CHECK_NEAR(rate.effect, -log(2), 1e-12);
    CHECK(time.lo > 0.03 && time.slower_ln > log(20) && time.faster_ln < 0);
    CHECK(rate.hi < -0.03 && rate.faster_ln > log(20) && rate.slower_ln < 0);
    CHECK_NEAR(time.slower_ln, rate.faster_ln, 1e-9);
}

static void files_of_one_side_sharpen_it_as_far_as_they_agree(void)
{
    double a[] = {100, 101, 99, 100, 102, 98};
    struct moment one = moment_of(a, 6, 0.03, 0), same[4] = {one, one, one, one}, apart[4];
    for (int i = 0; i < 4; i++) {
        apart[i] = one;
        apart[i].center += 0.5 * i;
    }
    struct moment agree = moment_pool(same, 4), differ = moment_pool(apart, 4);
    CHECK_NEAR(agree.scale, one.scale / 2, 1e-12);
    CHECK_EQ(agree.degrees, 20.0);
    /* Centres 0, .5, 1, 1.5 apart: standard deviation 0.6455, of the mean half of it. */
    CHECK_NEAR(differ.scale, 0.6454972 / 2, 1e-6);
    CHECK_EQ(moment_pool(&one, 1).scale, one.scale);
}

static void evidence_is_calibrated_from_p(void)
{
    /* (1 - p + p ln p) / (p ln^2 p) */
    for (double p = 0.9; p > 1e-12; p /= 3) {
        double l = log(p);
        CHECK_NEAR(evalue_of_p_ln(p), log((1 - p + p * l) / (p * l * l)), 1e-6);
    }
    CHECK_NEAR(evalue_of_p_ln(1), log(0.5), 1e-12);
    CHECK(isfinite(evalue_of_p_ln(0)) && evalue_of_p_ln(0) > 600);
    /* The mean of an e-value under the hypothesis is at most 1: the midpoint rule on p. */
    double mean = 0;
    for (int i = 0; i < 100000; i++)
        mean += exp(evalue_of_p_ln((i + 0.5) / 100000)) / 100000;
    CHECK(mean <= 1.0 && mean > 0.8);
}

static void what_is_detectable_is_just_enough(void)
{
    double a[] = {100, 101, 99, 100, 102, 98, 100, 101};
    struct moment base = moment_of(a, 8, 0.03, 0), head = base;
    struct moment_shift s = moment_shift_of(&base, &head, 0, 0.99, 0.03);
    double effect = moment_detectable(&s, 0.03, log(20));
    head.center += effect * 1.001;
    CHECK(moment_shift_of(&base, &head, 0, 0.99, 0.03).slower_ln >= log(20));
    head.center -= effect * 0.01;
    CHECK(moment_shift_of(&base, &head, 0, 0.99, 0.03).slower_ln < log(20));
}

/*
 * Identical programs at two moments.  Drift from nothing to as much as the rounds differ, and for
 * quiet rounds as much as the floor allows for: not one in a hundred is called different.
 */
static void identical_programs_are_seldom_told_apart(void)
{
    static const struct {
        double drift, noise;
        size_t rounds;
    } cases[] = {{0, 0.01, 12}, {0.03, 0.01, 12}, {0.05, 0.05, 7}, {0.2, 0.2, 12}, {0.03, 0, 5}};
    struct rng r = {.state = 20260131};
    enum { TRIALS = 2000 };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        int wrong = 0;
        for (int i = 0; i < TRIALS; i++) {
            struct moment base = draw(&r, 100, cases[c].drift, cases[c].noise, cases[c].rounds);
            struct moment head = draw(&r, 100, cases[c].drift, cases[c].noise, cases[c].rounds);
            struct moment_shift s = moment_shift_of(&base, &head, 0, 0.99, 0.01);
            enum verdict v = verdict_of(s.lo, s.hi, 0.01);
            wrong += (v == VERDICT_SLOWER && s.slower_ln >= log(20)) ||
                     (v == VERDICT_FASTER && s.faster_ln >= log(20));
        }
        CHECK_MSG(wrong <= TRIALS / 100, "case %zu: %d of %d told apart", c, wrong, TRIALS);
    }
}

static void a_doubling_is_seen_on_a_quiet_machine(void)
{
    struct rng r = {.state = 7};
    int seen = 0;
    for (int i = 0; i < 500; i++) {
        struct moment base = draw(&r, 100, 0.03, 0.02, 11), head = draw(&r, 200, 0.03, 0.02, 11);
        struct moment_shift s = moment_shift_of(&base, &head, 0, 0.99, 0.03);
        seen += verdict_of(s.lo, s.hi, 0.03) == VERDICT_SLOWER && s.slower_ln >= log(20);
    }
    CHECK_MSG(seen >= 490, "%d of 500", seen);
}

static const struct test tests[] = {
    {"a_moment_is_the_median_and_what_may_move_it", a_moment_is_the_median_and_what_may_move_it},
    {"one_round_says_nothing", one_round_says_nothing},
    {"the_sign_is_that_of_worse", the_sign_is_that_of_worse},
    {"files_of_one_side_sharpen_it_as_far_as_they_agree",
     files_of_one_side_sharpen_it_as_far_as_they_agree},
    {"evidence_is_calibrated_from_p", evidence_is_calibrated_from_p},
    {"what_is_detectable_is_just_enough", what_is_detectable_is_just_enough},
    {"identical_programs_are_seldom_told_apart", identical_programs_are_seldom_told_apart},
    {"a_doubling_is_seen_on_a_quiet_machine", a_doubling_is_seen_on_a_quiet_machine},
    {0},
};

TEST_MAIN(tests)
