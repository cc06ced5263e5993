/*
 * The cells of a result by workload and number of tasks: sentences ask for many of them, and a
 * result may have a million.
 */
#ifndef CONTEND_JUDGE_SENTENCES_PLACES_H
#define CONTEND_JUDGE_SENTENCES_PLACES_H

#include "bench/base/err.h"
#include "bench/result/result.h"

struct places {
    const struct result *result; /* borrowed */
    size_t *order; /* owned: its cells, sorted by workload, tasks, lock, kind, then as they stand */
    bool *is_new;  /* owned, by cell: no earlier one has the same of all these */
};

/* Returns 0, or -1 with ERR_SYSTEM when memory runs out. */
int places_of(struct places *out, const struct result *r, struct err *err);
void places_release(struct places *p);

/*
 * The first cell of that workload, lock (NULL: without one), executor (NULL: one task after the
 * other) and number of tasks that has a value in that role; NULL when there is none, or others made
 * it.
 */
const struct result_cell *places_find(const struct places *p, const char *workload,
                                      const char *lock, const char *executor, int64_t tasks,
                                      enum role role);

#endif
