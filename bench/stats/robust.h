/*
 * What else a sample says: how wide it is, whether it drifts, whether it has two modes, how
 * evenly something was shared, and how two samples compare.
 *
 * Pure functions; only those that need working memory can fail (ERR_SYSTEM).
 */
#ifndef CONTEND_STATS_ROBUST_H
#define CONTEND_STATS_ROBUST_H

#include "bench/base/err.h"
#include "bench/stats/summary.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Median absolute deviation from the median, times 1.4826 so that it estimates the standard
 * deviation of a normal sample.  NaN when count is 0.
 */
int mad_of(const double *samples, size_t count, double *out, struct err *err);

/*
 * Drift over the order of measuring.  `slope` is Theil and Sen's median of the slopes of all
 * pairs (Sen 1968); `p` is two-sided from Kendall's rank test against the index (Mann 1945):
 * exact up to 50 samples without ties (recurrence of inversion counts), otherwise the normal
 * approximation with its tie and continuity corrections (Kendall, "Rank Correlation Methods",
 * 1970, chapter 4).  Above 1000 samples, medians of 1000 equal blocks are tested.
 */
struct drift {
    double slope;       /* per sample */
    double total_ratio; /* slope * (n-1) over |median|: the change over the whole sample */
    double tau;         /* -1 to 1 */
    double p;           /* 1 when count < 3 */
    bool is_notable;    /* p < 0.01 and the change is at least 5 % */
};

/* Of samples in the order measured. 0, or -1 with ERR_SYSTEM. */
int drift_of(const double *samples, size_t count, struct drift *out, struct err *err);

/*
 * Two modes: sorted samples are cut in two where the groups differ most from each other and
 * least within (the F criterion of Engelman and Hartigan, "Percentage points of a test for
 * clusters", JASA 64, 1969; on logarithms when all are positive, since times are skewed).
 * `separation` is the share of the variance that lies between the groups.  It is notable from
 * 10 samples on, when each group holds at least a fifth of them, the separation exceeds
 * what a sample without modes of that size shows in fewer than 1 % of cases (simulated
 * for uniform, normal, exponential and log-normal samples; see the tests), and the centres are
 * at least 5 % apart.
 */
struct modes {
    double low, high;  /* medians of the two groups */
    double high_share; /* of the samples, 0 to 1 */
    double separation; /* 0 to 1 */
    bool is_notable;
};

/* Of samples in any order. 0, or -1 with ERR_SYSTEM. */
int modes_of(const double *samples, size_t count, struct modes *out, struct err *err);

/*
 * Ratio a/b of two medians whose samples are independent.  lo..hi is a.lo/b.hi..a.hi/b.lo: it
 * covers the true ratio whenever both intervals cover, so with at least the product of their
 * levels.  ratio_of_samples() asks each for the square root of the level, so that the product
 * reaches it.  Cautious (wider than need be), free of assumptions, and the same every time.
 */
struct ratio {
    double center; /* NaN when b is 0 or either is empty */
    double lo, hi; /* NaN when an interval touches 0 or holds numbers of both signs */
    double level;
};

/* From two intervals; and from the samples, at that level: 0, or -1 with ERR_SYSTEM. */
struct ratio ratio_of_summaries(const struct summary *a, const struct summary *b);
int ratio_of_samples(const double *a, size_t a_count, const double *b, size_t b_count, double level,
                     struct ratio *out, struct err *err);

#endif
