/*
 * Evidence that may be looked at as often as one likes, and what to do with many rows of it.
 *
 * An e-value is what a fair bet against a hypothesis has made of one unit of money: while the
 * hypothesis holds, the chance that it *ever* reaches 1/alpha is at most alpha (Ville 1939; Ramdas,
 * Gruenwald, Vovk and Shafer, "Game-theoretic statistics and safe anytime-valid inference",
 * Statistical Science 38, 2023).  So sampling may stop whenever the evidence suffices, go on when
 * it does not, and be taken up again: nothing is paid for looking.  All are natural logarithms,
 * since evidence of a thousand clear pairs exceeds any double.
 *
 * Samples are log ratios as in paired.h: positive is worse.
 */
#ifndef CONTEND_STATS_EVALUE_H
#define CONTEND_STATS_EVALUE_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Against "at most half of all pairs are positive", having seen k positive ones of n: the
 * likelihood ratio of a share drawn uniformly from (1/2, 1] to a fair coin,
 *   2^(n+1) B(k+1, n-k+1) (1 - I_{1/2}(k+1, n-k+1))
 * (Robbins, "Statistical methods related to the law of the iterated logarithm", 1970, for the
 * method of mixtures).  0 pairs: ln 1 = 0.  -INFINITY when k is so small that the rest underflows.
 */
double evalue_sign_ln(size_t k, size_t n);

/* The smallest k that brings evalue_sign_ln(k, n) to `needed_ln`; n+1 when none does. */
size_t evalue_sign_needed(size_t n, double needed_ln);

/* Against "the median is at most `shift`": evalue_sign_ln() of how many lie above it. */
double evalue_median_ln(const double *log_ratios, size_t count, double shift);

/*
 * Against "symmetric about `shift`, or about less": the mean-sensitive companion.  Flipping signs
 * makes exp(c sum x) / E[exp(c sum +-x)] = prod (1 + tanh(c x)) an e-value for every c > 0: for
 * small c a bet on the mean, for large c the sign test.  The mean over a fixed grid of c, from
 * 1/2 to 2048 (effects from about 200 % to 0.05 %), is one too.  Since tanh is odd and rising, it
 * holds against every smaller shift as well.
 */
double evalue_flips_ln(const double *log_ratios, size_t count, double shift);

/*
 * Against the same, for small effects in noise: each pair is staked on by how far it lies beyond
 * `shift`, in units of the spread of the pairs before it, and no pair more than once (tanh; Huber's
 * idea that a value far out says which way and not how far, "Robust statistics", 1981).  A stake
 * that knows only what came before leaves the bet fair; the mean over a fixed grid of stakes.  It
 * needs about two thirds of the pairs that signs do.  The order of the pairs is that of measuring.
 */
double evalue_scaled_ln(const double *log_ratios, size_t count, double shift);

/* ln of the mean of e-values, themselves logarithms: an e-value too. count >= 1. */
double evalue_mean_ln(const double *ln, size_t count);

/*
 * The median's interval that holds at every moment of a growing sample with `level` (0 to 1) at
 * once: all shifts whose two one-sided e-values stay below 2/(1-level).  -INFINITY..INFINITY while
 * there are too few values (8 at 95 %).  `sorted` is ascending.
 */
void evalue_interval_of_sorted(const double *sorted, size_t count, double level, double *lo,
                               double *hi);

/*
 * e-BH (Wang and Ramdas, "False discovery rate control with e-values", JRSS-B 84, 2022): rejects
 * the k rows with the largest evidence for the largest k whose k-th is at least rows/(k alpha).
 * The expected share of wrong rejections is at most alpha whatever depends on what.  Marks the
 * rows; NaN stands for a row without evidence.  *count is k; it may be NULL.  Returns 0, or -1 with
 * ERR_SYSTEM when memory runs out.
 */
int evalue_reject(const double *evidence_ln, size_t rows, double alpha, bool *rejected,
                  size_t *count, struct err *err);

#endif
