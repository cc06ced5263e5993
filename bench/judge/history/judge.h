/*
 * What changed, in which series, between which commits, and whether somebody has said that it may.
 *
 * Every track with enough points is cut wherever it changes (stats/changepoint.h), for the worse
 * and for the better apart: a cut counts by the evidence of its own piece.  Of each track the least
 * p of a direction, for all its pieces, is corrected together with those of all other tracks, quiet
 * ones included.  A change counts when it is also large: at least `least_ratio`, and 3 standard
 * errors of the move.  Where neighbouring points resemble each other, p and standard errors reckon
 * with it. Raw medians are judged more cautiously: their p counts ten times, and the least move is
 * 5 %, since days differ.
 */
#ifndef CONTEND_JUDGE_HISTORY_JUDGE_H
#define CONTEND_JUDGE_HISTORY_JUDGE_H

#include "bench/judge/history/series.h"

#include <stdint.h>

#define HISTORY_ALPHA           0.01 /* false alarms a check of the whole file */
#define HISTORY_WATCH           0.1  /* from here on a series is named, no more */
#define HISTORY_LEAST_RATIO     0.01
#define HISTORY_LEAST_RATIO_RAW 0.05
#define HISTORY_RAW_WEIGHT      10.0

enum { HISTORY_TELLING = 50 }; /* of fewer points it cannot be told whether they are independent */
enum { HISTORY_NEWEST = 250 }; /* what was steady for that long needs no older past */

struct history_request {
    double alpha;
    double least_ratio; /* of an anchored series; raw ones ask for 5 % at least */
    uint64_t seed;
    size_t newest; /* so many points of a track are looked at; 0: all */
};

enum history_verdict {
    HISTORY_WORSE,     /* changed for the worse, is so still, and nobody accepted it */
    HISTORY_ACCEPTED,  /* changed for the worse, and somebody did */
    HISTORY_RECOVERED, /* changed for the worse, and back since */
    HISTORY_BETTER,
    HISTORY_WATCH_IT, /* may be changing for the worse: too weak to say */
    HISTORY_STEADY,
    HISTORY_TOO_SHORT, /* not judged */
};

/* Why a change for the worse is named, no more. */
enum history_doubt {
    HISTORY_TOO_WEAK,   /* p */
    HISTORY_RESEMBLING, /* enough, were the points independent, which they are not */
    HISTORY_ONE_POINT,  /* few points, of which one alone makes it */
    HISTORY_FEW_POINTS, /* fewer than a change needs are at the new level */
};

struct history_change {
    bool is_drift;
    size_t last_before, first_bad; /* of the track; the cause lies behind one, up to the other */
    size_t last_good;              /* last_before, or further back where that is worse already */
    size_t likely;                 /* the likeliest first bad one */
    size_t cut;                    /* of the steps: which one */
    double spread;                 /* robust standard deviation about the levels */
    double move;                   /* natural logarithm; positive is worse */
    double move_error;             /* its standard error */
    double
        trend_p; /* of a drift: two-sided, from Kendall's rank test against the order (Mann 1945) */
    const struct history_accept *accept; /* NULL: nobody did */
    bool is_recovered;
};

struct history_judgement {
    struct track *track;
    enum history_verdict verdict;
    double p_worse, p_better; /* adjusted over all series judged */
    struct history_change *changes;
    size_t change_count;
    size_t spike_count; /* lone ones among the points judged */
    size_t point_count; /* judged */
    double dependence;  /* of neighbouring points, reckoned with; 0: none was seen */
    enum history_doubt doubt;
    size_t watch_from; /* HISTORY_WATCH_IT: the point it may have begun with; 0: a drift */
};

struct history_judgements {
    struct history_judgement *items; /* in the order of the tracks */
    size_t count;
    size_t judged;
    size_t verdicts[HISTORY_TOO_SHORT + 1];
    struct history_request request;
};

/* Judges every series. 0, or -1 with ERR_SYSTEM; both outputs are to be released. */
int history_judge(struct history_judgements *out, struct history_tracks *tracks,
                  const struct history *h, const struct history_request *request, struct err *err);
void history_judgements_release(struct history_judgements *j);

/* "worse", "accepted", "recovered", "better", "watch", "steady", "too short". */
const char *history_verdict_name(enum history_verdict v);

#endif
