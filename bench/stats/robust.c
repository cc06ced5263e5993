#include "bench/stats/robust.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

int mad_of(const double *samples, size_t count, double *out, struct err *err)
{
    *out = NAN;
    if (count == 0)
        return 0;
    double *work = malloc(count * sizeof *work);
    if (!work)
        return err_set(err, ERR_SYSTEM, "deviation of %zu samples: out of memory", count);
    *out = gsl_stats_mad(samples, 1, count, work);
    free(work);
    return 0;
}

/* Same sign and neither touches 0: a quotient of such intervals is an interval. */
static bool is_divisible(const struct summary *a, const struct summary *b)
{
    return (a->lo > 0 && b->lo > 0) || (a->hi < 0 && b->hi < 0);
}

struct ratio ratio_of_summaries(const struct summary *a, const struct summary *b)
{
    struct ratio r = {.center = NAN, .lo = NAN, .hi = NAN, .level = a->level * b->level};
    if (a->n == 0 || b->n == 0 || fpclassify(b->center) == FP_ZERO)
        return r;
    r.center = a->center / b->center;
    if (!is_divisible(a, b))
        return r;
    double one = a->lo / b->hi, other = a->hi / b->lo;
    r.lo = fmin(one, other);
    r.hi = fmax(one, other);
    return r;
}

int ratio_of_samples(const double *a, size_t a_count, const double *b, size_t b_count, double level,
                     struct ratio *out, struct err *err)
{
    struct summary left, right;
    if (summary_of(a, a_count, sqrt(level), &left, err) ||
        summary_of(b, b_count, sqrt(level), &right, err))
        return -1;
    *out = ratio_of_summaries(&left, &right);
    return 0;
}
