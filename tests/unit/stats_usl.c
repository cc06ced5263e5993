/* The scaling law is found again where it was planted, and refused where nothing carries it. */
#include "bench/base/rng.h"
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
        CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
        CHECK_MSG(!u.refusal[0], "row %zu: refused: %s", i, u.refusal);
        check_near("lambda", u.lambda.center, 1000, 1);
        check_near("sigma", u.sigma.center, rows[i].sigma, 0.001);
        check_near("kappa", u.kappa.center, rows[i].kappa, 0.00005);
    }
}

/* What is not there is 0, and its interval begins there. */
static void a_parameter_at_its_bound_is_zero(void)
{
    static const double rows[][2] = {{1, 0}, {0.3, 0}, {0, 0.01}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int noisy = 0; noisy < 2; noisy++) {
            double samples[POINTS][SAMPLES];
            struct usl_point points[POINTS];
            struct usl u;
            fill(samples, points, rows[i][0], rows[i][1], noisy ? 0.03 : 0);
            CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
            CHECK_MSG(!u.refusal[0], "refused: %s", u.refusal);
            const struct usl_value *none = rows[i][1] > 0 ? &u.sigma : &u.kappa;
            CHECK_MSG(!(none->lo > 0), "row %zu: from %g", i, none->lo);
            if (!noisy)
                CHECK_MSG(!(none->center > 0), "row %zu: %g", i, none->center);
        }
}

static void intervals_of_noisy_samples_hold_the_planted_ones(void)
{
    double samples[POINTS][SAMPLES];
    struct usl_point points[POINTS];
    struct usl u, again;
    fill(samples, points, 0.1, 0.005, 0.05);
    CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
    CHECK_MSG(!u.refusal[0], "refused: %s", u.refusal);
    CHECK_MSG(u.sigma.lo <= 0.1 && 0.1 <= u.sigma.hi, "sigma %g..%g", u.sigma.lo, u.sigma.hi);
    CHECK_MSG(u.kappa.lo <= 0.005 && 0.005 <= u.kappa.hi, "kappa %g..%g", u.kappa.lo, u.kappa.hi);
    double peak = sqrt(0.9 / 0.005);
    CHECK_MSG(u.peak.lo <= peak && peak <= u.peak.hi, "peak %g..%g", u.peak.lo, u.peak.hi);
    CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &again, NULL), 0);
    CHECK_MSG(memcmp(&u.sigma, &again.sigma, sizeof u.sigma) == 0, "same seed, other interval");
}

static void a_sweep_that_carries_no_law_is_refused(void)
{
    double samples[POINTS][SAMPLES];
    struct usl_point points[POINTS];
    struct usl u;
    fill(samples, points, 0.1, 0.005, 0.02);
    CHECK_EQ(usl_fit(points, 3, USL_RELATIVE, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "3 different"), "too few: \"%s\"", u.refusal);
    points[3].count = 1;
    CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "1 samples with 8"), "no spread: \"%s\"", u.refusal);
    fill(samples, points, 0, 0, 0);
    CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "no curvature"), "proportional: \"%s\"", u.refusal);
    fill(samples, points, 0.1, 0.005, 0);
    for (int s = 0; s < SAMPLES; s++) {
        samples[2][s] *= 4;
        samples[3][s] /= 4;
    }
    CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "off it"), "zigzag: \"%s\"", u.refusal);
    samples[1][0] = 0;
    CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "2 tasks"), "no throughput: \"%s\"", u.refusal);
}

/* Each value three times: no noise of rounds, so that residuals alone make the intervals. */
static void fit_published(const double (*data)[2], size_t count, enum usl_weights weights,
                          struct usl *out)
{
    double samples[32][3];
    struct usl_point points[32];
    for (size_t i = 0; i < count; i++) {
        samples[i][0] = samples[i][1] = samples[i][2] = data[i][1];
        points[i] = (struct usl_point){data[i][0], samples[i], 3};
    }
    CHECK_EQ(usl_fit(points, count, weights, 1, out, NULL), 0);
    CHECK_MSG(!out->refusal[0], "refused: %s", out->refusal);
}

/* SPEC SDM91 on a Sun SPARCcenter 2000, in R's package usl as specsdm91. */
static const double specsdm91[][2] = {{1, 64.9},     {18, 995.9},   {36, 1652.4}, {72, 1853.2},
                                      {108, 1828.9}, {144, 1775.0}, {216, 1702.2}};

/* A ray tracer (Gunther, "Guerrilla Capacity Planning"), there as raytracer. */
static const double raytracer[][2] = {{1, 20},   {4, 78},   {8, 130},  {12, 170},
                                      {16, 190}, {20, 200}, {24, 210}, {28, 230},
                                      {32, 260}, {48, 280}, {64, 310}};

/* A router, of Schwartz, "Practical Scalability Analysis with the Universal Scalability Law". */
static const double router[][2] = {
    {1, 955.16},    {2, 1878.91},   {3, 2688.01},   {4, 3548.68},   {5, 4315.54},   {6, 5130.43},
    {7, 5931.37},   {8, 6531.08},   {9, 7219.8},    {10, 7867.61},  {11, 8278.71},  {12, 8646.7},
    {13, 9047.84},  {14, 9426.55},  {15, 9645.37},  {16, 9897.24},  {17, 10097.6},  {18, 10240.5},
    {19, 10532.39}, {20, 10798.52}, {21, 11151.43}, {22, 11518.63}, {23, 11806.0},  {24, 12089.37},
    {25, 12075.41}, {26, 12177.29}, {27, 12211.41}, {28, 12158.93}, {29, 12155.27}, {30, 12118.04},
    {31, 12140.4},  {32, 12074.39}};

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What R says, with absolute weights; its intervals are estimate -+ t(n - 3) standard errors. */
static void published_fits_are_found_with_absolute_weights(void)
{
    struct usl u;
    fit_published(specsdm91, COUNT(specsdm91), USL_ABSOLUTE, &u);
    check_near("sigma", u.sigma.center, 0.0277285, 1e-5);
    check_near("kappa", u.kappa.center, 0.0001044, 1e-6);
    check_near("lambda", u.lambda.center, 89.9952, 0.01);
    fit_published(raytracer, COUNT(raytracer), USL_ABSOLUTE, &u);
    check_near("sigma", u.sigma.center, 0.057771, 1e-5);
    check_near("kappa", u.kappa.center, 0, 1e-6);
    check_near("lambda", u.lambda.center, 21.848843, 0.001);
    fit_published(router, COUNT(router), USL_ABSOLUTE, &u);
    check_near("sigma", u.sigma.center, 0.02671591, 1e-6);
    check_near("kappa", u.kappa.center, 7.690945e-4, 1e-8);
    check_near("lambda", u.lambda.center, 995.6486, 0.01);
}

static void intervals_hold_the_lack_of_fit(void)
{
    struct usl u;
    /* sigma 0.0277285 -+ 2.776 x 0.0091217, kappa 0.0001044 -+ 2.776 x 0.0000199. */
    fit_published(specsdm91, COUNT(specsdm91), USL_ABSOLUTE, &u);
    check_near("lo of sigma", u.sigma.lo, 0.0024, 0.008);
    check_near("hi of sigma", u.sigma.hi, 0.0531, 0.015);
    check_near("lo of kappa", u.kappa.lo, 0.00005, 0.00003);
    check_near("hi of kappa", u.kappa.hi, 0.00016, 0.00005);
    /* confint(): 0.0337 to 0.0819, where kappa may be below 0. */
    fit_published(raytracer, COUNT(raytracer), USL_ABSOLUTE, &u);
    check_near("lo of sigma", u.sigma.lo, 0.0337, 0.012);
    check_near("hi of sigma", u.sigma.hi, 0.0819, 0.012);
    CHECK_MSG(u.kappa.hi < 0.0004, "kappa up to %g", u.kappa.hi);
    /* Relative: 5.5 % off the points, and so are the parameters. */
    fit_published(specsdm91, COUNT(specsdm91), USL_RELATIVE, &u);
    check_near("residual", u.residual_ratio, 0.055, 0.001);
    check_near("lack of fit", u.lack_of_fit_ratio, u.residual_ratio * sqrt(7.0 / 4), 1e-9);
    CHECK_MSG(u.sigma.hi / u.sigma.lo > 1.5, "sigma %g..%g", u.sigma.lo, u.sigma.hi);
    /* Where the points lie on the law, rounds alone make the interval. */
    double samples[POINTS][SAMPLES];
    struct usl_point points[POINTS];
    fill(samples, points, 0.1, 0.005, 0);
    CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
    CHECK_MSG(u.lack_of_fit_ratio < 1e-6, "%g", u.lack_of_fit_ratio);
    check_near("width", u.sigma.hi - u.sigma.lo, 0, 1e-6);
}

/* Points drawn about the law by a tenth: the planted sigma lies inside in 95 of 100. */
static void intervals_cover_when_points_lie_off(void)
{
    struct rng rng = {99};
    enum { TRIALS = 60 };
    int covered = 0, fitted = 0;
    for (int t = 0; t < TRIALS; t++) {
        double samples[POINTS][SAMPLES];
        struct usl_point points[POINTS];
        struct usl u;
        fill(samples, points, 0.1, 0.005, 0.01);
        for (int i = 0; i < POINTS; i++) {
            double off = 1 + 0.05 * ((double)rng_below(&rng, 2001) / 1000 - 1);
            for (int s = 0; s < SAMPLES; s++)
                samples[i][s] *= off;
        }
        CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
        fitted += !u.refusal[0];
        covered += !u.refusal[0] && u.sigma.lo <= 0.1 && 0.1 <= u.sigma.hi;
    }
    CHECK_MSG(fitted >= TRIALS * 9 / 10 && covered >= fitted * 90 / 100, "%d of %d", covered,
              fitted);
}

static void superlinear_is_named(void)
{
    double samples[POINTS][SAMPLES];
    struct usl_point points[POINTS];
    struct usl u;
    fill(samples, points, 0, 0, 0.01);
    for (int i = 1; i < POINTS; i++)
        for (int s = 0; s < SAMPLES; s++)
            samples[i][s] *= 1.25;
    CHECK_EQ(usl_fit(points, POINTS, USL_RELATIVE, 1, &u, NULL), 0);
    CHECK_MSG(strstr(u.refusal, "superlinear: each of 32 tasks yields 1.25 times"), "\"%s\"",
              u.refusal);
}

static const struct test tests[] = {
    {"published_fits_are_found_with_absolute_weights",
     published_fits_are_found_with_absolute_weights},
    {"intervals_hold_the_lack_of_fit", intervals_hold_the_lack_of_fit},
    {"intervals_cover_when_points_lie_off", intervals_cover_when_points_lie_off},
    {"superlinear_is_named", superlinear_is_named},
    {"planted_parameters_are_found_again", planted_parameters_are_found_again},
    {"a_parameter_at_its_bound_is_zero", a_parameter_at_its_bound_is_zero},
    {"intervals_of_noisy_samples_hold_the_planted_ones",
     intervals_of_noisy_samples_hold_the_planted_ones},
    {"a_sweep_that_carries_no_law_is_refused", a_sweep_that_carries_no_law_is_refused},
    {0},
};
TEST_MAIN(tests)
