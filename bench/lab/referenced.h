/*
 * What `contend reference` was asked for: the six questions to any runtimes, or contend's own
 * workloads in one that can run them (CPython), wherever an option names workloads or cells.
 */
#ifndef CONTEND_LAB_REFERENCED_H
#define CONTEND_LAB_REFERENCED_H

#include "bench/base/command.h"
#include "bench/lab/reference.h"
#include "bench/lab/runtimes/session.h"

struct reference_wishes {
    const char *output;
    struct opt_list pythons; /* programs in place of what is looked for */
    int64_t timeout_ns;
    bool is_which; /* which programs these are, and no more */
    bool is_all, is_quick, is_quiet, is_traced, shows_list;
    /* What the program that runs workloads is given as it was typed, and checks itself. */
    struct reference_passed {
        const char *workload, *executor, *tasks, *interval, *task_time, *plan;
        const char *rounds, *budget, *seed;
        struct opt_list params, cells;
    } passed;
};

struct referenced {
    const struct reference_wishes *wishes;
    struct buf text; /* of the names */
    struct opt_list names;
    bool is_of_workloads;
    struct reference_request workloads; /* ... in these: */
    struct reference_runtimes runtimes;
    struct runtimes_request questions;
    void (*say)(const char *line);
};

/*
 * Whether it can be done, and measures nothing.  `names` as typed ("cpython,go"); `passed`: the
 * wishes of that name as words of a command line; all are borrowed.  `say` gets what is said
 * meanwhile.  -1 with err; referenced_release() in both cases.
 */
int referenced_look(struct referenced *r, const struct reference_wishes *wishes,
                    const struct opt_list *names, const struct opt_list *passed,
                    void (*say)(const char *line), struct err *err);
void referenced_release(struct referenced *r);

/* Which programs these are, a line each. */
int referenced_which(const struct referenced *r, struct buf *out, struct err *err);

/* Does it, until an interrupt; the command as typed, for the result.  An exit status; -1: as of
 * reference_run(), runtimes_run(). */
int referenced_run(struct referenced *r, const struct call *call, struct err *err);

#endif
