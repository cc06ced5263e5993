/* Two sides of stored results, from their files to a verdict on each row. */
#ifndef CONTEND_JUDGE_COMPARE_FILES_H
#define CONTEND_JUDGE_COMPARE_FILES_H

#include "bench/base/opts.h"
#include "bench/judge/compare/compare.h"
#include "bench/result/list.h"

struct compare_files {
    struct result_list base, head;
    struct compare_side sides[2];
    struct comparison comparison; /* borrows both */
};

/*
 * Reads and judges; dimensions named in `allowed` may differ.  -1 with what cannot be read, or as
 * compare_results() says.  Released in both cases.
 */
int compare_files_judge(struct compare_files *out, const struct opt_list *base,
                        const struct opt_list *head, const struct opt_list *allowed,
                        struct compare_request *request, struct err *err);
void compare_files_release(struct compare_files *f);

#endif
