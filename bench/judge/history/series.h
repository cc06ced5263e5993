/*
 * The history arranged as series: one track is what may be judged together.
 *
 * Numbers of two regimes (another anchor, another machine) hang on different things.  They are
 * *chained* where some commit was measured in both: its two ratios say by how much one regime's
 * numbers are to be shifted.  A commit that is itself an anchor has the ratio 1 in that regime on
 * each machine, so `contend duel -- OLD_ANCHOR -- NEW_ANCHOR` added as a point of NEW_ANCHOR links
 * the two.  Regimes without a commit in common stay tracks of their own, and so do raw medians:
 * they are never shifted.
 */
#ifndef CONTEND_JUDGE_HISTORY_SERIES_H
#define CONTEND_JUDGE_HISTORY_SERIES_H

#include "bench/judge/history/history.h"

struct track_regime {
    const char *machine;
    const char *anchor;     /* NULL: raw medians */
    double shift;           /* added to its log ratios to bring them to the track's reference */
    double shift_variances; /* of that shift, in variances of one point; 0 for the reference */
    size_t depth;           /* links to the reference; 0 for it */
};

struct track_point {
    const struct history_point *point;
    size_t order;  /* of the commit in the history */
    size_t regime; /* in the track's regimes */
    double value;  /* natural logarithm in the reference regime; larger is worse */
    bool is_spike; /* set by the judge: stands alone */
};

struct track {
    const char *series;
    const char *unit;
    bool higher_is_better;
    bool is_anchored;
    struct track_regime *regimes; /* the first is the reference: that of the newest point */
    size_t regime_count;
    struct track_point *points; /* one a commit, in the order of the commits */
    size_t point_count;
    size_t track_count; /* of this series: 1 unless regimes could not be chained */
};

struct history_tracks {
    struct track *items;
    size_t count;
    const char **commits; /* each once, in the order of their first line */
    size_t commit_count;
};

/* Series whose name matches `pattern` (as of the shell; NULL for all); `h` must outlive them. */
int history_tracks_of(struct history_tracks *out, const struct history *h, const char *pattern,
                      struct err *err);
void history_tracks_release(struct history_tracks *t);

/* The place of a commit in t->commits; t->commit_count when it is not there. */
size_t history_order_of(const struct history_tracks *t, const char *commit);

/* The value as it is read: the ratio to the reference's anchor, or the median in `unit`. */
double track_plain_value(const struct track *t, size_t point);

#endif
