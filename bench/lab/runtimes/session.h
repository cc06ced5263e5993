/*
 * Several runtimes side by side: all their cells are visited once a round, in an order drawn anew,
 * so that a noisy moment hits all of them; what comes of it is a result like any other.
 */
#ifndef CONTEND_LAB_RUNTIMES_SESSION_H
#define CONTEND_LAB_RUNTIMES_SESSION_H

#include "bench/base/opts.h"
#include "bench/lab/runtimes/instance.h"
#include "bench/lab/runtimes/question.h"

struct runtimes_request {
    const struct opt_list *names; /* carried ones, or folders; none: all that are carried */
    const struct opt_list *asked; /* programs in place of what is looked for (of the first name) */
    const char *output;
    const json_t *header; /* { "schema", "run", "host" }; the caller's */
    uint64_t rounds, budget_ns, seed;
    uint64_t timeout_ns; /* of one visit, at most; 0: as long as it may take */
    struct effort effort;
    bool is_quiet;
    const volatile bool *interrupted;
    void (*say)(const char *line);
};

/* How an interrupt ended it. */
enum runtimes_cut {
    RUNTIMES_PARTIAL = 1, /* what was measured is in the file */
    RUNTIMES_UNTOUCHED,   /* it came before anything was */
};

/*
 * 0; one of enum runtimes_cut; -1: ERR_USAGE for a name that is none,
 * ERR_UNAVAILABLE when there is none of them here, ERR_FAILED when a program did not answer as it
 * should: the file is there.
 */
int runtimes_run(const struct runtimes_request *request, struct err *err);

/* Whether all that are named are known. */
int runtimes_check(const struct runtimes_request *request, struct err *err);

/* "go 1.19.8 /usr/lib/go-1.19/bin/go", or "go -" and the reason, a line each. */
int runtimes_which(const struct runtimes_request *request, struct buf *out, struct err *err);

#endif
