#include "bench/stats/paired.h"

#include "bench/core/rng.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>

enum { EXACT_MOST = 14 }; /* 16384 patterns */

/* Sums of equal patterns differ by rounding alone; relative to the largest sum there can be. */
#define SAME_SUM 1e-12

static bool is_usable(double value)
{
    return isfinite(value) && value > 0;
}

int paired_log_ratios(const double *base, const double *head, size_t count, bool higher_is_better,
                      double *out, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_usable(base[i]) || !is_usable(head[i]))
            return err_set(err, ERR_INPUT,
                           "pair %zu: %s is %g, and only finite values above 0 have a ratio", i + 1,
                           is_usable(base[i]) ? "head" : "base",
                           is_usable(base[i]) ? head[i] : base[i]);
        /* A difference of logarithms: a quotient of extremes could leave the range. */
        double worse = log(head[i]) - log(base[i]);
        out[i] = higher_is_better ? -worse : worse;
    }
    return 0;
}

double log_ratio_to_change(double log_ratio)
{
    return expm1(log_ratio);
}

double log_ratio_of_change(double change)
{
    return log1p(change);
}

double paired_mean(const double *log_ratios, size_t count)
{
    return count ? gsl_stats_mean(log_ratios, 1, count) : (double)NAN;
}

static double sum_under(const double *x, size_t count, double shift, uint64_t pattern)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pattern >> i & 1 ? shift - x[i] : x[i] - shift;
    return sum;
}

static double drawn_sum(const double *x, size_t count, double shift, struct rng *rng)
{
    double sum = 0;
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++, bits >>= 1) {
        if (i % 64 == 0)
            bits = rng_next(rng);
        sum += bits & 1 ? shift - x[i] : x[i] - shift;
    }
    return sum;
}

double paired_flip_p(const double *log_ratios, size_t count, double shift, size_t draws,
                     uint64_t seed)
{
    double seen = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        seen += log_ratios[i] - shift;
        most += fabs(log_ratios[i] - shift);
    }
    if (count == 0 || most <= 0)
        return 1;
    double least = seen - SAME_SUM * most;
    size_t as_large = 0;
    if (count <= EXACT_MOST) {
        size_t patterns = (size_t)1 << count;
        for (size_t p = 0; p < patterns; p++)
            as_large += sum_under(log_ratios, count, shift, p) >= least;
        return (double)as_large / (double)patterns;
    }
    struct rng rng = {seed};
    for (size_t d = 0; d < draws; d++)
        as_large += drawn_sum(log_ratios, count, shift, &rng) >= least;
    return (double)(as_large + 1) / (double)(draws + 1);
}
