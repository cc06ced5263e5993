/*
 * What `contend report` shows of results: the first screen, tables, one chart, the law of scaling.
 * Which of them follows from what was wished; the results are read as each needs them.
 */
#ifndef CONTEND_JUDGE_VIEWS_VIEWS_H
#define CONTEND_JUDGE_VIEWS_VIEWS_H

#include "bench/base/err.h"
#include "bench/base/opts.h"
#include "bench/page/page.h"

struct view_wishes {
    const char *plot; /* one of view_plot_name(); NULL: none */
    const char *rows, *cols, *metric, *filter, *relative_to, *sort, *caption; /* of tables */
    const char *weights; /* of the fit of --scaling: "relative", "absolute"; NULL: the former */
    bool tables, ratio, sentences, scaling, ci;
    int64_t digits;  /* of measured values; 0: as many as intervals deserve */
    int64_t columns; /* of a document's table, at most; 0: as many as fit */
};

/* The i-th picture there is, NULL behind the last: charts of results, and the one of traces. */
const char *view_plot_name(size_t i);

/* Whether wishes go together. -1 with ERR_USAGE. */
int view_check(const struct view_wishes *w, struct err *err);

/*
 * Reads the files ("-": standard input) and puts onto a page that this begins, for that format,
 * what is wished of them; nothing but zeros is the first screen.  Returns 0, or -1 without a page:
 * ERR_USAGE, ERR_INPUT, ERR_SYSTEM.
 */
int view_page(struct page *p, const struct opt_list *paths, const struct view_wishes *w,
              const char *format, struct err *err);

#endif
