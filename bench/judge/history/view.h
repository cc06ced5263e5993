/* A history read and judged: what is shown of it, and handed to other tools. */
#ifndef CONTEND_JUDGE_HISTORY_VIEW_H
#define CONTEND_JUDGE_HISTORY_VIEW_H

#include "bench/judge/history/judge.h"

struct history_view {
    struct history history; /* its warnings are to be shown, also where opening failed */
    struct history_tracks tracks;
    struct history_judgements judgements;
};

struct history_wishes {
    const char *file;   /* NULL: history_file() */
    const char *series; /* those whose name matches it, as of the shell; NULL: all */
    double alpha, least_ratio;
    int64_t newest, seed; /* as struct history_request has them */
};

/* What is judged by where nothing is said. */
void history_wishes_init(struct history_wishes *w);

/*
 * -1 with ERR_USAGE where no series matches or a wish is out of its range, ERR_NOTCOMPARABLE where
 * nothing was measured yet, or what history_load() says.  history_view_close() in both cases.
 */
int history_view_open(struct history_view *v, const struct history_wishes *w, struct err *err);
void history_view_close(struct history_view *v);

/* -1 with ERR_NOTCOMPARABLE when not one series has enough points: a silent check is not a passed
 * one. */
int history_view_check(const struct history_view *v, struct err *err);

struct history_export_request {
    const char *file, *series; /* as of struct history_wishes */
    const char *target;        /* one of history_targets */
    const char *branch, *directory;
};

/* The series as files of another tool; `said` gets where they are and how many. -1, as above. */
int history_export_series(const struct history_export_request *request, struct buf *said,
                          struct err *err);

#endif
