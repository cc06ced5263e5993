/* One emulated runtime's result against one or several real ones', from their files. */
#ifndef CONTEND_JUDGE_FIDELITY_FILES_H
#define CONTEND_JUDGE_FIDELITY_FILES_H

#include "bench/base/command.h"
#include "bench/page/page.h"

/*
 * Reads and judges, onto a page that this begins: fine where all rows agree.  -1 with what cannot
 * be read.  Without a row in common there is a page and ERR_NOTCOMPARABLE, for behind it.
 */
int fidelity_files_page(struct page *p, const char *emulated, const struct opt_list *real,
                        int *status, struct err *err);

#endif
