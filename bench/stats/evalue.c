#include "bench/stats/evalue.h"

#include "bench/stats/robust.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

double evalue_sign_ln(size_t k, size_t n)
{
    assert(k <= n);
    if (n == 0)
        return 0;
    double a = (double)k + 1, b = (double)(n - k) + 1;
    return (double)(n + 1) * M_LN2 + gsl_sf_lnbeta(a, b) + log(gsl_cdf_beta_Q(0.5, a, b));
}

size_t evalue_sign_needed(size_t n, double needed_ln)
{
    if (evalue_sign_ln(n, n) < needed_ln)
        return n + 1;
    /* The evidence rises with k. */
    size_t good = n, bad = 0;
    if (evalue_sign_ln(0, n) >= needed_ln)
        return 0;
    while (good - bad > 1) {
        size_t middle = bad + (good - bad) / 2;
        if (evalue_sign_ln(middle, n) >= needed_ln)
            good = middle;
        else
            bad = middle;
    }
    return good;
}

double evalue_median_ln(const double *log_ratios, size_t count, double shift)
{
    size_t above = 0;
    for (size_t i = 0; i < count; i++)
        above += log_ratios[i] > shift;
    return evalue_sign_ln(above, count);
}

/* ln(1 + tanh(y)) = ln 2 - ln(1 + exp(-2y)), without cancelling where y is far below 0. */
static double ln_stake(double y)
{
    return y < -20 ? M_LN2 + 2 * y : M_LN2 - log1p(exp(-2 * y));
}

double evalue_flips_ln(const double *log_ratios, size_t count, double shift)
{
    enum { STAKES = 13 };
    double ln[STAKES] = {0};
    for (int s = 0; s < STAKES; s++) {
        double stake = ldexp(0.5, s);
        for (size_t i = 0; i < count; i++)
            ln[s] += ln_stake(stake * (log_ratios[i] - shift));
    }
    return evalue_mean_ln(ln, STAKES);
}

/* The spread of what came before; where most are equal, how far the first other one lies out. */
static double known_scale(const double *log_ratios, size_t count, double shift)
{
    double scale = 0;
    if (mad_of(log_ratios, count, &scale, NULL))
        return 0;
    for (size_t i = 0; i < count && scale <= 0; i++)
        scale = fabs(log_ratios[i] - shift);
    return scale;
}

double evalue_scaled_ln(const double *log_ratios, size_t count, double shift)
{
    static const double stakes[] = {0.05, 0.1, 0.2, 0.35, 0.6, 0.9};
    enum { STAKES = sizeof stakes / sizeof *stakes, UNSEEN = 4 };
    double ln[STAKES] = {0}, scale = 0;
    for (size_t i = UNSEEN, next = UNSEEN; i < count; i++) {
        if (i == next) {
            scale = known_scale(log_ratios, i, shift);
            next = i + (i + 3) / 4;
        }
        double win = scale > 0 ? tanh((log_ratios[i] - shift) / (1.5 * scale)) : 0;
        for (int s = 0; s < STAKES; s++)
            ln[s] += log1p(stakes[s] * win);
    }
    return evalue_mean_ln(ln, STAKES);
}

double evalue_mean_ln(const double *ln, size_t count)
{
    double largest = -INFINITY, sum = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, ln[i]);
    if (!isfinite(largest))
        return largest;
    for (size_t i = 0; i < count; i++)
        sum += exp(ln[i] - largest);
    return largest + log(sum / (double)count);
}

void evalue_interval_of_sorted(const double *sorted, size_t count, double level, double *lo,
                               double *hi)
{
    size_t k = evalue_sign_needed(count, log(2 / (1 - level)));
    *lo = k > count ? (double)-INFINITY : sorted[count - k];
    *hi = k > count ? (double)INFINITY : sorted[k - 1];
}

int evalue_reject(const double *evidence_ln, size_t rows, double alpha, bool *rejected,
                  size_t *count, struct err *err)
{
    double *falling = malloc((rows ? rows : 1) * sizeof *falling);
    if (!falling)
        return err_set(err, ERR_SYSTEM, "%zu e-values: out of memory", rows);
    /* Negated, so that ascending is from the largest on. */
    for (size_t i = 0; i < rows; i++)
        falling[i] = isnan(evidence_ln[i]) ? (double)INFINITY : -evidence_ln[i];
    gsl_sort(falling, 1, rows);
    size_t found = 0;
    for (size_t k = 1; k <= rows; k++)
        if (-falling[k - 1] >= log((double)rows / (alpha * (double)k)))
            found = k;
    for (size_t i = 0; i < rows; i++)
        rejected[i] = found > 0 && evidence_ln[i] >= -falling[found - 1];
    free(falling);
    if (count)
        *count = found;
    return 0;
}
