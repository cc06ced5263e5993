/*
 * One number for a sample, with an interval that assumes nothing about the distribution.
 *
 * center is the median.  lo..hi is the exact order-statistic interval for the population
 * median: [x(k), x(n+1-k)] covers it with probability 1 - 2 P(Bin(n, 1/2) <= k-1) for any
 * continuous distribution, and with at least that for one with ties (Conover, "Practical
 * Nonparametric Statistics", section 3.2; Hahn and Meeker, "Statistical Intervals", 5.2).
 * The narrowest such interval that reaches the asked level is taken; below 6 samples none
 * reaches 95 %, and then it is the full range.  `level` is always the coverage it really has.
 */
#ifndef CONTEND_STATS_SUMMARY_H
#define CONTEND_STATS_SUMMARY_H

#include "bench/base/err.h"

#include <stddef.h>

struct summary {
    double center; /* median; NaN when n is 0 */
    double lo, hi; /* lo <= center <= hi */
    double level;  /* coverage of lo..hi, 0 to 1; 0 when n < 2 */
    size_t n;
};

#define SUMMARY_LEVEL 0.95 /* what tables and results ask for */

/* Sorts ascending, in place. Samples are finite. */
void samples_sort(double *samples, size_t count);

/*
 * Of samples in any order; they are not changed.  Returns 0, or -1 with ERR_SYSTEM when
 * memory runs out.
 */
int summary_of(const double *samples, size_t count, double level, struct summary *out,
               struct err *err);

/* The same of samples sorted ascending; allocates nothing, cannot fail. */
struct summary summary_of_sorted(const double *sorted, size_t count, double level);

/*
 * Quantile q (0 to 1) of sorted samples, linear between order statistics at (n-1)q: definition
 * 7 of Hyndman and Fan, "Sample quantiles in statistical packages", 1996.  count > 0.
 */
double quantile_of_sorted(const double *sorted, size_t count, double q);

/* quantile_of_sorted(.., 0.5): the middle one, or the mean of the middle two. count > 0. */
double median_of_sorted(const double *sorted, size_t count);

#endif
