/* Two sides of stored results, from their files to a verdict on each row. */
#ifndef CONTEND_JUDGE_COMPARE_FILES_H
#define CONTEND_JUDGE_COMPARE_FILES_H

#include "bench/base/command.h"
#include "bench/page/page.h"

struct compare_wishes {
    struct opt_list base, head; /* the files */
    struct opt_list allow;      /* dimensions that may differ */
    const char *metric, *filter;
    double threshold;
    double moment_sd;         /* what two moments differ by, as a ratio; below 0: nobody said */
    bool is_gated, is_strict; /* what is slower, and what is undecided, has a status of its own */
    bool is_whole;            /* every row, in text */
    bool is_fidelity;         /* an emulated runtime against real ones: judge/fidelity */
};

/*
 * Which of the words are of base and which of head: BASE HEAD, BASE... -- HEAD..., or none beside
 * --base and --head.  ERR_USAGE where a side is missing, or -o names a file that is read.
 */
int compare_wishes_sort(struct compare_wishes *w, const struct call *call, const char *output,
                        struct err *err);

/*
 * Reads and judges, onto a page that this begins, for that format.  -1 with what cannot be read, or
 * as compare_results() says.
 */
int compare_files_page(struct page *p, const struct compare_wishes *w, const char *format,
                       int *status, struct err *err);

#endif
