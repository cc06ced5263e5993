/*
 * A program watched from its start to its end: from what was asked for to the ledger, and what is
 * written of it.
 */
#ifndef CONTEND_LAB_WATCHING_H
#define CONTEND_LAB_WATCHING_H

#include "bench/base/command.h"
#include "bench/judge/ledger/ledger_view.h"
#include "bench/page/formats.h"
#include "bench/watch/program.h"
#include "bench/watch/session.h"

struct watch_wishes {
    const char *format;               /* of the page; NULL: text, with the errors */
    const char *output, *timeline;    /* files; NULL */
    int64_t window_ns;                /* how much the timeline shows */
    int64_t max_hold_ns, max_wait_ns; /* 0: no gate */
    bool holds_all, is_all, is_alone, with_stacks;
};

struct watched {
    struct watch_program program;
    char **argv; /* of the program, owned */
    struct watch_session session;
    struct ledger ledger;
    struct ledger_view view;
};

/*
 * Looks whether it can be watched and the files can be written, and starts nothing.  0, where
 * program.unseen may say why nothing could be seen; -1 with err.  watched_release() in both cases.
 */
int watched_look(struct watched *w, const struct watch_wishes *wishes, const struct opt_list *words,
                 struct err *err);
/* Runs it to its end and reads what was seen.  -1: ERR_UNAVAILABLE, ERR_SYSTEM, ERR_USAGE. */
int watched_run(struct watched *w, const struct watch_wishes *wishes, struct err *err);
void watched_release(struct watched *w);

/*
 * The program's own end, as a shell tells it; where that is fine, what was seen of it.  `why` gets
 * why nothing was, or stays empty.
 */
int watched_status(const struct watched *w, struct buf *why);

/*
 * Writes the document and the timeline, where they are wished.  A picture of nothing is none, and
 * no failure: `nothing` then says why.
 */
int watched_write(const struct watched *w, const struct watch_wishes *wishes,
                  const struct page_style *style, struct err *nothing, struct err *err);

#endif
