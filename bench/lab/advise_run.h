/*
 * The measuring half of advice: the workload `request` as described, run in each shape by the
 * executors, and what units and processes take here.
 */
#ifndef CONTEND_LAB_ADVISE_RUN_H
#define CONTEND_LAB_ADVISE_RUN_H

#include "bench/judge/advise/advise.h"

#define ADVISE_BUDGET "30s"

struct advise_request {
    struct advise_work work;
    uint32_t asked_cpus; /* of another machine; 0: this one's */
    uint64_t budget_ns;
    uint64_t timeout_ns; /* of one measurement */
    int64_t seed;        /* -1: drawn */
    bool verifies;       /* the first two once more, longer and in turn */
    bool is_exhaustive;  /* all shapes to the end: what a check of the advice is held against */
    const char *reference, *runtime;
    const volatile bool *interrupted;
    void (*say)(const char *line); /* or NULL */
};

struct advise_found {
    struct advise_work work; /* as measured */
    struct advise_costs costs;
    struct advise_board board;
    struct advise_flips flips;
    struct advise_verified verified;
    struct advise_reference reference;
    bool is_verified, has_reference;
    double turn_ns, took_ns, others_ratio;
    uint64_t seed;
    uint32_t rounds;
};

/*
 * Checks the description for what contradicts itself, in one line that names it; then measures.
 * 0; 1 when it was interrupted before there was anything to say; -1 with err.
 * advise_found_release() in any case.
 */
int advise_run(const struct advise_request *r, struct advise_found *out, struct err *err);
void advise_found_release(struct advise_found *f);

/* What can be said before anything is measured: ERR_USAGE. */
int advise_check(const struct advise_work *w, struct err *err);

/*
 * Fills what was not told (values below 0) from a file of `contend watch`: the share of computing
 * and waiting of its threads, over `requests` of them, or over the times that threads gave the GIL
 * up by themselves.  `how` says what was made of it, in words.
 */
int advise_from_watch(const char *path, double requests, struct advise_work *w, bool *has_lock,
                      struct buf *how, struct err *err);

#endif
