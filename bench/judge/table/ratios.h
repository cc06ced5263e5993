/* The columns of a grid that say how many times as much a row has as what it is compared with. */
#ifndef CONTEND_JUDGE_TABLE_RATIOS_H
#define CONTEND_JUDGE_TABLE_RATIOS_H

#include "bench/judge/table/plan.h"
#include "bench/judge/table/table.h"

/* Each ratio stands right of its value, whose slots are filled.  Linear in rows.  ERR_SYSTEM. */
int ratios_fill(struct grid *g, const struct plan *plan, struct err *err);

#endif
