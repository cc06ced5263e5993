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
 * The fit is weighted nonlinear least squares of the medians (Levenberg and Marquardt), with
 * lambda, sigma and kappa kept from below 0: the solver of three parameters is ours, since GSL's
 * knows no bounds, and square roots in their place come ever slower to one.  Deviations are
 * relative to the median at each N, since noise of a benchmark grows with what it measures, or
 * absolute, as R's package usl and nls() have them: then the points with the most throughput
 * decide.
 *
 * Intervals are the middle 95 % of fits to data drawn anew, with both things that may be off:
 *
 *   rounds       samples are drawn again within each N (Efron and Tibshirani, "An Introduction to
 *                the Bootstrap", 1993, chapter 13)
 *   lack of fit  what the points lie off the law, a variance s^2 with points - 3 degrees of
 * freedom: normal deviations of variance s^2 (points - 3) / chi^2, less that of the rounds, which
 * makes estimates vary as Student's t, also where points lie on the law by chance (Box and Tiao,
 * "Bayesian Inference in Statistical Analysis", 1973, section 2.7).  Without noise of rounds that
 * is, up to curvature, what R's confint() of residuals says.
 *
 * A law with three parameters fits anything with few points, so a sweep that does not carry it is
 * refused in words.
 */
#ifndef CONTEND_STATS_USL_H
#define CONTEND_STATS_USL_H

#include "bench/base/err.h"

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
    struct usl_value peak;    /* number of tasks; at least 1; infinite without kappa */
    double residual_ratio;    /* root mean square of the medians' deviations: relative to each, or
                                 (absolute weights) to their mean */
    double lack_of_fit_ratio; /* tau: the part of it that the noise of rounds does not explain */
    char refusal[160];        /* why there is no fit; "" when there is one */
};

enum { USL_POINTS_MIN = 4, USL_SAMPLES_MIN = 3, USL_RESAMPLES = 1000 };

#define USL_LEVEL 0.95

enum usl_weights { USL_RELATIVE, USL_ABSOLUTE };

/*
 * Points in ascending order of n, all different.  Same seed, same result.  Returns 0 with either a
 * fit or a refusal, or -1 with ERR_SYSTEM when memory runs out.
 */
int usl_fit(const struct usl_point *points, size_t count, enum usl_weights weights, uint64_t seed,
            struct usl *out, struct err *err);

#endif
