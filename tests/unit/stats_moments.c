/* Two moments: what a stored pair may say, and how often it says it wrongly. */
#include "bench/stats/moments.h"

#include "bench/base/rng.h"
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
    return moment_of(values, rounds, MOMENT_FLOOR, 0, MOMENT_ALL_ROUNDS);
}

static struct moment draw_side(struct rng *r, size_t files, double drift, double noise,
                               size_t rounds)
{
    struct moment all[8];
    for (size_t i = 0; i < files; i++)
        all[i] = draw(r, 100, drift, noise, rounds);
    return moment_pool(all, files);
}

/* The share of 99 % intervals of nothing that hold 0. */
static double coverage(struct rng *r, size_t files, double drift, double noise, size_t rounds)
{
    enum { TRIALS = 4000 };
    int covered = 0;
    for (int i = 0; i < TRIALS; i++) {
        struct moment base = draw_side(r, files, drift, noise, rounds),
                      head = draw_side(r, files, drift, noise, rounds);
        struct moment_shift s = moment_shift_of(&base, &head, 0, 0.99);
        covered += s.lo <= 0 && 0 <= s.hi;
    }
    return (double)covered / TRIALS;
}

static void a_moment_is_the_median_and_what_may_move_it(void)
{
    double values[] = {3, 1, 2};
    struct moment m = moment_of(values, 3, 0.03, 0.04, MOMENT_ALL_ROUNDS);
    CHECK_NEAR(m.center, log(2), 1e-12);
    /* ln 1, ln 2, ln 3: standard deviation 0.5564... */
    double square = ((0 - 0.59725315) * (0 - 0.59725315) +
                     (0.69314718 - 0.59725315) * (0.69314718 - 0.59725315) +
                     (1.09861229 - 0.59725315) * (1.09861229 - 0.59725315)) /
                    2;
    CHECK_NEAR(m.spread, sqrt(square), 1e-7);
    /* The spread stands for the floor where it is larger; the median of three adds to it. */
    CHECK_NEAR(m.variance, square + 0.0016 + M_PI_2 * square / 3, 1e-7);
    double rounds = square * (1 + M_PI_2 / 3);
    CHECK_NEAR(m.doubt, rounds * rounds / 2 + 0.0016 * 0.0016 / 4, 1e-7);
    double equal[] = {5, 5, 5, 5};
    m = moment_of(equal, 4, 0.03, 0, MOMENT_ALL_ROUNDS);
    CHECK_NEAR(m.variance, 0.03 * 0.03 / 2, 1e-15);
    CHECK_EQ(m.doubt, 0.0);
    /* Where others were busy the rest hardly matters: a rule of thumb, with its few degrees. */
    m = moment_of(equal, 4, 1e-9, 0.3, MOMENT_ALL_ROUNDS);
    CHECK_NEAR(moment_shift_of(&m, &m, 0, 0.99).degrees, 8, 1e-6);
}

static void a_few_dearer_rounds_of_most_are_a_neighbours(void)
{
    double quiet[] = {100, 101, 99, 100.5, 99.5, 102, 98},
           visited[] = {100, 101, 99, 100.5, 99.5, 160, 98};
    struct moment calm = moment_of(quiet, 7, 0.03, 0, MOMENT_MOST_ROUNDS),
                  most = moment_of(visited, 7, 0.03, 0, MOMENT_MOST_ROUNDS);
    CHECK(most.spread < 2 * calm.spread);
    double again[] = {100, 101, 99, 100.5, 99.5, 160, 98};
    CHECK(moment_of(again, 7, 0.03, 0, MOMENT_ALL_ROUNDS).spread > 5 * most.spread);
    CHECK_NEAR(most.center, log(100), 1e-12);
    /* More than a quarter are a mode of its own; four rounds are too few to leave any out.
     */
    double half[] = {100, 160, 99, 161, 99.5, 160, 98}, four[] = {100, 101, 99, 160};
    CHECK(moment_of(half, 7, 0.03, 0, MOMENT_MOST_ROUNDS).spread > 0.2);
    CHECK(moment_of(four, 4, 0.03, 0, MOMENT_MOST_ROUNDS).spread > 0.2);
}

static void one_round_says_nothing(void)
{
    double one[] = {100}, other[] = {1};
    struct moment base = moment_of(one, 1, 0.03, 0, MOMENT_ALL_ROUNDS),
                  head = moment_of(other, 1, 0.03, 0, MOMENT_ALL_ROUNDS);
    struct moment_shift s = moment_shift_of(&head, &base, 0, 0.99);
    CHECK(isinf(s.lo) && isinf(s.hi));
    CHECK_EQ(s.p_slower, 1.0);
    CHECK_EQ(moment_verdict(&s, 0.03), VERDICT_UNDECIDED);
    CHECK(isinf(moment_detectable(&s, 0.03, 0.99, 0.01)));
    moment_shift_widen(&s, 0.1, 10, 0.99);
    CHECK_EQ(s.source, MOMENT_NONE);
    /* Three such files a side differ, and that is something. */
    struct moment files[3];
    for (int i = 0; i < 3; i++) {
        double value[] = {100 + i};
        files[i] = moment_of(value, 1, 0.03, 0, MOMENT_ALL_ROUNDS);
    }
    base = moment_pool(files, 3);
    s = moment_shift_of(&base, &base, 0, 0.99);
    CHECK_EQ(s.source, MOMENT_BETWEEN);
    CHECK_EQ(s.degrees, 4.0);
}

static void the_sign_is_that_of_worse(void)
{
    double slow[] = {200, 201, 199, 200, 202, 198}, fast[] = {100, 101, 99, 100, 102, 98};
    struct moment base = moment_of(fast, 6, 0.03, 0, MOMENT_ALL_ROUNDS),
                  head = moment_of(slow, 6, 0.03, 0, MOMENT_ALL_ROUNDS);
    struct moment_shift time = moment_shift_of(&base, &head, 0, 0.99);
    struct moment_shift rate = moment_shift_of(&base, &head, 1, 0.99);
    CHECK_NEAR(time.effect, log(2), 1e-12);
    CHECK_NEAR(rate.effect, -log(2), 1e-12);
    CHECK_EQ(moment_verdict(&time, 0.03), VERDICT_SLOWER);
    CHECK_EQ(moment_verdict(&rate, 0.03), VERDICT_FASTER);
    CHECK_NEAR(time.p_slower, rate.p_faster, 1e-15);
    CHECK_NEAR(time.p_slower + time.p_faster, 1, 1e-12);
}

static void degrees_of_freedom_are_those_of_the_level(void)
{
    struct rng r = {.state = 3};
    for (size_t rounds = 3; rounds <= 31; rounds += 14) {
        struct moment base = draw_side(&r, 3, 0.2, 0.001, rounds),
                      head = draw_side(&r, 3, 0.2, 0.001, rounds);
        struct moment_shift s = moment_shift_of(&base, &head, 0, 0.99);
        CHECK_EQ(s.source, MOMENT_BETWEEN);
        CHECK_EQ(s.degrees, 4.0);
    }
    /* Where the floor is all there is, nothing was estimated: a normal quantile. */
    double quiet[] = {100, 100, 100};
    struct moment still = moment_of(quiet, 3, 0.03, 0, MOMENT_ALL_ROUNDS);
    struct moment_shift s = moment_shift_of(&still, &still, 0, 0.99);
    CHECK(isinf(s.degrees));
    CHECK_NEAR(s.scale, 0.03, 1e-12);
    CHECK_NEAR(s.hi, 0.03 * 2.5758293, 1e-8);
    /* Where the rounds are all there is, both sides' rounds less one each. */
    double wide[] = {100, 200, 400, 800}, too[] = {100, 200, 400, 800};
    struct moment loose = moment_of(wide, 4, 1e-9, 0, MOMENT_ALL_ROUNDS),
                  other = moment_of(too, 4, 1e-9, 0, MOMENT_ALL_ROUNDS);
    CHECK_NEAR(moment_shift_of(&loose, &other, 0, 0.99).degrees, 6, 1e-6);
}

static void files_of_one_side_sharpen_it_as_far_as_they_agree(void)
{
    double a[] = {100, 101, 99, 100, 102, 98};
    struct moment one = moment_of(a, 6, 0.03, 0, MOMENT_ALL_ROUNDS), same[4] = {one, one, one, one},
                  apart[4];
    for (int i = 0; i < 4; i++) {
        apart[i] = one;
        apart[i].center += 0.5 * i;
    }
    struct moment agree = moment_pool(same, 4), differ = moment_pool(apart, 4);
    CHECK_NEAR(agree.variance, one.variance / 4, 1e-12);
    struct moment_shift s = moment_shift_of(&agree, &agree, 0, 0.99);
    CHECK_EQ(s.source, MOMENT_ASSUMED);
    /* Centres 0, .5, 1, 1.5 apart: variance 5/12 a file, and both sides have four. */
    s = moment_shift_of(&differ, &differ, 0, 0.99);
    CHECK_EQ(s.source, MOMENT_BETWEEN);
    CHECK_EQ(s.degrees, 6.0);
    CHECK_NEAR(s.scale, sqrt(1.25 / 3 / 2), 1e-9);
    CHECK_NEAR(moment_pool(&one, 1).variance, one.variance, 0);
}

static void slower_is_a_change_and_surely_beyond_the_tolerance(void)
{
    struct moment_shift s = {.source = MOMENT_ASSUMED, .scale = 0.03, .degrees = INFINITY};
    static const struct {
        double effect, tolerance;
        enum verdict verdict;
    } rows[] = {
        {0.078, 0.03, VERDICT_SLOWER},     {-0.078, 0.03, VERDICT_FASTER},
        {0.076, 0.03, VERDICT_UNDECIDED}, /* the interval holds 0 */
        {0.078, 0.05, VERDICT_UNDECIDED}, /* not surely beyond the tolerance */
        {0.078, 0.20, VERDICT_SHIFTED},    {0.0, 0.08, VERDICT_SAME},
        {-0.088, 0.05, VERDICT_UNDECIDED}, {-0.09, 0.05, VERDICT_FASTER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        s.effect = rows[i].effect;
        s.lo = s.effect - 2.5758293 * s.scale;
        s.hi = s.effect + 2.5758293 * s.scale;
        CHECK_MSG(moment_verdict(&s, rows[i].tolerance) == rows[i].verdict, "row %zu: %s", i,
                  verdict_name(moment_verdict(&s, rows[i].tolerance)));
    }
}

static void what_is_detectable_is_just_enough(void)
{
    double a[] = {100, 101, 99, 100, 102, 98, 100, 101};
    static const double tolerances[] = {0.01, 0.03, 0.2}, needed[] = {0.01, 0.001};
    struct moment base = moment_of(a, 8, 0.03, 0, MOMENT_ALL_ROUNDS), head = base;
    for (int t = 0; t < 3; t++)
        for (int n = 0; n < 2; n++) {
            struct moment_shift s = moment_shift_of(&base, &base, 0, 0.99);
            double effect = moment_detectable(&s, tolerances[t], 0.99, needed[n]);
            head.center = base.center + effect * 1.001;
            s = moment_shift_of(&base, &head, 0, 0.99);
            CHECK(moment_verdict(&s, tolerances[t]) == VERDICT_SLOWER && s.p_slower <= needed[n]);
            head.center = base.center + effect * 0.99;
            s = moment_shift_of(&base, &head, 0, 0.99);
            CHECK(moment_verdict(&s, tolerances[t]) != VERDICT_SLOWER || s.p_slower > needed[n]);
        }
}

/* 3 standard errors of 4000 trials lie within 0.5 % of 99 %. */
static void intervals_cover_what_they_say(void)
{
    struct rng r = {.state = 20260131};
    static const double noises[] = {0, 0.01, 0.05};
    static const size_t rounds[] = {3, 7, 11, 31};
    for (size_t n = 0; n < 4; n++) {
        for (size_t i = 0; i < 3; i++) {
            double share = coverage(&r, 1, MOMENT_FLOOR * M_SQRT1_2, noises[i], rounds[n]);
            CHECK_MSG(share >= 0.985, "noise %g, %zu rounds: %g", noises[i], rounds[n], share);
        }
        /* Whatever moments do, three files a side show it, and no number of rounds hides it. */
        for (size_t files = 3; files <= 5; files++) {
            double share = coverage(&r, files, 0.1, 0.01, rounds[n]);
            CHECK_MSG(share >= 0.985, "%zu files, %zu rounds: %g", files, rounds[n], share);
        }
        double two = coverage(&r, 2, 0.1, 0.01, rounds[n]);
        CHECK_MSG(two >= 0.95, "two files, %zu rounds: %g", rounds[n], two);
    }
}

/* One file cannot know what moments do; more rounds must not make it believe that it can. */
static void rounds_are_not_moments(void)
{
    struct rng r = {.state = 11};
    double few = coverage(&r, 1, 0.1, 0.005, 3), many = coverage(&r, 1, 0.1, 0.005, 31);
    CHECK_MSG(many >= few - 0.03, "3 rounds cover %g, 31 %g", few, many);
}

static void a_tenth_is_seen_when_rounds_agree(void)
{
    struct rng r = {.state = 7};
    int seen = 0, wrong = 0;
    for (int i = 0; i < 1000; i++) {
        struct moment base = draw(&r, 100, 0.005, 0.005, 7), head = draw(&r, 110, 0.005, 0.005, 7),
                      again = draw(&r, 100, 0.005, 0.005, 7);
        struct moment_shift s = moment_shift_of(&base, &head, 0, 0.99);
        seen += moment_verdict(&s, log(1.03)) == VERDICT_SLOWER;
        s = moment_shift_of(&base, &again, 0, 0.99);
        enum verdict v = moment_verdict(&s, log(1.03));
        wrong += v == VERDICT_SLOWER || v == VERDICT_FASTER;
    }
    CHECK_MSG(seen >= 950, "%d of 1000", seen);
    CHECK_EQ(wrong, 0);
}

/* Of 40 effects `planted` were moved; most agree, and their scatter is found all the same. */
static void scatter_is_that_of_most(void)
{
    static const size_t counts[] = {0, 4, 14, 26, 36, 40};
    struct rng r = {.state = 5};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        double sum = 0, degrees = 0;
        for (int i = 0; i < 200; i++) {
            double effects[40], scale;
            for (size_t k = 0; k < 40; k++)
                effects[k] = 0.01 * normal(&r) + (k < counts[c] ? 0.2 : 0);
            CHECK(moment_scatter(effects, 40, &scale, &degrees));
            sum += scale / 200;
        }
        CHECK_MSG(sum > 0.0085 && sum < 0.0125, "%zu moved: %g", counts[c], sum);
    }
    double few[] = {1, 2, 3, 4, 5, 6, 7}, scale, degrees;
    CHECK(!moment_scatter(few, 7, &scale, &degrees));
}

static void kin_widen_and_never_narrow(void)
{
    double a[] = {100, 100, 100};
    struct moment m = moment_of(a, 3, 0.03, 0, MOMENT_ALL_ROUNDS);
    struct moment_shift s = moment_shift_of(&m, &m, 0, 0.99), before = s;
    moment_shift_widen(&s, 0.01, 30, 0.99);
    CHECK_EQ(s.source, MOMENT_ASSUMED);
    CHECK_NEAR(s.hi, before.hi, 0);
    moment_shift_widen(&s, 0.1, 30, 0.99);
    CHECK_EQ(s.source, MOMENT_KIN);
    CHECK_NEAR(s.hi, 0.1 * 2.7499957, 1e-6);
}

static const struct test tests[] = {
    {"a_moment_is_the_median_and_what_may_move_it", a_moment_is_the_median_and_what_may_move_it},
    {"a_few_dearer_rounds_of_most_are_a_neighbours", a_few_dearer_rounds_of_most_are_a_neighbours},
    {"one_round_says_nothing", one_round_says_nothing},
    {"the_sign_is_that_of_worse", the_sign_is_that_of_worse},
    {"degrees_of_freedom_are_those_of_the_level", degrees_of_freedom_are_those_of_the_level},
    {"files_of_one_side_sharpen_it_as_far_as_they_agree",
     files_of_one_side_sharpen_it_as_far_as_they_agree},
    {"slower_is_a_change_and_surely_beyond_the_tolerance",
     slower_is_a_change_and_surely_beyond_the_tolerance},
    {"what_is_detectable_is_just_enough", what_is_detectable_is_just_enough},
    {"intervals_cover_what_they_say", intervals_cover_what_they_say},
    {"rounds_are_not_moments", rounds_are_not_moments},
    {"a_tenth_is_seen_when_rounds_agree", a_tenth_is_seen_when_rounds_agree},
    {"scatter_is_that_of_most", scatter_is_that_of_most},
    {"kin_widen_and_never_narrow", kin_widen_and_never_narrow},
    {0},
};

TEST_MAIN(tests)
