/* Somebody's program scaled: from what `contend scale` was asked for to a page, and the document
 * where one was wanted. */
#ifndef CONTEND_LAB_SCALED_H
#define CONTEND_LAB_SCALED_H

#include "bench/base/argv_split.h"
#include "bench/base/command.h"
#include "bench/lab/scale_session.h"

enum { SCALE_COUNTS_MOST = 64, SCALE_THREADS_MOST = 4096 };

struct scale_wishes {
    const char *counts;    /* "1,2,4"; NULL: doubled up to four times the CPUs */
    const char *processes; /* the other command; NULL */
    const char *work;      /* "fixed", "each" */
    const char *output;    /* of the document; NULL */
    const char *priority;  /* "raise", "keep" */
    int64_t rounds, budget_ns, timeout_ns, seed;
};

/* What is done of it. */
struct scaled {
    struct scale_request request;
    unsigned counts[SCALE_COUNTS_MOST];
    char **argv; /* owned; its words are the command line's */
    struct argv processes;
    const char *output;
};

/* Whether it can be done, and starts nothing.  -1 with err; scaled_release() in both cases. */
int scaled_look(struct scaled *s, const struct scale_wishes *wishes, const struct opt_list *words,
                struct err *err);
void scaled_release(struct scaled *s);

/*
 * Measures, judges, writes the document, begins the page; there is none where the status is that it
 * was interrupted.  -1 with err: as of scale_measure().
 */
int scaled_run(const struct scaled *s, struct page *p, int *status, struct err *err);

#endif
