/*
 * Whether two results, or two cells of one id, may be compared: what they differ in besides the
 * code under test.  Numbers of two machines, kernels or compilers differ whatever the code does.
 *
 * Each difference belongs to a named dimension, which a user who knows better may allow.
 */
#ifndef CONTEND_JUDGE_PARTS_COMPARABLE_H
#define CONTEND_JUDGE_PARTS_COMPARABLE_H

#include "bench/result/result.h"

#include <stdbool.h>

struct difference {
    const char *dimension; /* "machine"; NULL: there is none */
    char text[200];        /* "cpu: \"A\" against \"B\"" */
};

/* The dimensions' names, ended by NULL. */
extern const char *const comparable_dimensions[];

/* Those allowed, as bits in the order of comparable_dimensions. ERR_USAGE names an unknown one. */
int comparable_allow(const char *const *names, size_t count, unsigned *bits, struct err *err);

/* The first difference between two files that is not allowed. A field only one states is none. */
bool results_comparable(const struct result *base, const struct result *head, unsigned allowed,
                        struct difference *out);

/*
 * Every field in which two files' machines and builds differ, one call each; also those that keep
 * nobody from comparing (limits, the commit), which have no dimension.
 */
void results_differences(const struct result *base, const struct result *head,
                         void (*each)(void *context, const struct difference *d), void *context);

/* The same of two cells: parameters and placement that the id does not show. */
bool cells_comparable(const struct result_cell *base, const struct result_cell *head,
                      unsigned allowed, struct difference *out);

/*
 * The same of one metric: its unit and direction; and where it is a total over the operations
 * done, their number, which is calibrated anew in each run.
 */
bool metrics_comparable(const struct result_cell *base_cell, const struct result_metric *base,
                        const struct result_cell *head_cell, const struct result_metric *head,
                        unsigned allowed, struct difference *out);

/* Whether the metric is a total: it grows with the operations of a task. */
bool metric_is_total(const struct result_metric *m);

#endif
