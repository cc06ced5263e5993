/*
 * Scaling: what more tasks of the same cell yield.  Cells of one result that differ in nothing but
 * their number of tasks are a sweep; for each the throughput, its ratio to the smallest number of
 * tasks, that ratio over how many times more tasks there are (efficiency), and the Universal
 * Scalability Law through all of them, or why there is none.  All from raw samples.
 */
#ifndef CONTEND_JUDGE_SCALING_SCALING_H
#define CONTEND_JUDGE_SCALING_SCALING_H

#include "bench/judge/parts/number.h"
#include "bench/page/page.h"
#include "bench/result/result.h"
#include "bench/stats/usl.h"

/* One number of tasks. */
struct scaling_point {
    const struct result_cell *cell; /* borrowed */
    const struct result_metric *throughput;
    struct ratio speedup; /* to the smallest number of tasks, whose own has no interval; NaN where
                             it cannot be told */
    double efficiency_ratio; /* speed-up over how many times more tasks; NaN with it */
};

struct sweep {
    const char *label; /* of its result; empty when there is only one */
    struct scaling_point *points;
    size_t count; /* at least 2, by ascending tasks */
    struct usl law;
};

struct scaling {
    struct sweep *sweeps; /* owned */
    size_t count;
    enum usl_weights weights; /* of the fits */
};

/*
 * The sweeps of these results that match the filter (see entries_filter(); NULL: all).  Returns 0,
 * or -1: ERR_USAGE for the filter, ERR_INPUT when there is no sweep, ERR_SYSTEM.
 */
int scaling_of(struct scaling *out, const struct result *results, size_t count, const char *filter,
               enum usl_weights weights, struct err *err);
void scaling_release(struct scaling *s);

/* The id without its number of tasks, in two pieces: *before bytes of it, and what is returned. */
const char *scaling_behind_tasks(const char *id, size_t *before);

/* Puts the sweeps onto a page that page_init() began. */
void scaling_page(struct page *p, const struct scaling *s);

#endif
