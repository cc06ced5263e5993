/* Shared by the files of changepoint.h: what resembling neighbours do to standard errors. */
#ifndef CONTEND_STATS_CHANGEPOINT_WIDENING_H
#define CONTEND_STATS_CHANGEPOINT_WIDENING_H

#include <stddef.h>

/*
 * The standard error of a difference of the means of the last `after` and the first `before` points
 * of a series, over that of independent ones with the same spread.  The correlation of points k
 * apart is dependence^k (autoregression of order 1), and the spread is the one about the series'
 * own mean, which such points make look too small.  1 for 0; at least 1.
 */
double changepoint_widening(double dependence, size_t before, size_t after);

/* The same for the means of `reach` points and of as many right before them, in a series of
 * `count`. */
double changepoint_window_widening(double dependence, size_t reach, size_t count);

/* The same for the slope of a straight line through `count` points. */
double changepoint_line_widening(double dependence, size_t count);

#endif
