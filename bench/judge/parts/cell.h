/* What judges ask of a cell, and of a metric of two of them, whatever it is called. */
#ifndef CONTEND_JUDGE_PARTS_CELL_H
#define CONTEND_JUDGE_PARTS_CELL_H

#include "bench/result/result.h"
#include "bench/stats/robust.h"

#include <stdbool.h>

static inline bool cell_is_locked(const struct result_cell *c)
{
    return !(c->lock_traits & LOCK_NONE);
}

/* "gil", "no lock" */
static inline const char *cell_lock_words(const struct result_cell *c)
{
    return cell_is_locked(c) ? c->lock : "no lock";
}

/* What its workload measures itself, and is there for. */
bool cell_has_own(const struct result_cell *c, const struct result_metric *m);

/* One lock for all processes, which is another experiment than the executors' own habits. */
bool cell_lock_is_shared(const struct result_cell *c);

/* a over b, from their samples where both have some. *failed is set when memory ran out. */
struct ratio ratio_of_metrics(const struct result_metric *a, const struct result_metric *b,
                              bool *failed);

#endif
