/*
 * The metrics of some cells, as users name them: by the name in the file, or by what stands over
 * the column in a table ("startup", "lock wait", "lock-wait").
 */
#ifndef CONTEND_JUDGE_PARTS_METRIC_NAMES_H
#define CONTEND_JUDGE_PARTS_METRIC_NAMES_H

#include "bench/base/vec.h"
#include "bench/result/result.h"

struct metric_names {
    VEC(const char *); /* of the file, borrowed, each once in the order they are met */
};

/* Adds those of a cell. */
void metric_names_add(struct metric_names *names, const struct result_cell *c);

/* "lock wait" for "lock_wait_ratio": the unit is shown with the numbers. Returns out. */
char *metric_head(char *out, size_t size, const char *metric);

/* The nearest of their heads, as they are typed, and of their names, in `out`; NULL: none is near.
 */
const char *metric_names_nearest(const struct metric_names *names, const char *typed, char *out,
                                 size_t size);

/*
 * The one that was meant: its name in the file.  NULL with ERR_USAGE that says whose they are ("no
 * cell"), the nearest of them, by name or head, and the first of them.  Of several with one head
 * ("lock wait", a share or a time) the first is meant, which is the one that tables show first.
 */
const char *metric_names_find(const struct metric_names *names, const char *option,
                              const char *whose, const char *typed, struct err *err);

#endif
