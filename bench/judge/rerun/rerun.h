/*
 * Was a result reproduced?  The same cells measured again, here and now, held against what they
 * were: "the same" in the sense of ACM's badges ("Artifact Review and Badging", 1.1), repeated by
 * the same team and setup or reproduced by another one.
 *
 * Rows are judged as in compare.h, with its caution for two moments.  Where machine, kernel,
 * library, runtime, compiler or parameters differ, numbers differ whatever was done right: then
 * nothing is said of them, but all that differs is named.
 */
#ifndef CONTEND_JUDGE_RERUN_H
#define CONTEND_JUDGE_RERUN_H

#include "bench/judge/compare/compare.h"

enum rerun_verdict {
    RERUN_REPRODUCED,     /* no row moved beyond what moments differ by */
    RERUN_NOT_REPRODUCED, /* a row is slower or faster, among all judged */
    RERUN_NOT_SHOWN,      /* none moved, but no change of any size could have been seen */
    RERUN_NOT_COMPARABLE, /* what they stand on differs, or no row is in both */
};

/* "reproduced", "not reproduced", "not shown", "not comparable" */
const char *rerun_verdict_name(enum rerun_verdict v);

/* Judges, and shows it.  Returns 0, or -1 with ERR_SYSTEM; there is no page then. */
int rerun_page(struct page *p, const struct result *before, const struct result *now,
               enum rerun_verdict *verdict, struct err *err);

#endif
