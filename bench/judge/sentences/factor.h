/* Factors between two measured values in sentences: "8.9", "roughly 2", or that none can be told.
 */
#ifndef CONTEND_JUDGE_SENTENCES_FACTOR_H
#define CONTEND_JUDGE_SENTENCES_FACTOR_H

#include "bench/base/buf.h"
#include "bench/result/result.h"
#include "bench/stats/robust.h"

#include <stdbool.h>

/* No difference can be told. */
bool factor_is_untold(const struct ratio *r);

/* Nor between what it lies: of single rounds, of rounds alike that are few, of zeros. */
bool factor_is_unknown(const struct ratio *r);

/* With the digits its interval deserves, and "roughly " where it is not known well. */
void factor_add(struct buf *out, const struct ratio *r);

/* A number between its ends, with two digits where it is not sure. */
void factor_add_number(struct buf *out, double center, double lo, double hi, bool is_sure);

/*
 * How many times as much the low figure (table/low.h) of m is as that of base; below 1 it is less.
 * 1 where no difference can be told: a small one counts only where the medians show one, too, and
 * the same.  *is_rough: it rests on too few samples.  NaN when there is no such figure.
 */
double factor_of_lows(const struct result_metric *m, const struct result_metric *base,
                      bool *is_rough, bool *failed);

#endif
