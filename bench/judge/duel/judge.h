/*
 * From values to verdicts: what the slots of a duel say of each metric.
 *
 * Pure: no clock, no process.  Everything is a log ratio against base, positive where it is worse
 * (paired.h).  Evidence is anytime valid (evalue.h), so judging after every slot costs nothing.
 */
#ifndef CONTEND_JUDGE_DUEL_JUDGE_H
#define CONTEND_JUDGE_DUEL_JUDGE_H

#include "bench/judge/duel/missing.h"
#include "bench/judge/duel/observations.h"
#include "bench/stats/summary.h"
#include "bench/stats/verdict.h"

/* Of the first look, which decides whether there is a second one: low, for evidence adds up. */
#define JUDGE_SUSPICION_ALPHA 0.5

/* What the second one must show by itself; together they must show more: half of alpha. */
#define JUDGE_AGREEMENT_ALPHA 0.3

/* What a difference must exceed; the largest wins, and the row says which that was. */
enum tolerance_source {
    TOLERANCE_THRESHOLD, /* the user's */
    TOLERANCE_FLOOR,     /* the user's absolute one, for figures that are tiny */
    TOLERANCE_LAYOUT,    /* what another layout of the same code makes of it */
    TOLERANCE_NULL,      /* twice what base differs from itself under another name */
};

/* "threshold", "floor", "layout", "null". */
const char *tolerance_source_name(enum tolerance_source source);

struct judge_limits {
    double alpha;     /* of all rows together and both looks; half of it for each direction */
    double threshold; /* relative change */
    double floor_ns;  /* for times */
    /*
     * Somebody asked for that floor: it holds for every time, in whatever unit.  Otherwise it is
     * what a clock's step is worth, and holds for single readings alone: an average over a million
     * operations may well be 5 ns.
     */
    bool has_floor_asked;
    double share; /* of alpha that is this row's; 0 or 1: all of it */
};

/* One arm against base. */
struct arm_effect {
    struct summary effect; /* median and its exact interval */
    double mean;           /* of the log ratios */
    double spread;         /* MAD-based standard deviation of the log ratios */
    double shown_ln; /* |median| where its 99 % interval leaves 0 out, from 8 pairs on; or 0 */
};

/* Once more with another seed and layout, when the row looked different. */
struct confirmation {
    bool was_tried;
    bool has_agreed; /* it would have been suspected by this alone */
    struct arm_effect head;
    double evidence_ln; /* in the direction suspected */
    double seconds;
};

/*
 * Pairs that lie far out, and on which side: so far that noise which looks like that of most pairs
 * reaches there as good as never.
 */
struct outlying {
    size_t worse, better;
};

struct duel_row {
    char metric[64], unit[16];
    enum observed what;
    bool higher_is_better, is_gated;
    char reason[288];           /* why there is no verdict; "" when there is one */
    struct missing missing;     /* what was not delivered */
    struct missing net_missing; /* of wall time: what net time, which is judged first, lacks */
    double base, head;          /* medians, in the unit */
    struct arm_effect arms[ARM_COUNT];
    struct outlying outlying;      /* of head */
    double anytime_lo, anytime_hi; /* of head, at 1 - alpha, however often one looks */
    double threshold_ln;           /* the user's, the absolute floor included */
    double tolerance_ln;
    enum tolerance_source tolerance_source;
    double worse_ln, better_ln; /* evidence beyond the tolerance, both kinds together */
    bool by_mean;               /* the mean convinced where the median did not */
    bool control_fired;         /* base differs from itself beyond the threshold */
    size_t control_pairs_least; /* null pairs that let the control fire where each is 10 % off */
    double price_ln;            /* evidence that it must have above others: its share of alpha */
    double detectable_ln;       /* the smallest effect it could have seen in 8 of 10 runs */
    size_t pairs_to_settle;     /* in all; 0: it cannot be said, or needs more than a million */
    enum verdict suspicion; /* VERDICT_SLOWER or _FASTER: to be confirmed; otherwise _UNDECIDED */
    enum verdict verdict;
    struct confirmation confirmation;
};

/*
 * Everything but the verdict, from slots `from` on.  `rows_judged` is how many gated rows there are
 * in all: the price of one among many.  -1 with ERR_SYSTEM when memory runs out.
 */
int judge_metric(const struct observed_metric *m, size_t from, size_t slot_count,
                 const struct judge_limits *limits, size_t rows_judged, struct duel_row *out,
                 struct err *err);

/*
 * Before any confirmation: marks the rows to be confirmed, by e-BH at 50 % for each direction, and
 * gives the others the verdict their anytime interval has.  A suspect has its suspicion for a
 * verdict meanwhile.
 */
int judge_suspects(struct duel_row *const *rows, size_t count, size_t rows_judged, struct err *err);

/*
 * What a second look says of a suspect: evidence in its direction, beyond its tolerance, from
 * another run of slots.
 */
int judge_confirmation(const struct observed_metric *m, size_t from, size_t slot_count,
                       const struct duel_row *first, struct confirmation *out, struct err *err);

/*
 * The verdicts, for good: e-BH at alpha/2 for each direction on the evidence of both looks
 * together.  A suspect without a confirmation that agreed is what its interval says.
 */
int judge_rows(struct duel_row *const *rows, size_t count, size_t rows_judged, double alpha,
               struct err *err);

/* Only head has it, in every slot: there is nothing yet to be worse than. */
bool judge_is_new(const struct duel_row *row);

/*
 * Whether head is far worse, or far better, in some runs, and the other way in so few that a fair
 * coin hardly explains it (exact sign test at 15 %: equality is what has to be shown).  No median
 * moves with such runs, and they are what somebody waits for: a row that has them is never the
 * same.
 */
bool judge_is_torn(const struct duel_row *row);

/* Whether more pairs would change nothing: a verdict, and an estimate worth printing. */
bool judge_is_settled(const struct duel_row *row);

#endif
