/*
 * Two sides measured in pairs: what one sample of base and one of head, taken right after each
 * other, say together.
 *
 * A pair is one number, the natural logarithm of the ratio of its two values, oriented so that
 * positive is worse for head: +0.01 is "1 % slower", and swapping the sides changes the sign and
 * nothing else.  The estimate is the median of these; its interval is summary_of(), the exact
 * order-statistic one.  Which side of a pair came first is drawn, so that under "no difference" a
 * pair's sign is a fair coin whatever the noise looks like (Fisher, "The Design of Experiments",
 * 1935, section 21); nothing here asks for more than that.
 *
 * Pure functions; those that need working memory can fail (ERR_SYSTEM).
 */
#ifndef CONTEND_STATS_PAIRED_H
#define CONTEND_STATS_PAIRED_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ln(head/base) of each pair, or ln(base/head) when higher values are better.  Returns -1 with
 * ERR_INPUT, naming the pair, when a value is not finite or not above 0.
 */
int paired_log_ratios(const double *base, const double *head, size_t count, bool higher_is_better,
                      double *out, struct err *err);

/* 0.0198 -> 0.02: a log ratio as the relative change it is; and back (change above -1). */
double log_ratio_to_change(double log_ratio);
double log_ratio_of_change(double change);

/*
 * How seldom a fair coin falls so often to one side, or more seldom still: the exact sign test,
 * both sides together.
 */
double paired_sign_p(size_t one, size_t other);

/* Mean; the logarithm of the geometric mean of the ratios. NaN when count is 0. */
double paired_mean(const double *log_ratios, size_t count);

#endif
