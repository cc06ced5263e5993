/* What goes into a history: a commit's numbers, and changes that are meant. */
#ifndef CONTEND_JUDGE_HISTORY_WRITE_H
#define CONTEND_JUDGE_HISTORY_WRITE_H

#include "bench/judge/history/history.h"

struct history_addition {
    const char *file;   /* the history; NULL: history_file() */
    const char *source; /* a file of a duel or a result */
    struct history_origin origin;
    bool may_replace;
};

/*
 * Makes a point of the source and adds it, as the commit of this directory where nothing says
 * which (git is asked); one that is there already in its regime is ERR_USAGE unless it may be
 * replaced.  `said` gets what was added, `warnings` what was skipped while the file was read, in
 * any case.
 */
int history_add_file(struct history_addition *a, struct buf *warnings, struct buf *said,
                     struct err *err);

struct history_acceptance {
    const char *file;   /* likewise */
    const char *range;  /* "A..B", or a commit alone */
    const char *series; /* NULL: all */
    const char *reason;
};

/* Accepts the changes in that range.  Commits that the file does not have are ERR_USAGE: to accept
 * what matches nothing would be a silent mistake. */
int history_add_accept(const struct history_acceptance *a, struct buf *warnings, struct err *err);

#endif
