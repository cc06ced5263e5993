/* Getting the results that claims are judged by: from the runner and from another runtime. */
#ifndef CONTEND_CLI_CLAIMS_RUN_H
#define CONTEND_CLI_CLAIMS_RUN_H

#include "bench/claims/judge/cells.h"
#include "bench/run/run.h"

/* Names of substitutions are locks or executors that some claim uses, their replacements others of
 * the same kind. 0, or -1 with ERR_USAGE. */
int claims_check_substitutions(const struct claim_list *claims, const struct substitutions *s,
                               struct err *err);

/* Adds the suite "claims": the cells of all of them. */
int claims_suite_add(struct err *err);

struct claims_run {
    const struct claim_list *claims;
    const struct substitutions *substitutions;
    struct run_options run; /* all but the plan's suite and document */
    bool quiet;
};

/* Measures the cells of the claims into run.path. 0, or -1 with err. */
int claims_run_here(struct claims_run *c, struct run_report *report, struct err *err);

/*
 * The same cells, as far as an interpreter has them, in the machine's CPython.  `path` becomes
 * where its result is: beside `result`.  A cell that failed leaves a result all the same, the
 * reason in *missing.  0; 1 when there is no interpreter, the reason in *missing; -1 with err;
 * EXIT_INTERRUPTED.
 */
int claims_run_python(const struct claims_run *c, const char *python, const char *result,
                      char *path, size_t size, struct err *missing, struct err *err);

#endif
