#include "bench/stats/equivalence.h"

#include "bench/stats/evalue.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* As in a duel: signs for any noise, distances for small effects, the mean for rare large ones. */
static double evidence_ln(const double *x, size_t count, double shift)
{
    const double ln[] = {evalue_median_ln(x, count, shift), evalue_scaled_ln(x, count, shift),
                         evalue_flips_ln(x, count, shift)};
    return evalue_mean_ln(ln, 3);
}

double equivalence_above_ln(const double *x, size_t count, double shift)
{
    /* Looking less often makes the highest lower, never wrong; each look goes through them all. */
    enum { EACH = 64 };
    double highest = 0;
    for (size_t n = 1; n <= count; n += n < EACH ? 1 : n / 16) {
        double ln = evidence_ln(x, n, shift);
        highest = ln > highest ? ln : highest;
    }
    double last = evidence_ln(x, count, shift);
    return last > highest ? last : highest;
}

/* The same for below.  `mirrored` is the series with all signs changed. */
static double below_ln(const double *mirrored, size_t count, double shift)
{
    return equivalence_above_ln(mirrored, count, -shift);
}

int equivalence_of(const double *x, size_t count, double lo, double hi,
                   struct equivalence_evidence *out, struct err *err)
{
    double *mirrored = malloc((count ? count : 1) * sizeof *mirrored);
    if (!mirrored)
        return err_set(err, ERR_SYSTEM, "%zu rounds: out of memory", count);
    for (size_t i = 0; i < count; i++)
        mirrored[i] = -x[i];
    double below_hi = isinf(hi) ? (double)INFINITY : below_ln(mirrored, count, hi);
    double above_lo = isinf(lo) ? (double)INFINITY : equivalence_above_ln(x, count, lo);
    out->within = fmin(below_hi, above_lo);
    out->above_hi = isinf(hi) ? 0 : equivalence_above_ln(x, count, hi);
    out->below_lo = isinf(lo) ? 0 : below_ln(mirrored, count, lo);
    free(mirrored);
    return 0;
}

double equivalence_price_ln(size_t parts)
{
    return M_LN2 + log((double)parts);
}

double equivalence_beyond_ln(const struct equivalence_evidence *e, size_t parts)
{
    return fmax(e->below_lo, e->above_hi) - equivalence_price_ln(parts);
}

enum equivalence equivalence_decide(double within, double beyond, double within_ln,
                                    double beyond_ln)
{
    bool is_within = within >= within_ln, is_beyond = beyond >= beyond_ln;
    return is_within == is_beyond ? EQUIVALENCE_OPEN
           : is_within            ? EQUIVALENCE_WITHIN
                                  : EQUIVALENCE_BEYOND;
}
