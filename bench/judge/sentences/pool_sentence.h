/* The sentence on pools: from how many tasks on they pay off, from breakeven.h's numbers. */
#ifndef CONTEND_JUDGE_SENTENCES_POOL_SENTENCE_H
#define CONTEND_JUDGE_SENTENCES_POOL_SENTENCE_H

#include "bench/base/buf.h"
#include "bench/result/result.h"

/* Adds nothing when the result has no pool beside units of its kind. */
void pool_sentence(struct buf *out, const struct result *r);

#endif
