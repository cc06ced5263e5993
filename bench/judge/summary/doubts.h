/* What speaks against the numbers of a result, in one paragraph. */
#ifndef CONTEND_JUDGE_SUMMARY_DOUBTS_H
#define CONTEND_JUDGE_SUMMARY_DOUBTS_H

#include "bench/base/buf.h"
#include "bench/result/result.h"

/*
 * "3 of 39 cells unusable (others had the CPUs); 2 skipped (no such thing); warnings drift (1
 * cell)". Nothing where nothing does.
 */
void doubts_of(const struct result *r, struct buf *out);

/* Cells that are no controls. */
size_t doubts_cells(const struct result *r);

#endif
