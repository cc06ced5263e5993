/* The scaling law is found again where it was planted, and refused where nothing carries it. */
#include "bench/core/rng.h"
#include "bench/stats/usl.h"
#include "tests/test.h"

#include <math.h>

enum { POINTS = 6, SAMPLES = 9 };

static const double tasks[POINTS] = {1, 2, 4, 8, 16, 32};

static double planted(double lambda, double sigma, double kappa, double n)
{
    return lambda * n / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

/* Samples evenly within +-noise of the law, from a fixed seed. */
static void fill(double samples[POINTS][SAMPLES], struct usl_point *points, double sigma,
                 double kappa, double noise)
{
    struct rng rng = {7};
    for (int i = 0; i < POINTS; i++) {
        for (int s = 0; s < SAMPLES; s++) {
            double at = (double)rng_below(&rng, 2001) / 1000 - 1;
            samples[i][s] = planted(1000, sigma, kappa, tasks[i]) * (1 + noise * at);
        }
        points[i] = (struct usl_point){tasks[i], samples[i], SAMPLES};
    }
}

static void check_near(const char *what, double got, double want, double within)
{
    CHECK_MSG(fabs(got - want) <= within, "%s: %g instead of %g", what, got, want);
}

static void planted_parameters_are_found_again(void)
{
    static const struct {
        double sigma, kappa;
    } rows[] = {{0.05, 0.001}, {0.3, 0.0001}, {0.02, 0.02}, {0.9, 0}, {0, 0.01}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double samples[POINTS][SAMPLES];
        struct usl_point points[POINTS];
        struct usl u;
        fill(samples, points, rows[i].sigma, rows[i].kappa, 0);
        CHECK_EQ(usl_fit(points, POINTS, 1, &u, NULL), 0);
        CHECK_MSG(!u.refusal[0], "row %zu: refused: %s", i, u.refusal);
        check_near("lambda", u.lambda.center, 1000, 1);
        check_near("sigma", u.sigma.center, rows[i].sigma, 0.001);
        check_near("kappa", u.kappa.center, rows[i].kappa, 0.00005);
        check_near("throughput", usl_throughput(&u, 8),
                   planted(1000, rows[i].sigma, rows[i].kappa, 8), 5);
    }
}

static void intervals_of_noisy_samples_hold_the_planted_ones(void)
{
    double samples[POINTS][SAMPLES];
    struct usl_point points[POINTS];
    struct usl u, again;
    fill(samples, points, 0.1, 0.005, 0.05);
    CHECK_EQ(usl_fit(points, POINTS, 1, &u, NULL), 0);
    CHECK_MSG(!u.refusal[0], "refused: %s", u.refusal);
    CHECK_MSG(u.sigma.lo <= 0.1 && 0.1 <= u.sigma.hi, "sigma %g..%g", u.sigma.lo, u.sigma.hi);
    CHECK_MSG(u.kappa.lo <= 0.005 && 0.005 <= u.kappa.hi, "kappa %g..%g", u.kappa.lo, u.kappa.hi);
    double peak = sqrt(0.9 / 0.005);
    CHECK_MSG(u.peak.lo <= peak && peak <= u.peak.hi, "peak %g..%g", u.peak.lo, u.peak.hi);
    CHECK_EQ(usl_fit(points, POINTS, 1, &again, NULL), 0);
    CHECK_MSG(memcmp(&u.sigma, &again.sigma, sizeof u.sigma) == 0, "same seed, other interval");
}

static void a_sweep_that_carries_no_law_is_refused(void)
{
    double samples[POINTS][SAMPLES];
    struct usl_point points[POINTS];
    struct usl u;
    fill(samples, points, 0.1, 0.005, 0.02);
    CHECK_EQ(usl_fit(points, 3, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "3 different"), "too few: \"%s\"", u.refusal);
    points[3].count = 1;
    CHECK_EQ(usl_fit(points, POINTS, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "1 samples with 8"), "no spread: \"%s\"", u.refusal);
    fill(samples, points, 0, 0, 0);
    CHECK_EQ(usl_fit(points, POINTS, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "no curvature"), "proportional: \"%s\"", u.refusal);
    fill(samples, points, 0.1, 0.005, 0);
    for (int s = 0; s < SAMPLES; s++) {
        samples[2][s] *= 4;
        samples[3][s] /= 4;
    }
    CHECK_EQ(usl_fit(points, POINTS, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "off it"), "zigzag: \"%s\"", u.refusal);
    samples[1][0] = 0;
    CHECK_EQ(usl_fit(points, POINTS, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "2 tasks"), "no throughput: \"%s\"", u.refusal);
}

static const struct test tests[] = {
    {"planted_parameters_are_found_again", planted_parameters_are_found_again},
    {"intervals_of_noisy_samples_hold_the_planted_ones",
     intervals_of_noisy_samples_hold_the_planted_ones},
    {"a_sweep_that_carries_no_law_is_refused", a_sweep_that_carries_no_law_is_refused},
    {0},
};
TEST_MAIN(tests)
