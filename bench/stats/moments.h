/*
 * Two results stored at two moments: how much of a difference between them may the moments be?
 *
 * The noise within a file does not contain the drift between files: identical programs measured
 * minutes apart are told apart in half of all cases by tests that compare samples with samples.
 * What is replicated here is therefore the *moment*, of which a file is one draw.  In logarithms
 *
 *     center of a file = true value + moment + what its few rounds leave open
 *
 *   moment    variance max(floor^2 / 2, spread^2) + disturbance^2
 *     floor        what two moments of a quiet machine differ by: the standard deviation of the
 *                  log ratio of two files, so that each bears half of its square.  One file cannot
 *                  know it: it is a statement about the machine, and can be measured
 *                  (`contend doctor --moments`).
 *     spread       standard deviation of the file's rounds.  Rounds are spread over the run, so it
 *                  holds what changes from second to second, and the next file may be made of the
 *                  rarest round: it is deliberately not divided by the root of their number.
 *     disturbance  what others did on the machine meanwhile, as far as a ledger tells
 *   rounds    variance pi/2 spread^2 / n, of a median of n
 *
 * Each part has the degrees of freedom of the level it lives on: the floor is stated and has no
 * such number, the spread has rounds - 1, what files of one side differ by has files - 1 however
 * many rounds they hold; the disturbance is a rule of thumb and counts as one of five moments.
 * Parts are added up by Satterthwaite ("An approximate distribution of estimates of variance
 * components", Biometrics Bulletin 2, 1946).
 */
#ifndef CONTEND_STATS_MOMENTS_H
#define CONTEND_STATS_MOMENTS_H

#include "bench/stats/verdict.h"

#include <stddef.h>

struct moment {
    double center;   /* ln of the median over rounds; of several files their mean */
    double variance; /* of center about the true value, as assumed above */
    double doubt;    /* sum of part^2 / degrees over the parts of variance that are not stated */
    bool is_known;   /* false: one round, nothing is known of how much rounds differ */
    double few, few_doubt; /* the part of variance, and of doubt, that rounds leave open */
    size_t files;
    double between;                    /* sum of squares of the files' centers about their mean */
    double floor, spread, disturbance; /* what variance is made of; of several files the largest */
};

/*
 * Two runs of one CPU loop minutes apart differ by 3 % on a quiet virtual machine with two CPUs
 * (docs/compare.md).  Without a ledger nobody knows that it was quiet.
 */
#define MOMENT_FLOOR           0.03
#define MOMENT_FLOOR_NO_LEDGER 0.05

/*
 * Which rounds the spread is taken from.  A start or a latency may have two modes of its own, and
 * the next file may lie in the rarer one: all of them.  What a few rounds of the CPU time of an
 * operation are dearer by came from a neighbour at the same core, whom no ledger shows, and the
 * median does not move with them: most of them, by an estimator that a few cannot move either.
 */
enum moment_rounds { MOMENT_ALL_ROUNDS, MOMENT_MOST_ROUNDS };

/*
 * One file's moment from its rounds' values (all above 0; they are overwritten).  `floor` > 0.
 * `count` >= 1; one round alone has no degrees of freedom, and nothing can be judged by it.
 */
struct moment moment_of(double *rounds, size_t count, double floor, double disturbance,
                        enum moment_rounds kind);

/* Several files of one side as one. count >= 1. */
struct moment moment_pool(const struct moment *files, size_t count);

/* Where the scale of a difference is from. */
enum moment_source {
    MOMENT_NONE,    /* nowhere: one round in one file */
    MOMENT_ASSUMED, /* floor, spread and disturbance of the files */
    MOMENT_FEW,     /* what few rounds leave open */
    MOMENT_BETWEEN, /* what files of one side differ by */
    MOMENT_KIN,     /* what other rows of the same kind differ by (moment_shift_widen()) */
};

/* What two moments say of a difference: log ratios, positive is worse for head. */
struct moment_shift {
    double effect;
    double scale, degrees; /* of the difference; degrees may be INFINITY, 0 without any */
    enum moment_source source;
    double assumed; /* the scale by floor, spread and disturbance, whatever was taken for it */
    double lo, hi;  /* two-sided interval at the level asked for */
    double p_slower, p_faster; /* one-sided, against "no change, or one the other way" */
};

/*
 * `level` 0 to 1.  Without degrees of freedom lo and hi are infinite and both p are 1.  What files
 * of a side differ by (the variance of both sides is taken as one) replaces what was assumed when
 * its interval is the wider one: from three files a side on always, so that the level is kept
 * however wrong the assumption; below that only when its variance is larger too.  What rounds alone
 * leave open has its own degrees of freedom and sets a lower limit likewise: two rounds that agree
 * by chance are no certainty.
 */
struct moment_shift moment_shift_of(const struct moment *base, const struct moment *head,
                                    int higher_is_better, double level);

/* Takes this scale instead when its interval is the wider one. */
void moment_shift_widen(struct moment_shift *s, double scale, double degrees, double level);

/*
 * `slower`: there is a change (the interval does not hold 0), and with MOMENT_SURE one-sided it is
 * more than the tolerance; `faster` likewise.  The other words as verdict_of().
 */
#define MOMENT_SURE 0.9
enum verdict moment_verdict(const struct moment_shift *s, double tolerance);

/*
 * The smallest effect that gets `slower` in half of all cases where one-sided p of at most
 * `needed_p` is asked for: a log ratio.  INFINITY without degrees of freedom.
 */
double moment_detectable(const struct moment_shift *s, double tolerance, double level,
                         double needed_p);

/*
 * How much effects of one kind scatter, when most of them should be equal, so that neither a few
 * large changes nor one that most of them share widens it: the standard deviation of those within
 * 2.5 robust ones of the middle of the shortest half (Rousseeuw and Leroy, "Robust Regression and
 * Outlier Detection", 1987, sections 4.3 and 5.1: least median of squares, then reweighted).  Sorts
 * `effects`.  False below MOMENT_KIN_MIN.
 */
enum { MOMENT_KIN_MIN = 8 };
bool moment_scatter(double *effects, size_t count, double *scale, double *degrees);

#endif
