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
 * Nothing is set aside before the test: what is left over would not be exchangeable.  Values far
 * out are drawn in (changepoint_clip.h), which the order plays no part in, so that p is exact
 * whatever the noise looks like.
 *
 * Points that follow each other.  Where neighbours resemble each other shuffling makes noise look
 * better than it is.  `plan.dependence` says how much (changepoint_dependence()): what the series
 * shows is then divided by what that does to the standard error of each cut.
 *
 * Both directions are tested at once and apart, so that improvements cost regressions nothing.
 *
 * Values are finite and in the order of the commits; a log ratio makes moves relative.  Pure
 * functions, the same for the same seed; those that need memory can fail (ERR_SYSTEM).
 */
#ifndef CONTEND_STATS_CHANGEPOINT_H
#define CONTEND_STATS_CHANGEPOINT_H

#include "bench/base/err.h"

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
    double dependence; /* correlation of neighbours that is reckoned with; 0 to below 1 */
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

/*
 * The same of changes that did not last.  What rises and falls again leaves the two sides of any
 * cut alike, and the series' own spread holds both moves: here a point's neighbourhood is compared
 * with as many points before it, at every place and for reaches from `before_min` points to half of
 * the series, each in standard deviations over all orders (moving sums at several scales: Kirch and
 * Muhsal, "A MOSUM procedure for the estimation of multiple random change points", 2014).  p comes
 * from permutations that repeat the search.  p is 1 for a series no longer than two such reaches.
 */
struct changepoint_local {
    struct changepoint_side up, down;
    size_t up_reach, down_reach; /* points on each side that were compared */
};

/* Tests each place against its surroundings alone. 0, or -1 with ERR_SYSTEM. */
int changepoint_local_test(const double *x, size_t count, const struct changepoint_plan *plan,
                           struct changepoint_local *out, struct err *err);

enum changepoint_way { CHANGEPOINT_EITHER, CHANGEPOINT_UP, CHANGEPOINT_DOWN };

/* One cut, described. */
struct changepoint {
    size_t at;               /* index of the first point after; 0: none goes that way */
    size_t earliest, latest; /* cuts that fit nearly as well: about 95 in 100 hold the true one */
    bool is_up;              /* by the two means */
    double before, after;    /* medians of the two sides */
    double move;             /* median of all differences between a point after and one before */
    double spread; /* robust standard deviation of the points about their sides' medians */
    /* Standard error of the move: spread sqrt(1/m + 1/n), widened by plan.dependence, and more
     * where points of one side scatter far more than those of both together. */
    double move_error;
};

/*
 * The cut whose two means fit best, of those that go that way, by least squares on values drawn in
 * to 4 robust standard deviations.  The move is Hodges and Lehmann's ("Estimates of location based
 * on rank tests", Annals of Mathematical Statistics 34, 1963): nearly as precise as a difference of
 * means, and not to be had by one point.  The series can be cut (changepoint_test() found
 * something).
 */
int changepoint_locate(const double *x, size_t count, const struct changepoint_plan *plan,
                       enum changepoint_way way, struct changepoint *out, struct err *err);

/* One of the cuts of a series. */
struct changepoint_cut {
    size_t at;
    bool is_up;
    double p; /* what it counts for in the whole series */
};

struct changepoint_cuts {
    struct changepoint_cut *items; /* caller's room for `count` of the series; ascending */
    size_t count;
    /* The least p of each way among all pieces that were tested, and where. */
    struct changepoint_side up, down;
};

/*
 * All cuts, by binary segmentation (Scott and Knott, Biometrics 30, 1974): a piece whose test is
 * at most `p_cut` is cut at its best place, in the direction that was found, and both halves are
 * looked at again.  So a cut counts by the evidence of its own piece: what happened before, in
 * whatever direction, hides nothing.
 *
 * Looking at more pieces is paid for: the halves of a piece share what it was allowed (by the roots
 * of their places to be cut), so that all pieces without a change together are wrong as rarely as
 * the whole would be, and a cut's p is at least that of the cuts that led to it (Goeman and Finos,
 * "The inheritance procedure", Statistical Applications in Genetics and Molecular Biology 11,
 * 2012).  Pieces with a smaller share are permuted more often.
 */
int changepoint_segment(const double *x, size_t count, const struct changepoint_plan *plan,
                        double p_cut, struct changepoint_cuts *out, struct err *err);

/*
 * How much neighbours resemble each other: the first autocorrelation of what the cuts (ascending)
 * leave over, or of what a straight line leaves where that is less, corrected for the levels that
 * were fitted (Kendall, "Note on bias in the estimation of autocorrelation", Biometrika 41, 1954).
 * 0 where it may well be chance, so that independent noise is mostly judged as such; otherwise
 * one and a half standard errors more than was found.  At most 0.98.
 */
int changepoint_dependence(const double *x, size_t count, const struct changepoint_cut *cuts,
                           size_t cut_count, double *out, struct err *err);

/*
 * Which describes the series better: these cuts, or a straight line (Theil and Sen)?  By the sum
 * of absolute deviations and the Bayesian information criterion of Laplace noise,
 * 2 n ln(sum/n) + parameters ln n, with two parameters a cut and one for a level or slope.  Cuts
 * that go both ways are no line.
 */
int changepoint_prefers_line(const double *x, size_t count, const struct changepoint_cut *cuts,
                             size_t cut_count, bool *out, struct err *err);

/*
 * Lone spikes: points further than 4 robust standard deviations from each of the four nearest
 * points (two on each side, fewer at the ends), on the same side of all of them.  The standard
 * deviation comes from neighbours' differences, which steps hardly touch; two neighbours at a new
 * level are no spikes.  For naming them; tests take all points.  Needs 5 points; marks nothing
 * where more than half of the differences are 0.
 */
int changepoint_spikes(const double *x, size_t count, bool *is_spike, struct err *err);

#endif
