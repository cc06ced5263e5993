/* Shared by the files of changepoint.h: values drawn in, so that no single one outweighs the rest.
 */
#ifndef CONTEND_STATS_CHANGEPOINT_CLIP_H
#define CONTEND_STATS_CHANGEPOINT_CLIP_H

#include "bench/base/err.h"

#include <stddef.h>

#define CHANGEPOINT_CLIP_SPREADS 4.0

/*
 * Copies x with values beyond CHANGEPOINT_CLIP_SPREADS robust standard deviations from the median
 * put at that bound; all of it as it is when more than half of the values are equal.  The order
 * plays no part, so a permutation test of the result is as exact as one of x.
 */
int changepoint_clip(const double *x, size_t count, double *out, struct err *err);

#endif
