/* The files of both sides of a comparison. */
#ifndef CONTEND_JUDGE_COMPARE_LOAD_H
#define CONTEND_JUDGE_COMPARE_LOAD_H

#include "bench/base/opts.h"
#include "bench/result/list.h"

/*
 * Reads both at the same time: parsing is nearly all there is to do.  Returns 0, or -1 with the
 * first error, that of base before that of head; the lists are unloaded in both cases.
 */
int compare_load(const struct opt_list *base_paths, const struct opt_list *head_paths,
                 struct result_list *base, struct result_list *head, struct err *err);

#endif
