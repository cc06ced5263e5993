#include "bench/stats/moments.h"

#include "bench/stats/summary.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

struct moment moment_of(double *rounds, size_t count, double floor, double disturbance)
{
    samples_sort(rounds, count);
    double center = log(median_of_sorted(rounds, count)), spread = 0;
    if (count > 1) {
        for (size_t i = 0; i < count; i++)
            rounds[i] = log(rounds[i]);
        spread = gsl_stats_sd(rounds, 1, count);
    }
    return (struct moment){
        .center = center,
        .scale = sqrt(floor * floor + spread * spread + disturbance * disturbance),
        .degrees = (double)count - 1,
        .floor = floor,
        .spread = spread,
        .disturbance = disturbance,
    };
}

struct moment moment_pool(const struct moment *files, size_t count)
{
    struct moment all = {0};
    double n = (double)count, variance = 0, between = 0;
    if (count == 1)
        return files[0];
    for (size_t i = 0; i < count; i++) {
        all.center += files[i].center / n;
        variance += files[i].scale * files[i].scale / n;
        all.degrees += files[i].degrees;
        all.floor = fmax(all.floor, files[i].floor);
        all.spread = fmax(all.spread, files[i].spread);
        all.disturbance = fmax(all.disturbance, files[i].disturbance);
    }
    for (size_t i = 0; i < count; i++)
        between += (files[i].center - all.center) * (files[i].center - all.center) / (n - 1);
    all.scale = sqrt(fmax(variance, between) / n);
    all.degrees = fmax(all.degrees, n - 1);
    return all;
}

double evalue_of_p_ln(double p)
{
    if (p >= 1)
        return log(0.5);
    if (p < 1e-300)
        p = 1e-300;
    double l = log(p);
    /* Near 1 the numerator cancels; its series is (ln p)^2/2 (1 - ...). */
    if (p > 0.999)
        return log(0.5);
    return log1p(p * (l - 1)) - l - 2 * log(-l);
}

static double evidence_ln(double excess, double scale, double degrees)
{
    return evalue_of_p_ln(gsl_cdf_tdist_Q(excess / scale, degrees));
}

struct moment_shift moment_shift_of(const struct moment *base, const struct moment *head,
                                    int higher_is_better, double level, double tolerance)
{
    double effect = higher_is_better ? base->center - head->center : head->center - base->center;
    struct moment_shift s = {
        .effect = effect,
        .lo = -INFINITY,
        .hi = INFINITY,
        .scale = hypot(base->scale, head->scale),
        .degrees = fmin(base->degrees, head->degrees),
        .slower_ln = -INFINITY,
        .faster_ln = -INFINITY,
    };
    if (s.degrees < 1)
        return s;
    double half = s.scale * gsl_cdf_tdist_Qinv((1 - level) / 2, s.degrees);
    s.lo = effect - half;
    s.hi = effect + half;
    s.slower_ln = evidence_ln(effect - tolerance, s.scale, s.degrees);
    s.faster_ln = evidence_ln(-effect - tolerance, s.scale, s.degrees);
    return s;
}

/* The p-value whose e-value is needed: evidence falls as p rises. */
static double p_needed(double needed_ln)
{
    double small = -690, large = log(0.5); /* ln p */
    if (evalue_of_p_ln(exp(large)) >= needed_ln)
        return exp(large);
    for (int i = 0; i < 60; i++) {
        double middle = (small + large) / 2;
        if (evalue_of_p_ln(exp(middle)) >= needed_ln)
            small = middle;
        else
            large = middle;
    }
    return exp(small);
}

double moment_detectable(const struct moment_shift *s, double tolerance, double needed_ln)
{
    if (s->degrees < 1)
        return INFINITY;
    return tolerance + s->scale * gsl_cdf_tdist_Qinv(p_needed(needed_ln), s->degrees);
}
