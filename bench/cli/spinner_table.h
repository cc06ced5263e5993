/* Spinners of many models, works and locks, one after the other: a line each, or one document. */
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

/* Both print to stdout, and return as spinner_run() does. */
int spinner_table_text(const struct spinner_table *table, const volatile bool *interrupted,
                       struct err *err);
int spinner_table_json(const struct spinner_table *table, const volatile bool *interrupted,
                       struct err *err);

#endif
