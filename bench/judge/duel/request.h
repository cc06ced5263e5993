/*
 * What a duel is asked for, whoever asks; and what follows from it: the sides, as commands, and
 * what is tolerated.
 */
#ifndef CONTEND_JUDGE_DUEL_REQUEST_H
#define CONTEND_JUDGE_DUEL_REQUEST_H

#include "bench/base/opts.h"
#include "bench/judge/duel/duel.h"

struct duel_request {
    /* What is compared. */
    const char *const *commands; /* BASE ARG.. -- HEAD ARG..; borrowed from argv */
    size_t command_count;
    struct opt_list plugins, workloads, locks, executors, tasks, params;
    const char *set, *placement, *relinked;
    const char *base_name, *head_name; /* what the sides are called; NULL: by their commands */
    int64_t workers, ops, task_time_ns;
    bool prints_metrics;
    /* How it is judged. */
    int64_t budget_ns, timeout_ns, seed, pairs;
    int64_t floor_ns; /* -1: nobody asked for one */
    double threshold;
    const char *tolerances;
    struct opt_list gates;
    const char *priority; /* "auto", "raise" or "keep" */
    bool is_strict;
    /* What comes out. */
    const char *format, *output;
};

/* What is compared must be said in one way, and in one way only. -1 with ERR_USAGE. */
int duel_request_check(const struct duel_request *r, struct err *err);

/* Lines "GLOB PERCENT"; blank ones and those that begin with # are left out. */
struct duel_tolerances {
    struct duel_tolerance *items;
    size_t count;
    char *text; /* holds the globs */
};
/* Release them whatever is returned. */
int duel_tolerances_read(const char *path, struct duel_tolerances *out, struct err *err);
/* The same from the file's text; `path` is for messages. */
int duel_tolerances_parse(const char *path, const char *text, size_t length,
                          struct duel_tolerances *out, struct err *err);
void duel_tolerances_release(struct duel_tolerances *t);

/* The comparisons asked for, with everything they borrow. */
struct duel_sides {
    struct duel_subject *subjects;
    size_t count;
    void **owned;
    size_t owned_count;
};

/*
 * Makes the sides and, where they are cells, calibrates each on base: the same number of operations
 * for both.  -1 with ERR_USAGE for what is not offered, why a command does not start, or after an
 * interrupt.  A cell that does not run keeps its place, with the reason.
 */
int duel_sides_make(const struct duel_request *r, const volatile bool *interrupted,
                    struct duel_sides *out, struct err *err);
void duel_sides_release(struct duel_sides *s);

#endif
