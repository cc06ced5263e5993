/* Shared by the files of history_judge.h: the points that are judged, and what they say. */
#ifndef CONTEND_REPORT_HISTORY_EXPLAIN_H
#define CONTEND_REPORT_HISTORY_EXPLAIN_H

#include "bench/report/history/judge.h"
#include "bench/stats/changepoint.h"

/* The points of a track that are judged. */
struct track_curve {
    double *x;
    size_t *point; /* of the track */
    size_t count;
};

/* The points from `first` on without lone spikes, which are marked in the track. */
int track_curve_open(struct track_curve *c, struct track *t, size_t first, struct err *err);
void track_curve_close(struct track_curve *c);

/* How many times a p-value of that track counts. */
double track_weight(const struct track *t);

/*
 * Fills j->changes and the verdict.  `p_cut` is the weighted p below which a series was held to
 * change after correction: pieces of it are cut further by the same measure.
 */
int history_explain(const struct history_judgements *all, struct history_judgement *j,
                    const struct history_tracks *tracks, const struct history *h,
                    const struct changepoint_plan *plan, double p_cut, struct err *err);

#endif
