/* Spinners of many models, works and locks, one after the other: a row each. */
#ifndef CONTEND_CLI_SPINNER_TABLE_H
#define CONTEND_CLI_SPINNER_TABLE_H

#include "bench/cli/spinner.h"

struct spinner_table {
    const char *model; /* NULL: all */
    const char *work;  /* NULL: all */
    const struct lock *const *locks;
    size_t lock_count;
    uint64_t duration_ns;
};

/*
 * Prints to stdout, text row by row as they come; `format` is a page's (NULL: text).  Returns as
 * spinner_run() does.
 */
int spinner_table_show(const struct spinner_table *table, const char *format,
                       const volatile bool *interrupted, struct err *err);

#endif
