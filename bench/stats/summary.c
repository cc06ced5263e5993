#include "bench/stats/summary.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

double quantile_of_sorted(const double *sorted, size_t count, double q)
{
    assert(count > 0 && q >= 0 && q <= 1);
    return gsl_stats_quantile_from_sorted_data(sorted, 1, count, q);
}

/* Coverage of [x(k), x(n+1-k)], k from 1. */
static double coverage(size_t k, size_t count)
{
    return 1 - 2 * gsl_cdf_binomial_P((unsigned)(k - 1), 0.5, (unsigned)count);
}

/* The largest k that still covers `level`; 1 when none does. Coverage falls with k. */
static size_t narrowest(size_t count, double level)
{
    size_t good = 1, bad = count / 2 + 1;
    while (bad - good > 1) {
        size_t middle = good + (bad - good) / 2;
        if (coverage(middle, count) >= level)
            good = middle;
        else
            bad = middle;
    }
    return good;
}

/* Which order statistics are the ends: most samples of a file are as many as the last ones. */
struct ends {
    size_t count, k;
    double level, coverage;
};

static const struct ends *ends_of(size_t count, double level)
{
    static _Thread_local struct ends last;
    if (last.count != count || last.level < level || last.level > level) {
        size_t k = narrowest(count, level);
        last = (struct ends){count, k, level, coverage(k, count)};
    }
    return &last;
}

struct summary summary_of_sorted(const double *sorted, size_t count, double level)
{
    assert(count <= UINT_MAX);
    if (count == 0)
        return (struct summary){.center = NAN, .lo = NAN, .hi = NAN};
    if (count == 1)
        return (struct summary){sorted[0], sorted[0], sorted[0], 0, 1};
    const struct ends *ends = ends_of(count, level);
    return (struct summary){
        .center = median_of_sorted(sorted, count),
        .lo = sorted[ends->k - 1],
        .hi = sorted[count - ends->k],
        .level = ends->coverage,
        .n = count,
    };
}

int summary_of(const double *samples, size_t count, double level, struct summary *out,
               struct err *err)
{
    double *sorted = malloc((count ? count : 1) * sizeof *sorted);
    if (!sorted)
        return err_set(err, ERR_SYSTEM, "summary of %zu samples: out of memory", count);
    if (count)
        memcpy(sorted, samples, count * sizeof *sorted);
    samples_sort(sorted, count);
    *out = summary_of_sorted(sorted, count, level);
    free(sorted);
    return 0;
}
