/* The rows of a grid in another order than that of their labels. */
#ifndef CONTEND_JUDGE_TABLE_SORT_H
#define CONTEND_JUDGE_TABLE_SORT_H

#include "bench/judge/table/plan.h"

/* By the metric or the dimension that the plan says, if any.  0, or -1 with ERR_SYSTEM. */
int table_sort(struct grid *g, const struct plan *plan, struct err *err);

#endif
