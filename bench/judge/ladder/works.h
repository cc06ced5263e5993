/*
 * The cells of results by what they do, so that "the same, done by others", "the same under a lock"
 * and "the same, alone" stand beside each other.  Shared by the files of this room alone.
 *
 * What a cell does follows from its id, WORKLOAD/LOCK/EXECUTOR/tasks=N,KEY=VALUE..: its lock's and
 * its executor's own settings belong to them, all others to the work.  A foreign id is a work of
 * its own.
 */
#ifndef CONTEND_JUDGE_LADDER_WORKS_H
#define CONTEND_JUDGE_LADDER_WORKS_H

#include "bench/base/err.h"
#include "bench/judge/ladder/ladder.h"
#include "bench/result/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A cell and its names; which of them is the row's is said when they are made. */
struct worked {
    const struct result *result;
    const struct result_cell *cell;
    const char *work; /* workload, parameters, placement; "" where rows are works */
    const char *lock; /* with its settings; "" where rows are locks or works */
    const char *name; /* of the row */
    size_t order;     /* among all cells */
    char *memory;     /* owned: the three texts */
};

/* Cells that do the same under the same lock, as many at once: they differ in their rows. */
struct work {
    const struct worked *cells; /* by name, of one name in their order */
    size_t count;
    size_t order; /* of the one met first */
};

struct works {
    struct worked *cells; /* owned; sorted by work, tasks, lock, name, order */
    size_t cell_count;
    struct work *items; /* owned */
    size_t count;
    enum ladder_of of; /* what rows are */
};

/*
 * Of what is no control.  Rows are executors, or locks where all cells have one executor and more
 * locks than none and one; or works, where that is asked for.  0 or -1 with ERR_SYSTEM;
 * works_release() also then.
 */
int works_of(struct works *out, const struct ladder_source *source, bool are_rows, struct err *err);
void works_release(struct works *w);

/* The work that is the same but for lock and number of tasks; NULL where none is. */
const struct work *works_find(const struct works *w, const struct work *like, const char *lock,
                              int64_t tasks);

/* Of that result and row; NULL where there is none. */
const struct worked *work_cell(const struct work *w, const struct result *r, const char *name);

/* Rows for which it has a value of the metric; pools left out where they have no unit of it. */
size_t work_rows(const struct work *w, const char *metric, bool with_pools);

/* The row's names in the order in which they are first met: `*count` of them, owned; NULL where
 * memory ran out. */
const char **works_names(const struct works *w, size_t *count);

#endif
