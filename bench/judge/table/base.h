/*
 * What ratios are to: for each cell the one that is the same but for one dimension, in which it has
 * the value asked for.  "executor=thread": the same work by threads; "result=before": the same cell
 * of that result.
 *
 * What belongs to a dimension goes with it: an executor's own settings and its workers, a lock's
 * settings, a workload's parameters.
 */
#ifndef CONTEND_JUDGE_TABLE_BASE_H
#define CONTEND_JUDGE_TABLE_BASE_H

#include "bench/judge/parts/dim.h"

struct base {
    char *key; /* owned: all of the cell but the dimension */
    struct entry entry;
};

struct bases {
    char *dim;          /* owned; NULL: none were asked for */
    char *value;        /* owned */
    struct base *items; /* owned, sorted by key */
    size_t count;
};

/* From "DIM=VALUE"; ERR_USAGE where no cell has it. bases_release() also then. */
int bases_parse(struct bases *out, const char *option, const char *text, const struct entries *all,
                struct err *err);
/* The same from its two parts. */
int bases_of(struct bases *out, const char *option, const char *dim, const char *value,
             const struct entries *all, struct err *err);
void bases_release(struct bases *b);

/* The cell that e is held against: e itself where it has the value; NULL where there is none.
 * *failed is set when memory ran out. */
const struct entry *bases_find(const struct bases *b, const struct entry *e, bool *failed);

#endif
