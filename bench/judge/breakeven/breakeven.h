/*
 * From how many tasks on a pool pays off against a unit for each task.
 *
 * A pool costs its start once and its hand-over a task; per-task units cost their whole life
 * a task.  With S = pool_start_ns, p and u = lifecycle_ns of the pool and of the units, the pool
 * is ahead from n tasks on where S + n p <= n u, which is n = ceil(S / (u - p)).
 *
 * Computed from a result's samples, never stored.  Pure.
 */
#ifndef CONTEND_JUDGE_BREAKEVEN_BREAKEVEN_H
#define CONTEND_JUDGE_BREAKEVEN_BREAKEVEN_H

#include "bench/base/err.h"
#include "bench/result/result.h"
#include "bench/stats/summary.h"

#include <stdbool.h>
#include <stddef.h>

struct breakeven {
    const struct result_cell *pool; /* borrowed from the result */
    const struct result_cell *units;
    bool never;    /* the pool's hand-over costs no less than a unit: it does not pay off */
    bool is_open;  /* ... and that cannot be ruled out: `hi` is infinite */
    double tasks;  /* whole, at least 1; NaN when `never` */
    double lo, hi; /* whole; hi may be INFINITY */
    double level;  /* coverage of lo..hi, 0 when an input has fewer than two samples */
};

/*
 * From the three summaries.  lo..hi covers when all three intervals do, so by Bonferroni with at
 * least 1 minus the sum of their misses.  The cells are left NULL.
 */
struct breakeven breakeven_of(const struct summary *start, const struct summary *pool,
                              const struct summary *units);

struct breakevens {
    struct breakeven *items; /* owned */
    size_t count;
};

/*
 * For each pool of the result and each per-task executor measured with the same workload, lock,
 * number of tasks, placement and parameters.  Level 95 % where there are samples enough.
 * Returns 0, or -1 with ERR_SYSTEM.
 */
int breakevens_of(struct breakevens *out, const struct result *r, struct err *err);
void breakevens_release(struct breakevens *b);

#endif
