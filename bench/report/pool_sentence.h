/* The sentence on pools: from how many tasks on they pay off, from breakeven.h's numbers. */
#ifndef CONTEND_REPORT_POOL_SENTENCE_H
#define CONTEND_REPORT_POOL_SENTENCE_H

#include "bench/core/buf.h"
#include "bench/result/result.h"

/* Adds nothing when the result has no pool beside units of its kind. */
void pool_sentence(struct buf *out, const struct result *r);

#endif
