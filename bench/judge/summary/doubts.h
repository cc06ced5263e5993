/* What speaks against the numbers of a result, in one paragraph. */
#ifndef CONTEND_JUDGE_SUMMARY_DOUBTS_H
#define CONTEND_JUDGE_SUMMARY_DOUBTS_H

#include "bench/base/buf.h"
#include "bench/result/result.h"

#include <stdbool.h>

/*
 * "3 of 39 cells unusable (others had the CPUs); 2 skipped (no such thing); warnings drift (1
 * cell)". Nothing where nothing does.  Reasons are left out where there is no room for them.
 */
void doubts_of(const struct result *r, bool with_reasons, struct buf *out);

/* Cells that are no controls. */
size_t doubts_cells(const struct result *r);

#endif
