#include "bench/stats/paired.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

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

double paired_sign_p(size_t one, size_t other)
{
    size_t most = one > other ? one : other;
    return most ? fmin(1, 2 * gsl_cdf_binomial_Q((unsigned)most - 1, 0.5, (unsigned)(one + other)))
                : 1;
}

double paired_mean(const double *log_ratios, size_t count)
{
    return count ? gsl_stats_mean(log_ratios, 1, count) : (double)NAN;
}
