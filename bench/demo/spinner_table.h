/* Spinners of many models, works and locks, one after the other: a row each. */
#ifndef CONTEND_DEMO_SPINNER_TABLE_H
#define CONTEND_DEMO_SPINNER_TABLE_H

#include "bench/demo/spinner.h"
#include "bench/page/page.h"

struct spinner_table {
    const char *model; /* NULL: all */
    const char *work;  /* NULL: all */
    const struct lock *const *locks;
    size_t lock_count;
    uint64_t duration_ns;
    bool is_wide;  /* there is room for medians */
    bool is_whole; /* it is shown at the end, not row by row as they come */
};

/* Who shows a page, and releases it. */
struct spinner_viewer {
    int (*show)(void *context, struct page *p, struct err *err);
    void *context;
};

/* Runs them and shows them.  Returns as spinner_run() does. */
int spinner_table_run(const struct spinner_table *table, const struct spinner_viewer *viewer,
                      const volatile bool *interrupted, struct err *err);

#endif
