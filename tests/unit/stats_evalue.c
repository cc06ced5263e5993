/* Anytime-valid evidence: known values, false alarms under optional stopping, many rows. */
#include "bench/stats/evalue.h"

#include "bench/base/rng.h"
#include "bench/stats/summary.h"
#include "tests/test.h"

static double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

/* Integrals of 2 (2p)^k (2(1-p))^(n-k) over 1/2..1, in whole fractions with Python's fractions. */
static void evidence_is_the_integral_over_the_shares(void)
{
    static const struct {
        size_t k, n;
        double e;
    } rows[] = {
        {0, 0, 1},
        {1, 1, 3.0 / 2},
        {0, 1, 1.0 / 2},
        {2, 2, 7.0 / 3},
        {1, 2, 2.0 / 3},
        {8, 8, 511.0 / 9},
        {5, 8, 191.0 / 252},
        {15, 20, 6.355521155830753},
        {60, 100, 1.7840590318646552},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_NEAR(exp(evalue_sign_ln(rows[i].k, rows[i].n)), rows[i].e, 1e-9 * rows[i].e);
}

static void a_million_pairs_do_not_overflow(void)
{
    double ln = evalue_sign_ln(1000000, 1000000);
    CHECK_NEAR(ln, 1000001 * log(2) - log(1000001), 1e-3);
    CHECK(isfinite(evalue_sign_ln(500000, 1000000)));
    CHECK(evalue_sign_ln(0, 1000000) < -1000);
}

static void evidence_needed_is_the_least_that_suffices(void)
{
    double forty = log(40);
    CHECK_EQ(evalue_sign_needed(7, forty), 8);
    CHECK_EQ(evalue_sign_needed(8, forty), 8);
    for (size_t n = 8; n < 300; n += 17) {
        size_t k = evalue_sign_needed(n, forty);
        CHECK(evalue_sign_ln(k, n) >= forty);
        CHECK(evalue_sign_ln(k - 1, n) < forty);
        CHECK(2 * k > n);
    }
    CHECK_EQ(evalue_sign_needed(5, -INFINITY), 0);
}

static void swapping_the_sides_changes_the_sign_alone(void)
{
    struct rng r = {5};
    double x[50], y[50], lo[2], hi[2];
    for (size_t i = 0; i < 50; i++)
        x[i] = uniform(&r) - 0.3;
    for (size_t i = 0; i < 50; i++)
        y[i] = -x[i];
    samples_sort(x, 50);
    samples_sort(y, 50);
    evalue_interval_of_sorted(x, 50, 0.95, &lo[0], &hi[0]);
    evalue_interval_of_sorted(y, 50, 0.95, &lo[1], &hi[1]);
    CHECK_EQ(lo[0], -hi[1]);
    CHECK_EQ(hi[0], -lo[1]);
    CHECK(evalue_median_ln(x, 50, 0) > 0);
    CHECK(evalue_median_ln(y, 50, 0) < 0);
    CHECK(evalue_flips_ln(x, 50, 0) > 0);
    CHECK(evalue_flips_ln(y, 50, 0) < 0);
}

static void the_interval_ends_where_the_evidence_does(void)
{
    double x[40], lo, hi;
    for (size_t i = 0; i < 40; i++)
        x[i] = (double)i;
    evalue_interval_of_sorted(x, 40, 0.95, &lo, &hi);
    CHECK(evalue_median_ln(x, 40, lo - 0.5) >= log(40));
    CHECK(evalue_median_ln(x, 40, lo) < log(40));
    CHECK_EQ(lo + hi, 39.0);
    evalue_interval_of_sorted(x, 7, 0.95, &lo, &hi);
    CHECK_EQ(lo, -INFINITY);
    CHECK_EQ(hi, INFINITY);
}

/* Looked at after every pair, up to 400 of them, with noise that comes in bursts. */
static void looking_after_every_pair_keeps_the_level(void)
{
    enum { TRIALS = 2000, PAIRS = 400 };
    struct rng r = {2024};
    int signs = 0, flips = 0, scaled = 0;
    for (int t = 0; t < TRIALS; t++) {
        double x[PAIRS], scale = 0.01;
        size_t above = 0;
        bool sign_fired = false, flip_fired = false, scaled_fired = false;
        for (size_t n = 1; n <= PAIRS; n++) {
            if (rng_below(&r, 10) == 0)
                scale = rng_below(&r, 3) == 0 ? 0.5 : 0.01;
            double noise = scale * uniform(&r);
            x[n - 1] = rng_next(&r) & 1 ? noise : -noise;
            above += x[n - 1] > 0;
            sign_fired |= evalue_sign_ln(above, n) >= log(20);
            if (t < 200 && n % 8 == 0) {
                flip_fired |= evalue_flips_ln(x, n, 0) >= log(20);
                scaled_fired |= evalue_scaled_ln(x, n, 0) >= log(20);
            }
        }
        signs += sign_fired;
        flips += flip_fired;
        scaled += scaled_fired;
    }
    CHECK(signs <= TRIALS / 20); /* by Ville's inequality; in fact about half of it */
    CHECK(signs > 0);
    CHECK(flips <= 200 / 20);
    CHECK(scaled <= 200 / 20);
}

/* A shift of a third of the noise, which two thirds of the pairs lie above. */
static void scaled_stakes_find_what_signs_do_not_yet(void)
{
    enum { TRIALS = 200, PAIRS = 110 };
    struct rng r = {77};
    int signs = 0, scaled = 0;
    for (int t = 0; t < TRIALS; t++) {
        double x[PAIRS];
        for (size_t i = 0; i < PAIRS; i++)
            x[i] = 0.02 * (uniform(&r) + uniform(&r) + uniform(&r) - 1.5) + 0.0035;
        signs += evalue_median_ln(x, PAIRS, 0) >= log(10);
        scaled += evalue_scaled_ln(x, PAIRS, 0) >= log(10);
        CHECK(evalue_scaled_ln(x, PAIRS, 0.02) < 0);
    }
    CHECK(scaled > signs + TRIALS / 10);
}

static void scaled_stakes_ask_for_a_spread(void)
{
    const double same[] = {0, 0, 0, 0, 0, 0, 0, 0}, far[] = {1, 1, 1, 1, 1, 700, 700, 700};
    CHECK_NEAR(evalue_scaled_ln(same, 8, 0), 0, 1e-12);
    CHECK_NEAR(evalue_scaled_ln(far, 4, 0), 0, 1e-12); /* nothing is known of the first ones */
    CHECK_NEAR(evalue_scaled_ln(far, 0, 0), 0, 1e-12);
    CHECK(evalue_scaled_ln(far, 8, 0) > 0);
    CHECK(isfinite(evalue_scaled_ln(far, 8, 0)));
}

static void a_shift_of_half_the_noise_is_found(void)
{
    enum { TRIALS = 200, PAIRS = 120 };
    struct rng r = {31};
    int found = 0;
    for (int t = 0; t < TRIALS; t++) {
        double x[PAIRS];
        for (size_t i = 0; i < PAIRS; i++)
            x[i] = 0.03 * (uniform(&r) + uniform(&r) + uniform(&r) - 1.5) + 0.01;
        found += evalue_median_ln(x, PAIRS, 0) >= log(40);
    }
    CHECK(found >= TRIALS * 8 / 10);
}

/* 1 pair in 16 takes twice as long: half of the pairs lie on each side of 0. */
static void flips_see_the_convoy_that_signs_do_not(void)
{
    double x[480];
    struct rng r = {8};
    for (size_t i = 0; i < 480; i++)
        x[i] = i % 16 == 15 ? 0.7 : 0.01 * (uniform(&r) - 0.5);
    CHECK(evalue_median_ln(x, 480, 0.01) < 0);
    CHECK(evalue_flips_ln(x, 480, 0.01) > log(40));
}

static void flips_of_far_values_are_finite(void)
{
    const double x[] = {700, -700, 1e-300, 0};
    CHECK(isfinite(evalue_flips_ln(x, 4, 0)));
    CHECK_NEAR(evalue_flips_ln(x + 3, 1, 0), 0, 1e-12);
    CHECK_NEAR(evalue_flips_ln(x, 0, 0), 0, 1e-12);
}

/* Thresholds of 4 rows at 5 %: 80, 40, 26.7, 20. */
static void rows_are_rejected_together(void)
{
    struct err err = {0};
    bool rejected[4];
    size_t count;
    const double one[] = {log(79), log(39), 0, -INFINITY};
    CHECK_EQ(evalue_reject(one, 4, 0.05, rejected, &count, &err), 0);
    CHECK_EQ(count, 0);
    const double two[] = {log(41), NAN, log(1000), log(2)};
    CHECK_EQ(evalue_reject(two, 4, 0.05, rejected, &count, &err), 0);
    CHECK_EQ(count, 2);
    CHECK(rejected[0] && !rejected[1] && rejected[2] && !rejected[3]);
    const double all[] = {log(20.5), log(20.5), log(20.5), log(20.5)};
    CHECK_EQ(evalue_reject(all, 4, 0.05, rejected, NULL, &err), 0);
    CHECK(rejected[0] && rejected[1] && rejected[2] && rejected[3]);
    CHECK_EQ(evalue_reject(all, 0, 0.05, rejected, &count, &err), 0);
    CHECK_EQ(count, 0);
}

static const struct test tests[] = {
    {"evidence_is_the_integral_over_the_shares", evidence_is_the_integral_over_the_shares},
    {"a_million_pairs_do_not_overflow", a_million_pairs_do_not_overflow},
    {"evidence_needed_is_the_least_that_suffices", evidence_needed_is_the_least_that_suffices},
    {"swapping_the_sides_changes_the_sign_alone", swapping_the_sides_changes_the_sign_alone},
    {"the_interval_ends_where_the_evidence_does", the_interval_ends_where_the_evidence_does},
    {"looking_after_every_pair_keeps_the_level", looking_after_every_pair_keeps_the_level},
    {"a_shift_of_half_the_noise_is_found", a_shift_of_half_the_noise_is_found},
    {"flips_see_the_convoy_that_signs_do_not", flips_see_the_convoy_that_signs_do_not},
    {"flips_of_far_values_are_finite", flips_of_far_values_are_finite},
    {"scaled_stakes_find_what_signs_do_not_yet", scaled_stakes_find_what_signs_do_not_yet},
    {"scaled_stakes_ask_for_a_spread", scaled_stakes_ask_for_a_spread},
    {"rows_are_rejected_together", rows_are_rejected_together},
    {0},
};
TEST_MAIN(tests)
