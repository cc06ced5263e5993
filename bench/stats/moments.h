/*
 * Two results stored at two moments: how much of a difference between them may the moments be?
 *
 * The noise within a file does not contain the drift between files: identical programs measured
 * minutes apart are told apart in half of all cases by tests that compare samples with samples.
 * What is replicated here is therefore the *moment*, of which a file is one draw.  Each file is
 *
 *     center = true value + moment,     moment ~ scale * t(degrees)       (all in logarithms)
 *     scale^2 = floor^2 + spread^2 + disturbance^2
 *
 *   floor        what two moments of a quiet machine differ by, whatever the file says
 *   spread       standard deviation of the file's rounds.  Rounds are spread over the run, so it
 *                holds what changes from second to second, and a round of another regime counts in
 *                full: the next file may be made of such rounds.  It is deliberately not divided
 *                by the root of their number.
 *   disturbance  what others did on the machine meanwhile, as far as a ledger tells
 *
 * and the difference of two files is judged by Student's t with the smaller number of degrees.
 * Several files of one side are several draws: their variance is divided by their number, but
 * never below what they themselves show between them.
 */
#ifndef CONTEND_STATS_MOMENTS_H
#define CONTEND_STATS_MOMENTS_H

#include <stddef.h>

struct moment {
    double center; /* ln of the median over rounds */
    double scale;  /* of the moment, a log ratio */
    double degrees;
    double floor, spread, disturbance; /* what scale is made of; of several files the largest */
};

/*
 * Two runs of one CPU loop minutes apart differ by 3 % on average on a quiet virtual machine with
 * two CPUs (docs/compare.md).  Without a ledger nobody knows that it was quiet.
 */
#define MOMENT_FLOOR           0.03
#define MOMENT_FLOOR_NO_LEDGER 0.05

/*
 * One file's moment from its rounds' values (all above 0; they are overwritten).  `floor` > 0.
 * `count` >= 1; one round alone has no degrees of freedom, and nothing can be judged by it.
 */
struct moment moment_of(double *rounds, size_t count, double floor, double disturbance);

/* Several files of one side as one. count >= 1. */
struct moment moment_pool(const struct moment *files, size_t count);

/* What two moments say of a difference: log ratios, positive is worse for head. */
struct moment_shift {
    double effect;
    double lo, hi;               /* two-sided interval at the level asked for */
    double scale, degrees;       /* of the difference */
    double slower_ln, faster_ln; /* evidence (evalue.h) against "not beyond the tolerance" */
};

/*
 * `level` 0 to 1; tolerance >= 0.  Without degrees of freedom lo and hi are infinite and there
 * is no evidence.  The e-values are calibrated p-values, e = (1 - p + p ln p) / (p (ln p)^2)
 * (Vovk and Wang, "E-values: calibration, combination and applications", Annals of Statistics 49,
 * 2021, equation 1).
 */
struct moment_shift moment_shift_of(const struct moment *base, const struct moment *head,
                                    int higher_is_better, double level, double tolerance);

/*
 * The smallest effect whose evidence reaches `needed_ln`: a log ratio beyond the tolerance.
 * INFINITY without degrees of freedom.
 */
double moment_detectable(const struct moment_shift *s, double tolerance, double needed_ln);

/* The natural logarithm of that calibrator. p in 0 to 1; the limits at both ends are taken. */
double evalue_of_p_ln(double p);

#endif
