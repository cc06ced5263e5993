/*
 * Charts: results in, pictures as data out, each with what is to be seen in it as its title.
 *
 * A chart is one file that defines `chart_NAME` and one line in charts.def; the page of a report
 * and `--plot` know it from then on.  It draws nothing where a result has nothing for it; what it
 * leaves out for want of room it says.
 */
#ifndef CONTEND_JUDGE_CHARTS_CHARTS_H
#define CONTEND_JUDGE_CHARTS_CHARTS_H

#include "bench/base/vec.h"
#include "bench/page/page.h"
#include "bench/result/result.h"

/* Cells of one result that were measured, no controls, in their order; borrowed. */
struct chart_cells {
    VEC(const struct result_cell *);
};

/* What charts are drawn of. */
struct chart_subject {
    const struct result *results; /* the first is what others are held against */
    size_t result_count;
    const char *filter;          /* as in entries_filter(); NULL: all */
    const struct result *result; /* of these, the one drawn */
    struct chart_cells cells;    /* of it */
};

struct chart {
    const char *name;
    const char *summary; /* for lists: "what a unit costs, on a log scale" */
    const char *wants;   /* where there is none: what a result must have for it */
    bool is_of_all;      /* one for all results, not one for each */
    /* Adds one if there is something to see. -1 with the error set; what is not there is none. */
    int (*add)(struct page *p, const struct chart_subject *s, struct err *err);
};

/* Names in the order of charts.def, NULL-terminated: the choices of --plot. */
extern const char *const chart_names[];
const struct chart *chart_find(const char *name);

/*
 * Adds that chart of these results (of the first where it is of one); ERR_USAGE when there is
 * nothing to draw, with what a result must have.
 */
int chart_add(struct page *p, const struct result *results, size_t count, const char *name,
              const char *filter, struct err *err);

/* All charts that these results have something for; several results one after the other. */
int charts_add_all(struct page *p, const struct result *results, size_t count, const char *filter,
                   struct err *err);

#endif
