/* Change points on series with known answers; all seeds are fixed. */
#include "bench/stats/changepoint.h"

#include "bench/core/rng.h"
#include "tests/test.h"

#include <gsl/gsl_cdf.h>

enum { MOST = 120 };

static const struct changepoint_plan plan = {
    .before_min = CHANGEPOINT_BEFORE_MIN,
    .after_min = CHANGEPOINT_AFTER_MIN,
    .permutations = 1999,
    .seed = 11,
};

/* Normal noise of standard deviation 1, with `step` added from `at` on. */
static void make(double *x, size_t count, size_t at, double step, uint64_t seed)
{
    struct rng rng = {seed};
    for (size_t i = 0; i < count; i++) {
        double u = ((double)(rng_next(&rng) >> 11) + 0.5) * 0x1p-53;
        x[i] = gsl_cdf_ugaussian_Pinv(u) + (i >= at ? step : 0);
    }
}

static void a_step_is_found_and_its_direction_told(void)
{
    double x[MOST];
    struct changepoint_test t;
    make(x, 60, 40, 3, 1);
    CHECK_EQ(changepoint_test(x, 60, &plan, &t, NULL), 0);
    CHECK(t.up.p < 0.001 && t.down.p > 0.05);
    for (size_t i = 0; i < 60; i++)
        x[i] = -x[i];
    struct changepoint_test mirror;
    CHECK_EQ(changepoint_test(x, 60, &plan, &mirror, NULL), 0);
    CHECK(mirror.down.p < 0.001 && mirror.up.p > 0.05);
    CHECK_EQ(mirror.down.at, t.up.at);
}

static void the_same_seed_gives_the_same_answer_and_scale_changes_nothing(void)
{
    double x[MOST], scaled[MOST];
    struct changepoint_test a, b, c;
    make(x, 50, 50, 0, 2);
    for (size_t i = 0; i < 50; i++)
        scaled[i] = 1024 * x[i];
    CHECK(!changepoint_test(x, 50, &plan, &a, NULL) && !changepoint_test(x, 50, &plan, &b, NULL) &&
          !changepoint_test(scaled, 50, &plan, &c, NULL));
    CHECK_EQ(a.up.p, b.up.p);
    CHECK_EQ(a.down.p, b.down.p);
    CHECK_EQ(a.up.p, c.up.p);
    CHECK_NEAR(a.up.statistic, c.up.statistic, 1e-9);
}

static void p_values_of_nothing_are_as_rare_as_they_say(void)
{
    enum { SERIES = 400 };
    double x[MOST];
    size_t below_tenth = 0, below_hundredth = 0;
    for (uint64_t s = 0; s < SERIES; s++) {
        struct changepoint_test t;
        make(x, 40, 40, 0, 1000 + s);
        changepoint_test(x, 40, &plan, &t, NULL);
        below_tenth += t.up.p <= 0.1;
        below_hundredth += t.up.p <= 0.01;
    }
    /* Binomial (400, 0.1): 40 +- 6; (400, 0.01): 4 +- 2. Four standard deviations are left. */
    CHECK_MSG(below_tenth >= 16 && below_tenth <= 64, "%zu of %d below 0.1", below_tenth, SERIES);
    CHECK_MSG(below_hundredth <= 12, "%zu of %d below 0.01", below_hundredth, SERIES);
}

static void short_and_constant_series_have_nothing_to_cut(void)
{
    double x[MOST];
    struct changepoint_test t;
    make(x, 7, 4, 100, 3);
    CHECK_EQ(changepoint_test(x, 7, &plan, &t, NULL), 0);
    CHECK_EQ(t.up.p, 1.0);
    for (size_t i = 0; i < 20; i++)
        x[i] = 5;
    CHECK_EQ(changepoint_test(x, 20, &plan, &t, NULL), 0);
    CHECK_EQ(t.up.p, 1.0);
    CHECK_EQ(t.down.p, 1.0);
    CHECK_EQ(changepoint_test(x, 0, &plan, &t, NULL), 0);
    CHECK_EQ(t.up.p, 1.0);
}

static void a_step_without_noise_is_found(void)
{
    double x[MOST] = {0};
    struct changepoint_test t;
    struct changepoint c;
    for (size_t i = 30; i < 40; i++)
        x[i] = 1;
    CHECK_EQ(changepoint_test(x, 40, &plan, &t, NULL), 0);
    CHECK(t.up.p < 0.001);
    CHECK_EQ(changepoint_locate(x, 40, &plan, &c, NULL), 0);
    CHECK_EQ(c.at, 30);
    CHECK_EQ(c.earliest, 30);
    CHECK_EQ(c.latest, 30);
    CHECK_EQ(c.move, 1.0);
    CHECK_EQ(c.spread, 0.0);
}

static void a_lone_spike_of_any_size_is_no_change(void)
{
    double x[MOST];
    for (double size = 3; size < 1e6; size *= 10)
        for (size_t at = 0; at < 40; at += 3) {
            struct changepoint_test t;
            make(x, 40, 40, 0, 5);
            x[at] += size;
            changepoint_test(x, 40, &plan, &t, NULL);
            CHECK_MSG(t.up.p > 0.01, "a spike of %g at %zu: p %g", size, at, t.up.p);
        }
}

static void lone_spikes_are_marked_and_steps_are_not(void)
{
    double x[MOST];
    bool is_spike[MOST];
    make(x, 60, 40, 50, 6); /* a step of 50 standard deviations, and two spikes */
    x[20] += 30;
    x[59] -= 30;
    CHECK_EQ(changepoint_spikes(x, 60, is_spike, NULL), 0);
    for (size_t i = 0; i < 60; i++)
        CHECK_MSG(is_spike[i] == (i == 20 || i == 59), "point %zu", i);
    make(x, 60, 58, 50, 6); /* two points at a new level */
    CHECK_EQ(changepoint_spikes(x, 60, is_spike, NULL), 0);
    for (size_t i = 0; i < 60; i++)
        CHECK_MSG(!is_spike[i], "point %zu", i);
    CHECK_EQ(changepoint_spikes(x, 4, is_spike, NULL), 0);
    CHECK(!is_spike[0]);
}

static void the_true_place_is_among_the_plausible_ones(void)
{
    enum { SERIES = 300 };
    double x[MOST];
    static const double steps[] = {1.5, 2.5, 5};
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        size_t covered = 0;
        for (uint64_t s = 0; s < SERIES; s++) {
            struct changepoint c;
            make(x, 80, 50, steps[k], 7000 + s);
            changepoint_locate(x, 80, &plan, &c, NULL);
            CHECK(c.earliest <= c.at && c.at <= c.latest);
            covered += c.earliest <= 50 && c.latest >= 50;
        }
        /* 95 of 100 are promised; 3 standard deviations of 300 trials are left. */
        CHECK_MSG(covered >= 0.95 * SERIES - 11, "%g: %zu of %d", steps[k], covered, SERIES);
    }
}

static void the_move_is_the_step(void)
{
    double x[MOST];
    struct changepoint c;
    make(x, 100, 60, 8, 8);
    CHECK_EQ(changepoint_locate(x, 100, &plan, &c, NULL), 0);
    CHECK_EQ(c.at, 60);
    CHECK_NEAR(c.move, 8, 1);
    CHECK_NEAR(c.spread, 1, 0.4);
    CHECK_NEAR(c.move_error, c.spread * sqrt(1.0 / 60 + 1.0 / 40), 1e-12);
}

static void several_steps_are_cut_one_by_one(void)
{
    double x[MOST];
    size_t cuts[MOST], count;
    make(x, 90, 30, 6, 9);
    for (size_t i = 60; i < 90; i++)
        x[i] -= 9;
    CHECK_EQ(changepoint_segment(x, 90, &plan, 0.01, cuts, &count, NULL), 0);
    if (!CHECK_EQ(count, 2))
        return;
    CHECK_EQ(cuts[0], 30);
    CHECK_EQ(cuts[1], 60);
}

static void drift_and_step_are_told_apart(void)
{
    double x[MOST];
    size_t cuts[MOST], count;
    bool is_line;
    make(x, 100, 100, 0, 10);
    for (size_t i = 0; i < 100; i++)
        x[i] += 0.08 * (double)i;
    CHECK_EQ(changepoint_segment(x, 100, &plan, 0.01, cuts, &count, NULL), 0);
    CHECK(count > 0);
    CHECK_EQ(changepoint_prefers_line(x, 100, cuts, count, &is_line, NULL), 0);
    CHECK(is_line);
    make(x, 100, 50, 4, 10);
    CHECK_EQ(changepoint_segment(x, 100, &plan, 0.01, cuts, &count, NULL), 0);
    CHECK_EQ(count, 1);
    CHECK_EQ(changepoint_prefers_line(x, 100, cuts, count, &is_line, NULL), 0);
    CHECK(!is_line);
}

static const struct test tests[] = {
    {"a_step_is_found_and_its_direction_told", a_step_is_found_and_its_direction_told},
    {"the_same_seed_gives_the_same_answer_and_scale_changes_nothing",
     the_same_seed_gives_the_same_answer_and_scale_changes_nothing},
    {"p_values_of_nothing_are_as_rare_as_they_say", p_values_of_nothing_are_as_rare_as_they_say},
    {"short_and_constant_series_have_nothing_to_cut",
     short_and_constant_series_have_nothing_to_cut},
    {"a_step_without_noise_is_found", a_step_without_noise_is_found},
    {"a_lone_spike_of_any_size_is_no_change", a_lone_spike_of_any_size_is_no_change},
    {"lone_spikes_are_marked_and_steps_are_not", lone_spikes_are_marked_and_steps_are_not},
    {"the_true_place_is_among_the_plausible_ones", the_true_place_is_among_the_plausible_ones},
    {"the_move_is_the_step", the_move_is_the_step},
    {"several_steps_are_cut_one_by_one", several_steps_are_cut_one_by_one},
    {"drift_and_step_are_told_apart", drift_and_step_are_told_apart},
    {0},
};
TEST_MAIN(tests)
