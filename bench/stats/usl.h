/*
 * How throughput grows with the number of tasks: Gunther's Universal Scalability Law.
 *
 *   X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))
 *
 * lambda is one task's throughput, sigma the share of work that is done one at a time
 * (contention), kappa what keeping N tasks in agreement costs each pair (coherency).  Throughput
 * is greatest at N = sqrt((1 - sigma) / kappa) and falls beyond (Gunther, "Guerrilla Capacity
 * Planning", 2007, chapters 4 to 6).
 *
 * The fit is weighted nonlinear least squares (GSL, Levenberg and Marquardt) on relative
 * deviations, with lambda, sigma and kappa kept from below 0 by fitting their square roots.
 * Intervals are percentile bootstrap ones: samples are drawn anew within each N.  A law with three
 * parameters fits anything with few points, so a sweep that does not carry it is refused in words.
 */
#ifndef CONTEND_STATS_USL_H
#define CONTEND_STATS_USL_H

#include "bench/core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All samples of throughput at one number of tasks. */
struct usl_point {
    double n;
    const double *samples; /* > 0 */
    size_t count;
};

struct usl_value {
    double center;
    double lo, hi;
};

struct usl {
    struct usl_value lambda, sigma, kappa;
    struct usl_value peak; /* number of tasks; at least 1; infinite without kappa */
    double residual_ratio; /* root mean square of the relative deviations of the medians */
    char refusal[160];     /* why there is no fit; "" when there is one */
};

enum { USL_POINTS_MIN = 4, USL_SAMPLES_MIN = 3, USL_RESAMPLES = 400 };

/*
 * Points in ascending order of n, all different.  Same seed, same result.  Returns 0 with either a
 * fit or a refusal, or -1 with ERR_SYSTEM when memory runs out.
 */
int usl_fit(const struct usl_point *points, size_t count, uint64_t seed, struct usl *out,
            struct err *err);

/* What the law says for n tasks. */
double usl_throughput(const struct usl *u, double n);

#endif
