/* Medians, quantiles and the exact interval of the median. */
#include "bench/stats/summary.h"

#include "bench/base/rng.h"
#include "tests/test.h"

static double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

static void shuffle(struct rng *r, double *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)rng_below(r, i);
        double kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}

static struct summary summary(const double *samples, size_t count, double level)
{
    struct summary s;
    struct err err = {0};
    CHECK_EQ(summary_of(samples, count, level, &s, &err), 0);
    return s;
}

/* Coverage 1 - 2 P(Bin(n, 1/2) <= k-1), summed in whole numbers with Python's math.comb. */
static void the_interval_is_the_exact_binomial_one(void)
{
    static const struct {
        size_t n, k;
        double level;
    } rows[] = {
        {1, 1, 0},
        {2, 1, 0.5},
        {3, 1, 0.75},
        {5, 1, 0.9375},
        {6, 1, 0.96875},
        {7, 1, 0.984375},
        {9, 2, 0.9609375},
        {10, 2, 0.978515625},
        {20, 6, 0.958610535},
        {30, 10, 0.957226055},
        {100, 40, 0.9647998},
    };
    double samples[100];
    for (size_t i = 0; i < 100; i++)
        samples[i] = (double)i + 1;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct summary s = summary(samples, rows[r].n, 0.95);
        CHECK_EQ(s.n, rows[r].n);
        CHECK_EQ(s.lo, (double)rows[r].k);
        CHECK_EQ(s.hi, (double)(rows[r].n + 1 - rows[r].k));
        CHECK_EQ(s.center, ((double)rows[r].n + 1) / 2);
        CHECK_NEAR(s.level, rows[r].level, 1e-8);
    }
}

static void nothing_has_no_summary(void)
{
    struct summary s = summary(NULL, 0, 0.95);
    CHECK_EQ(s.n, 0);
    CHECK(isnan(s.center) && isnan(s.lo) && isnan(s.hi));
}

static void a_higher_level_is_never_narrower(void)
{
    double samples[200];
    for (size_t i = 0; i < 200; i++)
        samples[i] = (double)(i * i);
    for (size_t n = 1; n <= 200; n++) {
        struct summary low = summary_of_sorted(samples, n, 0.8);
        struct summary high = summary_of_sorted(samples, n, 0.99);
        CHECK(high.lo <= low.lo && low.hi <= high.hi && high.level >= low.level);
        CHECK(low.lo <= low.center && low.center <= low.hi);
        if (n >= 6)
            CHECK(summary_of_sorted(samples, n, 0.95).level >= 0.95);
    }
}

/* Definition 7 of Hyndman and Fan, as R's quantile(c(1, 2, 4, 8, 16), type = 7) gives it. */
static void quantiles_follow_definition_seven(void)
{
    const double samples[] = {1, 2, 4, 8, 16};
    CHECK_NEAR(quantile_of_sorted(samples, 5, 0), 1, 0);
    CHECK_NEAR(quantile_of_sorted(samples, 5, 0.1), 1.4, 1e-12);
    CHECK_NEAR(quantile_of_sorted(samples, 5, 0.25), 2, 1e-12);
    CHECK_NEAR(quantile_of_sorted(samples, 5, 0.5), 4, 1e-12);
    CHECK_NEAR(quantile_of_sorted(samples, 5, 0.9), 12.8, 1e-12);
    CHECK_NEAR(quantile_of_sorted(samples, 5, 1), 16, 0);
    CHECK_NEAR(median_of_sorted(samples, 4), 3, 0);
}

static void quantiles_are_ordered_and_lie_within_the_sample(void)
{
    struct rng r = {.state = 20260131};
    double samples[64];
    for (size_t round = 0; round < 200; round++) {
        size_t n = 1 + (size_t)rng_below(&r, 64);
        for (size_t i = 0; i < n; i++)
            samples[i] = exp(10 * uniform(&r)) - 5;
        samples_sort(samples, n);
        double before = samples[0];
        for (int q = 0; q <= 100; q++) {
            double now = quantile_of_sorted(samples, n, q / 100.0);
            CHECK_MSG(now >= before && now <= samples[n - 1], "round %zu, n %zu, q %d", round, n,
                      q);
            before = now;
        }
    }
}

static void order_does_not_matter_and_scale_carries_over(void)
{
    struct rng r = {.state = 7};
    double samples[33], doubled[33];
    for (size_t round = 0; round < 100; round++) {
        size_t n = 1 + (size_t)rng_below(&r, 33);
        for (size_t i = 0; i < n; i++)
            samples[i] = uniform(&r);
        struct summary before = summary(samples, n, 0.95);
        shuffle(&r, samples, n);
        struct summary after = summary(samples, n, 0.95);
        for (size_t i = 0; i < n; i++)
            doubled[i] = 2 * samples[i];
        struct summary twice = summary(doubled, n, 0.95);
        CHECK_EQ(after.center, before.center);
        CHECK_EQ(after.lo, before.lo);
        CHECK_EQ(after.hi, before.hi);
        CHECK_EQ(twice.center, 2 * before.center);
        CHECK_EQ(twice.lo, 2 * before.lo);
        CHECK_EQ(twice.hi, 2 * before.hi);
    }
}

/* Skewed samples with the median 1; four standard errors of 10 000 trials are 0.9 %. */
static void the_interval_covers_the_truth_as_often_as_it_claims(void)
{
    enum { TRIALS = 10000 };
    static const size_t sizes[] = {3, 6, 7, 12, 25, 60};
    struct rng r = {.state = 42};
    double samples[60];
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t covered = 0;
        double level = 0;
        for (size_t t = 0; t < TRIALS; t++) {
            for (size_t i = 0; i < sizes[s]; i++)
                samples[i] = -log(uniform(&r)) / 0.69314718055994531;
            samples_sort(samples, sizes[s]);
            struct summary found = summary_of_sorted(samples, sizes[s], 0.95);
            covered += found.lo <= 1 && 1 <= found.hi;
            level = found.level;
        }
        CHECK_NEAR((double)covered / TRIALS, level, 4 * sqrt(level * (1 - level) / TRIALS));
    }
}

static const struct test tests[] = {
    {"the_interval_is_the_exact_binomial_one", the_interval_is_the_exact_binomial_one},
    {"nothing_has_no_summary", nothing_has_no_summary},
    {"a_higher_level_is_never_narrower", a_higher_level_is_never_narrower},
    {"quantiles_follow_definition_seven", quantiles_follow_definition_seven},
    {"quantiles_are_ordered_and_lie_within_the_sample",
     quantiles_are_ordered_and_lie_within_the_sample},
    {"order_does_not_matter_and_scale_carries_over", order_does_not_matter_and_scale_carries_over},
    {"the_interval_covers_the_truth_as_often_as_it_claims",
     the_interval_covers_the_truth_as_often_as_it_claims},
    {0},
};

TEST_MAIN(tests)
