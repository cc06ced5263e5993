/* One emulated runtime's result against one or several real ones', from their files. */
#ifndef CONTEND_JUDGE_FIDELITY_FILES_H
#define CONTEND_JUDGE_FIDELITY_FILES_H

#include "bench/base/opts.h"
#include "bench/judge/fidelity/fidelity.h"
#include "bench/result/list.h"

struct fidelity_files {
    struct result_list results; /* the emulated one first */
    struct fidelity *tables;    /* owned; one for each real one */
    size_t rows, differing;     /* of all tables: judged, and those that differ */
};

/*
 * Reads and judges.  -1 with what cannot be read, or ERR_SYSTEM.  Released in both cases.
 */
int fidelity_files_judge(struct fidelity_files *out, const char *emulated,
                         const struct opt_list *real, struct err *err);
void fidelity_files_release(struct fidelity_files *f);

/* page_release() when it was shown. */
void fidelity_files_page(struct page *p, const struct fidelity_files *f);

#endif
