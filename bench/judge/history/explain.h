/* Shared by the files of judge.h: the points that are judged, where they change, and what that
 * means. */
#ifndef CONTEND_JUDGE_HISTORY_EXPLAIN_H
#define CONTEND_JUDGE_HISTORY_EXPLAIN_H

#include "bench/judge/history/judge.h"
#include "bench/stats/changepoint.h"

/* A move is real from this many standard errors on. */
#define MOVE_ERRORS 3.0

/* The points of a track that are judged: from `first` on, all of them. */
struct track_curve {
    double *x;
    size_t first, count; /* x[i] is point first + i of the track */
    size_t spike_count;  /* lone ones, marked in the track */
};

/* A track cut where it may change. */
struct history_search {
    struct track_curve curve;
    struct changepoint_plan plan; /* with the dependence that was found */
    struct changepoint_cuts cuts;
    /* The least p of a move up and where, had the points been held to be independent. */
    struct changepoint_side independent_up;
};

/*
 * Cuts the track by every change that may count once all series are corrected.  Where something
 * may have changed, the dependence of the points is estimated, and reckoned with from then on.
 */
int history_search(struct history_search *s, struct track *t, size_t first,
                   const struct history_request *request, const struct changepoint_plan *plan,
                   struct err *err);
void history_search_release(struct history_search *s);

/* How many times a p-value of that track counts. */
double track_weight(const struct track *t);

/* What one track is explained with. */
struct history_context {
    const struct history_judgements *all;
    const struct history_tracks *tracks;
    const struct history *h;
    const struct changepoint_plan *plan; /* of independent points */
    /* What a weighted p of a cut must not exceed after correction over all series. */
    double worse_limit, better_limit;
};

/* Fills j->changes and the verdict from what the search found. */
int history_explain(const struct history_context *v, struct history_judgement *j,
                    const struct history_search *found, struct err *err);

/* The steps of a track: j->changes. `cuts` are those of the search that count. */
int history_explain_steps(const struct history_context *v, struct history_judgement *j,
                          const struct history_search *found, const struct changepoint_cut *cuts,
                          size_t cut_count, struct err *err);

/* Whether p of that way is small enough. */
bool history_counts(const struct history_context *v, const struct track *t, bool is_up, double p);

/* The least move that counts, as a logarithm. */
double history_least_move(const struct history_context *v, const struct track *t);
bool history_is_large(const struct history_context *v, const struct track *t,
                      const struct history_change *c);

/* Whether an accept speaks of that series and of a commit among points last_before+1 .. first_bad.
 */
const struct history_accept *history_find_accept(const struct history_context *v,
                                                 const struct track *t, size_t last_before,
                                                 size_t first_bad);

#endif
