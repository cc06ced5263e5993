/* What a table request means for given cells: blocks, rows, columns. Shared by table.c alone. */
#ifndef CONTEND_JUDGE_TABLE_PLAN_H
#define CONTEND_JUDGE_TABLE_PLAN_H

#include "bench/judge/table/base.h"
#include "bench/judge/table/table.h"

enum { PLAN_METRICS_MAX = 64 };

struct plan_metric {
    char name[64];
    char group[64];
    bool with_ratio;
};

struct plan {
    struct dims blocks; /* a grid for each of their combinations */
    struct dims rows;
    struct dims cols; /* one or none */
    struct plan_metric metrics[PLAN_METRICS_MAX];
    size_t metric_count;
    bool with_ratios;     /* behind each metric */
    bool keeps_empty;     /* the user named the metrics: columns without a value stay */
    struct bases bases;   /* what ratios are to; its dim is NULL where they are to rows */
    char sort_metric[64]; /* rows are sorted by it; "" for none */
    char sort_dim[64];
    bool is_reversed;
};

/* `out` is released by the caller, also where this fails. */
int plan_make(struct plan *out, const struct table_request *request, const struct entries *all,
              struct err *err);

/* That a metric asked for is one of the cells that are shown, of which there are some: ERR_USAGE.
 */
int plan_check(const struct plan *p, const struct entries *chosen, struct err *err);

void table_plan_release(struct plan *p);

/*
 * Adds the labels the rows of these cells need: those asked for, and whatever else the cells differ
 * in.  With `is_ambiguous` the cells' ids as well.
 */
void plan_labels(const struct plan *p, const struct entry *items, size_t count, bool is_ambiguous,
                 struct dims *out);

#endif
