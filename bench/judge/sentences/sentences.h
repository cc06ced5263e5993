/*
 * A few sentences on what a result means, computed from its numbers: what starting costs, how
 * waiting overlaps, what a global lock does to computing.  A sentence whose cells are missing
 * is left out, and one whose intervals overlap says so.  Of cells that are unusable, because others
 * had the CPUs, nothing is said but how many they are.
 */
#ifndef CONTEND_JUDGE_SENTENCES_SENTENCES_H
#define CONTEND_JUDGE_SENTENCES_SENTENCES_H

#include "bench/base/buf.h"
#include "bench/base/vec.h"
#include "bench/result/result.h"

struct sentences {
    VEC(char *); /* each owned */
};

/* Returns 0, or -1 with ERR_SYSTEM when memory runs out. */
int sentences_of(struct sentences *out, const struct result *r, struct err *err);
void sentences_release(struct sentences *s);

#endif
