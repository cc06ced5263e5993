/*
 * Change points in a series of one number a commit: is there a step, where, and how large?
 *
 * The test.  A series is cut in two at every place that leaves `before_min` and `after_min`
 * points; what counts at a cut is the difference of the two means, each without the one point
 * that speaks loudest for a change, so that a lone spike cannot carry a side.  Beside the cuts
 * stands one straight line, so that slow drift is seen as well.  The statistic is the largest of
 * all of these, in standard deviations.  Its p-value comes from permutations of the series that
 * repeat the whole search (E-divisive: Matteson and James, "A nonparametric approach for multiple
 * change point analysis of multivariate data", JASA 109, 2014; here with another statistic), so
 * the search is paid for and no distribution is assumed.  What is assumed is that points without
 * a change are exchangeable: a machine that is slow for days looks like a change, which is why
 * series should be ratios to an anchor.  Permutations stop early where there is nothing
 * (Besag and Clifford, "Sequential Monte Carlo p-values", Biometrika 78, 1991).
 *
 * Both directions are tested at once and apart, so that improvements cost regressions nothing.
 *
 * Values are finite and in the order of the commits; a log ratio makes moves relative.  Pure
 * functions, the same for the same seed; those that need memory can fail (ERR_SYSTEM).
 */
#ifndef CONTEND_STATS_CHANGEPOINT_H
#define CONTEND_STATS_CHANGEPOINT_H

#include "bench/core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CHANGEPOINT_BEFORE_MIN = 5, /* points before a cut */
    CHANGEPOINT_AFTER_MIN = 3,  /* and from it on */
};

struct changepoint_plan {
    size_t before_min;   /* at least 2 */
    size_t after_min;    /* at least 2 */
    size_t permutations; /* at most; the smallest p is 1/(permutations+1) */
    uint64_t seed;
};

struct changepoint_side {
    double statistic; /* the largest of the search, in standard deviations */
    double p;         /* one-sided; 1 when there is nothing to cut */
    size_t at;        /* the cut it was found at: index of the first point after; 0 for a line */
};

struct changepoint_test {
    struct changepoint_side up, down;
};

/* 0 with p = 1 on both sides when the series is too short to be cut or constant. */
int changepoint_test(const double *x, size_t count, const struct changepoint_plan *plan,
                     struct changepoint_test *out, struct err *err);

/* One cut, described. */
struct changepoint {
    size_t at;               /* index of the first point after */
    size_t earliest, latest; /* cuts that fit nearly as well: about 95 in 100 hold the true one */
    double before, after;    /* medians of the two sides */
    double move;             /* median of all differences between a point after and one before */
    double spread;     /* robust standard deviation of the points about their sides' medians */
    double move_error; /* standard error of the move: spread sqrt(1/m + 1/n) */
};

/*
 * The cut whose two means fit best, by least squares on values drawn in to 4 robust standard
 * deviations.  The move is Hodges and Lehmann's ("Estimates of location based on rank tests",
 * Annals of Mathematical Statistics 34, 1963): nearly as precise as a difference of means, and not
 * to be had by one point.  The series can be cut (changepoint_test() found something).
 */
int changepoint_locate(const double *x, size_t count, const struct changepoint_plan *plan,
                       struct changepoint *out, struct err *err);

/*
 * All cuts, by binary segmentation: where changepoint_test() of a piece has a p of at most
 * `p_cut` on either side, the piece is cut at its best place and both halves are looked at again
 * (Scott and Knott, Biometrics 30, 1974).  `cuts` has room for count values; ascending.
 */
int changepoint_segment(const double *x, size_t count, const struct changepoint_plan *plan,
                        double p_cut, size_t *cuts, size_t *cut_count, struct err *err);

/*
 * Which describes the series better: these cuts, or a straight line (Theil and Sen)?  By the sum
 * of absolute deviations and the Bayesian information criterion of Laplace noise,
 * 2 n ln(sum/n) + parameters ln n, with two parameters a cut and one for a level or slope.
 */
int changepoint_prefers_line(const double *x, size_t count, const size_t *cuts, size_t cut_count,
                             bool *out, struct err *err);

/*
 * Lone spikes: points further than 4 robust standard deviations from each of the four nearest
 * points (two on each side, fewer at the ends), on the same side of all of them.  The standard
 * deviation comes from neighbours' differences, which steps hardly touch; two neighbours at a new
 * level are no spikes.  Whoever looks for changes sets them aside first, and says so.  Needs 5
 * points; marks nothing where more than half of the differences are 0.
 */
int changepoint_spikes(const double *x, size_t count, bool *is_spike, struct err *err);

#endif
