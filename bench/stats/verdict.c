#include "bench/stats/verdict.h"

#include "bench/stats/evalue.h"

#include <math.h>

enum { PAIRS_MOST = 1000000 };

/* Standard error of the median over that of the mean, normal samples: sqrt(pi/2). */
#define MEDIAN_COST 1.2533141373155003
#define Z_POWER     0.8416212335729143 /* 80 % */

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {
        [VERDICT_SLOWER] = "slower",       [VERDICT_FASTER] = "faster",
        [VERDICT_SAME] = "same",           [VERDICT_SHIFTED] = "shifted",
        [VERDICT_UNDECIDED] = "undecided", [VERDICT_NOT_COMPARABLE] = "not comparable",
    };
    return names[v];
}

enum verdict verdict_of(double lo, double hi, double tolerance)
{
    if (!isfinite(lo) || !isfinite(hi))
        return VERDICT_UNDECIDED;
    if (lo > tolerance)
        return VERDICT_SLOWER;
    if (hi < -tolerance)
        return VERDICT_FASTER;
    if (lo < -tolerance || hi > tolerance)
        return VERDICT_UNDECIDED;
    return lo > 0 || hi < 0 ? VERDICT_SHIFTED : VERDICT_SAME;
}

/* Of n signs, how far beyond a half those needed are, in standard deviations. */
static double z_evidence(size_t n, double needed_ln)
{
    size_t k = evalue_sign_needed(n, needed_ln);
    return k > n ? (double)INFINITY : (2 * (double)k - (double)n) / sqrt((double)n);
}

static double reach(size_t n, double spread, double needed_ln)
{
    double z = n ? z_evidence(n, needed_ln) : (double)INFINITY;
    if (!isfinite(z))
        return INFINITY;
    return (z + Z_POWER) * MEDIAN_COST * spread / sqrt((double)n);
}

double verdict_detectable(size_t pairs, double spread, double tolerance, double needed_ln)
{
    return tolerance + reach(pairs, spread, needed_ln);
}

size_t verdict_pairs_to_settle(double effect, double spread, double tolerance, double needed_ln)
{
    double gap = fabs(fabs(effect) - tolerance);
    if (!(reach(PAIRS_MOST, spread, needed_ln) <= gap))
        return 0;
    size_t bad = 0, good = PAIRS_MOST;
    while (good - bad > 1) {
        size_t middle = bad + (good - bad) / 2;
        if (reach(middle, spread, needed_ln) <= gap)
            good = middle;
        else
            bad = middle;
    }
    return good;
}
