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
    bool is_wide;       /* there is room for medians */
    const char *output; /* the file it goes to; NULL: it is shown */
};

/* Shows a page, in that file where `path` is not NULL, and releases it; `width` 0 is the
 * terminal's, below 0: lines as long as they are. */
typedef int spinner_show(struct page *p, const char *format, int64_t width, const char *path,
                         struct err *err);

/*
 * Runs them and shows text row by row as they come, other formats and files at the end; `format` is
 * a page's (NULL: text).  Returns as spinner_run() does.
 */
int spinner_table_run(const struct spinner_table *table, const char *format, spinner_show *show,
                      const volatile bool *interrupted, struct err *err);

#endif
