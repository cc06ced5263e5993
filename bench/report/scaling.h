/*
 * Scaling: what more tasks of the same cell yield.  Cells of one result that differ in nothing but
 * their number of tasks are a sweep; for each the throughput, its ratio to the smallest number of
 * tasks, that ratio over how many times more tasks there are (efficiency), and the Universal
 * Scalability Law through all of them, or why there is none.  All from raw samples.
 */
#ifndef CONTEND_REPORT_SCALING_H
#define CONTEND_REPORT_SCALING_H

#include "bench/core/buf.h"
#include "bench/report/result.h"

/*
 * Appends the sweeps of these results that match the filter (see entries_filter(); NULL: all) as
 * text.  Returns 0, or -1: ERR_USAGE for the filter, ERR_INPUT when there is no sweep, ERR_SYSTEM.
 */
int scaling_report(struct buf *out, const struct result *results, size_t count, const char *filter,
                   struct err *err);

#endif
