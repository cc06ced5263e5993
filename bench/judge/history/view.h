/* A history read and judged: what is shown of it, and handed to other tools. */
#ifndef CONTEND_JUDGE_HISTORY_VIEW_H
#define CONTEND_JUDGE_HISTORY_VIEW_H

#include "bench/base/command.h"
#include "bench/page/page.h"

struct history_wishes {
    const char *file;   /* NULL: history_file() */
    const char *series; /* those whose name matches it, as of the shell; NULL: all */
    double alpha, least_ratio;
    int64_t newest, seed; /* as struct history_request has them */
};

/*
 * Reads and judges, onto a page that this begins; `warnings` gets what was skipped, in any case.  A
 * check has the changes alone, and a status of its own where something is worse.  -1 with ERR_USAGE
 * where no series matches or a wish is out of its range, ERR_NOTCOMPARABLE where nothing was
 * measured yet, or what history_load() says.  Where not one series has enough points to be checked
 * there is a page and ERR_NOTCOMPARABLE, for behind it: a silent check is not a passed one.
 */
int history_view_page(struct page *p, const struct history_wishes *w, bool is_check,
                      struct buf *warnings, int *status, struct err *err);

struct history_export_request {
    const char *file, *series; /* as of struct history_wishes */
    const char *target;        /* one of history_targets */
    const char *branch, *directory;
};

/* The series as files of another tool; `said` gets where they are and how many, `warnings` what was
 * skipped, in any case. -1, as above. */
int history_export_series(const struct history_export_request *request, struct buf *warnings,
                          struct buf *said, struct err *err);

#endif
