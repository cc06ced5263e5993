/*
 * What moments of this machine differ by: results of one program, stored one after the other, say
 * for each kind of metric which standard deviation the log ratio of two of them has.  It is what
 * moments.h calls the floor, measured.
 */
#ifndef CONTEND_JUDGE_COMPARE_APART_H
#define CONTEND_JUDGE_COMPARE_APART_H

#include "bench/page/page.h"
#include "bench/result/result.h"

enum { APART_KINDS_MOST = 16, APART_RESULTS_LEAST = 3 };

struct apart_kind {
    const char *group; /* of its metrics: "startup"; borrowed from the results */
    size_t rows;       /* metrics of cells that all results have */
    double sd;         /* of the log ratio of two moments: the root mean square over rows */
    double sd_most;    /* its upper limit with 90 %, rows of one moment counting as one */
};

struct apart {
    struct apart_kind kinds[APART_KINDS_MOST];
    size_t count;
};

/* The metrics compare judges. -1 with ERR_INPUT below APART_RESULTS_LEAST, ERR_SYSTEM. */
int apart_of(struct apart *out, const struct result *results, size_t count, struct err *err);

/* How many moments those are of; JSON is contend.moments/1. */
void apart_page(struct page *p, const struct apart *a, size_t moments);

#endif
