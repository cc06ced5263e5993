/* Change points on series with known answers; all seeds are fixed. */
#include "bench/stats/changepoint.h"

#include "bench/base/rng.h"
#include "bench/stats/changepoint_widening.h"
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
    CHECK_EQ(changepoint_locate(x, 40, &plan, CHANGEPOINT_EITHER, &c, NULL), 0);
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
            changepoint_locate(x, 80, &plan, CHANGEPOINT_EITHER, &c, NULL);
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
    CHECK_EQ(changepoint_locate(x, 100, &plan, CHANGEPOINT_EITHER, &c, NULL), 0);
    CHECK_EQ(c.at, 60);
    CHECK_NEAR(c.move, 8, 1);
    CHECK_NEAR(c.spread, 1, 0.4);
    CHECK_NEAR(c.move_error, c.spread * sqrt(1.0 / 60 + 1.0 / 40), 1e-12);
}

/* Ten noisy points behind fifty quiet ones: the error of their mean is theirs. */
static void the_error_of_a_move_is_that_of_the_noisier_side(void)
{
    double x[MOST];
    struct changepoint c;
    make(x, 60, 50, 0, 3);
    for (size_t i = 50; i < 60; i++)
        x[i] = i % 2 ? 60 : -20;
    CHECK_EQ(changepoint_locate(x, 60, &plan, CHANGEPOINT_UP, &c, NULL), 0);
    CHECK(c.move_error > 5 * c.spread * sqrt(1.0 / (double)c.at + 1.0 / (double)(60 - c.at)));
}

static void several_steps_are_cut_one_by_one(void)
{
    double x[MOST];
    struct changepoint_cut items[MOST];
    struct changepoint_cuts cuts = {.items = items};
    make(x, 90, 30, 6, 9);
    for (size_t i = 60; i < 90; i++)
        x[i] -= 9;
    CHECK_EQ(changepoint_segment(x, 90, &plan, 0.01, &cuts, NULL), 0);
    if (!CHECK_EQ(cuts.count, 2))
        return;
    CHECK(items[0].at == 30 && items[0].is_up);
    CHECK(items[1].at == 60 && !items[1].is_up);
}

static void a_smaller_step_the_other_way_counts_by_its_own_piece(void)
{
    /* The falls are larger than what follows them, which the whole series shows no trace of. */
    static const double falls[] = {2, 5, 20, 50};
    for (size_t k = 0; k < sizeof falls / sizeof *falls; k++)
        for (int sign = -1; sign <= 1; sign += 2) {
            double x[MOST];
            struct changepoint_cut items[MOST];
            struct changepoint_cuts cuts = {.items = items};
            struct changepoint_test whole;
            double back = falls[k] > 4 ? 4 : 2;
            make(x, 110, 50, -2 * falls[k], 20 + k);
            for (size_t i = 0; i < 110; i++)
                x[i] = sign * (x[i] + (i >= 85 ? back : 0));
            CHECK_EQ(changepoint_test(x, 110, &plan, &whole, NULL), 0);
            CHECK((sign > 0 ? whole.up.p : whole.down.p) > 0.05);
            CHECK_EQ(changepoint_segment(x, 110, &plan, 0.01, &cuts, NULL), 0);
            if (!CHECK_EQ(cuts.count, 2))
                continue;
            CHECK_MSG(items[0].at >= 48 && items[0].at <= 52, "first cut at %zu", items[0].at);
            CHECK_MSG(items[1].at >= 82 && items[1].at <= 88, "second cut at %zu", items[1].at);
            CHECK_EQ(items[0].is_up, sign < 0);
            CHECK_EQ(items[1].is_up, sign > 0);
            CHECK((sign > 0 ? cuts.up.p : cuts.down.p) <= 0.01);
        }
}

static void pieces_share_what_the_whole_is_allowed(void)
{
    enum { SERIES = 300 };
    size_t false_cuts = 0, true_cuts = 0;
    for (uint64_t s = 0; s < SERIES; s++) {
        double x[MOST];
        struct changepoint_cut items[MOST];
        struct changepoint_cuts cuts = {.items = items};
        make(x, 120, 40, -12, 3000 + s);
        for (size_t i = 80; i < 120; i++)
            x[i] -= 12;
        changepoint_segment(x, 120, &plan, 0.05, &cuts, NULL);
        for (size_t i = 0; i < cuts.count; i++) {
            true_cuts += items[i].at == 40 || items[i].at == 80;
            false_cuts += items[i].is_up;
        }
    }
    /* Of three quiet pieces one in 20 is cut wrongly upwards; four standard deviations are left. */
    CHECK_EQ(true_cuts, 2 * SERIES);
    CHECK_MSG(false_cuts <= 30, "%zu in %d", false_cuts, SERIES);
}

static void what_did_not_last_is_cut_at_both_ends(void)
{
    /* Where it came back, any cut in two leaves both sides alike. */
    static const size_t shapes[][3] = {{40, 20, 30}, {30, 10, 30}, {50, 8, 40}, {20, 60, 25}};
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
        for (int sign = -1; sign <= 1; sign += 2) {
            double x[MOST];
            struct changepoint_cut items[MOST];
            struct changepoint_cuts cuts = {.items = items};
            size_t from = shapes[k][0], to = from + shapes[k][1], count = to + shapes[k][2];
            make(x, count, count, 0, 40 + k);
            for (size_t i = from; i < to; i++)
                x[i] += 8 * sign;
            CHECK_EQ(changepoint_segment(x, count, &plan, 0.01, &cuts, NULL), 0);
            if (!CHECK_EQ(cuts.count, 2))
                continue;
            CHECK_EQ(items[0].at, from);
            CHECK_EQ(items[1].at, to);
            CHECK_EQ(items[0].is_up, sign > 0);
            CHECK_EQ(items[1].is_up, sign < 0);
            CHECK(cuts.up.p <= 0.01 && cuts.down.p <= 0.01);
        }
}

static void up_and_down_again_and_again_is_cut_each_time(void)
{
    double x[MOST];
    struct changepoint_cut items[MOST];
    struct changepoint_cuts cuts = {.items = items};
    make(x, 120, 120, 0, 77);
    for (size_t i = 0; i < 120; i++)
        x[i] += i / 15 % 2 ? 6 : 0;
    CHECK_EQ(changepoint_segment(x, 120, &plan, 0.01, &cuts, NULL), 0);
    CHECK_EQ(cuts.count, 7);
    for (size_t i = 0; i < cuts.count; i++)
        CHECK_EQ(items[i].at, 15 * (i + 1));
}

static void local_p_values_of_nothing_are_as_rare_as_they_say(void)
{
    enum { SERIES = 200 };
    double x[MOST];
    size_t up = 0, down = 0, rare = 0;
    for (uint64_t s = 0; s < SERIES; s++) {
        struct changepoint_local t;
        make(x, 40, 40, 0, 7000 + s);
        CHECK_EQ(changepoint_local_test(x, 40, &plan, &t, NULL), 0);
        up += t.up.p <= 0.1;
        down += t.down.p <= 0.1;
        rare += t.up.p <= 0.01;
        CHECK(t.up.p > 0 && t.up.p <= 1 && t.down.p > 0 && t.down.p <= 1);
    }
    /* Binomial (200, 0.1): 20 +- 4; (200, 0.01): 2 +- 1.4.  Four standard deviations are left. */
    CHECK_MSG(up >= 3 && up <= 37, "%zu of %d below 0.1", up, SERIES);
    CHECK_MSG(down >= 3 && down <= 37, "%zu of %d below 0.1", down, SERIES);
    CHECK_MSG(rare <= 8, "%zu of %d below 0.01", rare, SERIES);
    /* Nothing varies, or there is room for one window alone. */
    struct changepoint_local t;
    for (size_t i = 0; i < 60; i++)
        x[i] = 0.1;
    CHECK_EQ(changepoint_local_test(x, 60, &plan, &t, NULL), 0);
    CHECK(t.up.p >= 1 && t.down.p >= 1 && t.up.at == 0);
    make(x, 10, 5, 30, 5);
    CHECK_EQ(changepoint_local_test(x, 10, &plan, &t, NULL), 0);
    CHECK(t.up.p >= 1 && t.up.at == 0);
}

static void a_cut_goes_the_way_that_is_asked_for(void)
{
    double x[MOST];
    struct changepoint c;
    make(x, 90, 30, -20, 9);
    for (size_t i = 70; i < 90; i++)
        x[i] += 5;
    CHECK_EQ(changepoint_locate(x, 90, &plan, CHANGEPOINT_EITHER, &c, NULL), 0);
    CHECK(c.at == 30 && !c.is_up);
    for (size_t i = 0; i < 90; i++)
        x[i] = (double)i;
    CHECK_EQ(changepoint_locate(x, 90, &plan, CHANGEPOINT_UP, &c, NULL), 0);
    CHECK(c.at > 0 && c.is_up);
    CHECK_EQ(changepoint_locate(x, 90, &plan, CHANGEPOINT_DOWN, &c, NULL), 0);
    CHECK_EQ(c.at, 0);
}

/* Points of which a share comes from a second regime, `apart` standard deviations higher. */
static void make_regimes(double *x, size_t count, double share, double apart, uint64_t seed)
{
    struct rng rng = {seed * 7919 + 1};
    make(x, count, count, 0, seed);
    for (size_t i = 0; i < count; i++)
        x[i] += (double)(rng_next(&rng) >> 11) * 0x1p-53 < share ? apart : 0;
}

static void p_values_hold_where_noise_has_two_regimes(void)
{
    enum { SERIES = 400 };
    static const struct {
        double share, apart;
    } kinds[] = {{0.05, 6}, {0.1, 8}, {0.2, 5}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t below = 0;
        for (uint64_t s = 0; s < SERIES; s++) {
            double x[MOST];
            struct changepoint_cut items[MOST];
            struct changepoint_cuts cuts = {.items = items};
            make_regimes(x, 60, kinds[k].share, kinds[k].apart, 50000 + s);
            changepoint_segment(x, 60, &plan, 0.05, &cuts, NULL);
            below += cuts.up.p <= 0.05;
        }
        /* Binomial (400, 0.05): 20 +- 4.4. Four standard deviations are left. */
        CHECK_MSG(below <= 37, "share %g, %g apart: %zu of %d", kinds[k].share, kinds[k].apart,
                  below, SERIES);
    }
}

/* Autoregression of order 1, standard deviation 1. */
static void make_following(double *x, size_t count, double r, uint64_t seed)
{
    make(x, count, count, 0, seed);
    for (size_t i = 1; i < count; i++)
        x[i] = r * x[i - 1] + sqrt(1 - r * r) * x[i];
}

static void dependence_is_estimated_past_steps_and_drift(void)
{
    enum { SERIES = 200 };
    for (int shape = 0; shape < 3; shape++)
        for (int k = 0; k < 2; k++) {
            double sum = 0, r = k ? 0.6 : 0;
            for (uint64_t s = 0; s < SERIES; s++) {
                double x[MOST], found;
                struct changepoint_cut cut = {.at = 70};
                make_following(x, 120, r, 900 + s);
                for (size_t i = 0; i < 120; i++)
                    x[i] += shape == 1 ? (i >= 70 ? 10 : 0) : shape == 2 ? 0.1 * (double)i : 0;
                CHECK_EQ(changepoint_dependence(x, 120, &cut, shape > 0, &found, NULL), 0);
                sum += found / SERIES;
            }
            /* 1.5 standard errors are added to be safe: 0.6 + 0.14. */
            CHECK_MSG(k ? sum > 0.68 && sum < 0.79 : sum < 0.06, "shape %d, %g: %g", shape, r, sum);
        }
}

/* Ten standard deviations of drift cut into four pieces, and a step behind it. */
static void a_drift_that_was_cut_into_steps_is_no_dependence(void)
{
    enum { SERIES = 100, COUNT = 115 };
    static const struct changepoint_cut cuts[] = {
        {.at = 25}, {.at = 50}, {.at = 75}, {.at = 100, .is_up = true}};
    double x[MOST], found;
    size_t held = 0;
    for (uint64_t seed = 1; seed <= SERIES; seed++) {
        make(x, COUNT, 100, 3, seed);
        for (size_t i = 0; i < COUNT; i++)
            x[i] -= fmin((double)i, 100) / 10;
        CHECK_EQ(changepoint_dependence(x, COUNT, cuts, 4, &found, NULL), 0);
        held += found > 0;
    }
    CHECK_MSG(held <= 30, "%zu of %d held to be dependent", held, SERIES);
}

static void dependence_widens_what_it_should(void)
{
    enum { POINTS = 40, AT = 25, SERIES = 4000 };
    CHECK_EQ(changepoint_widening(0, 10, 20), 1.0);
    CHECK_EQ(changepoint_line_widening(0, 30), 1.0);
    for (double r = 0.3; r < 0.9; r += 0.3) {
        double difference = 0, shown = 0;
        for (uint64_t s = 0; s < SERIES; s++) {
            double x[MOST], before = 0, after = 0, mean = 0;
            make_following(x, POINTS, r, 100000 + s);
            for (size_t i = 0; i < POINTS; i++) {
                *(i < AT ? &before : &after) += x[i] / (double)(i < AT ? AT : POINTS - AT);
                mean += x[i] / POINTS;
            }
            difference += (after - before) * (after - before) / SERIES;
            for (size_t i = 0; i < POINTS; i++)
                shown += (x[i] - mean) * (x[i] - mean) / (POINTS - 1) / SERIES;
        }
        double independent = shown * (1.0 / AT + 1.0 / (POINTS - AT));
        double expected = sqrt(difference / independent);
        CHECK_NEAR(changepoint_widening(r, AT, POINTS - AT), expected, 0.05 * expected);
    }
}

static void drift_and_step_are_told_apart(void)
{
    double x[MOST];
    struct changepoint_cut items[MOST];
    struct changepoint_cuts cuts = {.items = items};
    bool is_line;
    make(x, 100, 100, 0, 10);
    for (size_t i = 0; i < 100; i++)
        x[i] += 0.08 * (double)i;
    CHECK_EQ(changepoint_segment(x, 100, &plan, 0.01, &cuts, NULL), 0);
    CHECK(cuts.count > 0);
    CHECK_EQ(changepoint_prefers_line(x, 100, items, cuts.count, &is_line, NULL), 0);
    CHECK(is_line);
    make(x, 100, 50, 4, 10);
    CHECK_EQ(changepoint_segment(x, 100, &plan, 0.01, &cuts, NULL), 0);
    CHECK_EQ(cuts.count, 1);
    CHECK_EQ(changepoint_prefers_line(x, 100, items, cuts.count, &is_line, NULL), 0);
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
    {"the_error_of_a_move_is_that_of_the_noisier_side",
     the_error_of_a_move_is_that_of_the_noisier_side},
    {"several_steps_are_cut_one_by_one", several_steps_are_cut_one_by_one},
    {"a_smaller_step_the_other_way_counts_by_its_own_piece",
     a_smaller_step_the_other_way_counts_by_its_own_piece},
    {"pieces_share_what_the_whole_is_allowed", pieces_share_what_the_whole_is_allowed},
    {"what_did_not_last_is_cut_at_both_ends", what_did_not_last_is_cut_at_both_ends},
    {"up_and_down_again_and_again_is_cut_each_time", up_and_down_again_and_again_is_cut_each_time},
    {"local_p_values_of_nothing_are_as_rare_as_they_say",
     local_p_values_of_nothing_are_as_rare_as_they_say},
    {"a_cut_goes_the_way_that_is_asked_for", a_cut_goes_the_way_that_is_asked_for},
    {"p_values_hold_where_noise_has_two_regimes", p_values_hold_where_noise_has_two_regimes},
    {"dependence_is_estimated_past_steps_and_drift", dependence_is_estimated_past_steps_and_drift},
    {"a_drift_that_was_cut_into_steps_is_no_dependence",
     a_drift_that_was_cut_into_steps_is_no_dependence},
    {"dependence_widens_what_it_should", dependence_widens_what_it_should},
    {"drift_and_step_are_told_apart", drift_and_step_are_told_apart},
    {0},
};
TEST_MAIN(tests)
