/*
 * What a report shows viewers beside its tables: the answer first, then the pictures; behind the
 * tables the machine and the commands.  All of it is for PAGE_VIEWER alone.
 */
#ifndef CONTEND_JUDGE_CHARTS_VIEW_H
#define CONTEND_JUDGE_CHARTS_VIEW_H

#include "bench/judge/charts/charts.h"

/* -1 with the error set. `filter` as in entries_filter(). */
int view_open(struct page *p, const struct result *results, size_t count, const char *filter,
              struct err *err);
/* The simulator at its end is of the first result. */
int view_close(struct page *p, const struct result *results, size_t count, struct err *err);

#endif
