/* Two sides of stored results, from their files to a verdict on each row. */
#ifndef CONTEND_JUDGE_COMPARE_FILES_H
#define CONTEND_JUDGE_COMPARE_FILES_H

#include "bench/base/opts.h"
#include "bench/judge/compare/compare.h"
#include "bench/result/list.h"

struct compare_wishes {
    struct opt_list base, head; /* the files */
    struct opt_list allow;      /* dimensions that may differ */
    const char *metric, *filter;
    double threshold;
    double moment_sd; /* what two moments differ by, as a ratio; below 0: nobody said */
};

/* What is tolerated where nothing is said. */
void compare_wishes_init(struct compare_wishes *w);

struct compare_files {
    struct result_list base, head;
    struct compare_side sides[2];
    struct comparison comparison; /* borrows both */
};

/*
 * Reads and judges.  -1 with what cannot be read, or as compare_results() says.  Released in both
 * cases.
 */
int compare_files_judge(struct compare_files *out, const struct compare_wishes *w, struct err *err);
void compare_files_release(struct compare_files *f);

#endif
