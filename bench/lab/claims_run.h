/*
 * The textbook measured: getting the results that claims are judged by, from the runner and from
 * another runtime, and judging them.
 */
#ifndef CONTEND_LAB_CLAIMS_RUN_H
#define CONTEND_LAB_CLAIMS_RUN_H

#include "bench/base/buf.h"
#include "bench/judge/claims/show.h"
#include "bench/run/run.h"

/* Adds the suite "claims": the cells of all of them. */
int claims_suite_add(struct err *err);

struct claims_run {
    struct claim_list claims;
    struct substitutions substitutions;
    struct run_options run; /* all but the plan's suite and document */
    const char *reference;  /* the name of one or a result file; NULL: nothing beside it */
    const char *python;     /* the interpreter; NULL: the first that is found */
    json_t *suite;          /* owned; of claims_plan() */
    const char *stream;     /* where the result goes, where it cannot be read again; else NULL */
    int held;               /* what was measured then, in memory */
    char door[32];          /* the name of that */
    struct opt_list as;     /* substitutions as typed, "gil=mine" */
    struct opt_list plugins;
    bool is_strict; /* one that is undecided has a status of its own */
    bool is_quiet;
    void (*say)(const char *line); /* what the interpreter says meanwhile */
};

/*
 * Loads the plug-ins and checks what was asked for: names of substitutions are locks or executors
 * that some claim uses, their replacements others of the same kind.  0, or -1 with ERR_USAGE.
 */
int claims_check(struct claims_run *c, struct err *err);

/*
 * Makes the plan of run_do(): the cells of the claims. 0, or -1 with err.  What shall go to a
 * stream is held, for it is judged: claims_pass_on() sends it there.
 */
int claims_plan(struct claims_run *c, struct err *err);
int claims_pass_on(struct claims_run *c, struct err *err);
void claims_release(struct claims_run *c);

/*
 * Judges the result in that file, and the reference beside it: a file, or the same cells, as far as
 * an interpreter has them, measured now in the machine's CPython and kept beside `result`, of which
 * `said` gets a line.  A cell that failed there leaves a result all the same; without an
 * interpreter the rest still has its verdicts.  Begins a page with how to do it again; there is
 * none where the status is that it was interrupted.  -1 with err.
 */
int claims_judge(const struct claims_run *c, const char *result, struct page *p, int *status,
                 struct buf *said, struct err *err);

#endif
