/*
 * A run: from the plan to the result file.
 *
 *   plan -> sizes of batches -> rounds over all cells, shuffled -> journal -> result file
 *
 * Cells are visited in rounds, each round in another order drawn from the seed, so that what
 * drifts on the machine spreads over all of them (schedule.h).  No round is begun that would pass
 * the budget, but for the first.  Prints nothing: progress goes to callbacks.
 */
#ifndef CONTEND_RUN_RUN_H
#define CONTEND_RUN_RUN_H

#include "bench/base/command.h"
#include "bench/base/err.h"
#include "bench/base/opts.h"
#include "bench/run/journal.h"
#include "bench/run/plan/outlook.h"
#include "bench/run/plan/plan.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
    uint32_t round, rounds; /* counted from 1; beyond `rounds` only wide intervals are visited */
    size_t cell, cells;     /* visits done of this round, and of how many */
    const char *id;         /* the cell that is visited next */
    uint64_t elapsed_ns;
    uint64_t left_ns; /* estimate; UINT64_MAX while there is none */
};

struct run_options {
    struct plan_request plan;
    const char *path; /* of the result */
    const char *name; /* by which it is called where there is no path: default_path.h */
    char default_path[256];
    uint32_t least_rounds; /* done whatever the budget says, where a verdict needs so many */
    bool resume;
    bool force;   /* discard an unfinished run that is in the way */
    bool streams; /* no result: the journal's lines go to standard output, and an end (stream.h) */
    int command_argc; /* as typed, for the result */
    char *const *command_argv;
    void (*say)(const char *line); /* what a new run will take; or NULL */
    void (*on_progress)(void *context, const struct progress *p); /* between visits; or NULL */
    void *context;
    const volatile bool *interrupted; /* becomes true when the user wants an end */
};

struct run_report {
    size_t ok_count, skipped_count, failed_count; /* measured cells, controls left out */
    size_t failed_controls;                       /* cells that others are compared with */
    size_t unusable_count;           /* of ok_count: every launch was disturbed from outside */
    uint32_t rounds, rounds_planned; /* of all cells */
    size_t extra_visits;             /* beyond those, where intervals were wide */
    bool is_interrupted;
    bool is_untouched; /* it ended before anything was measured: the file is as it was */
    uint64_t duration_ns;
    struct journal_faults journal_faults; /* lines of the journal that could not be used */
    uint64_t wanted_ns; /* a budget that would do for all planned rounds; 0: they were done */
};

/*
 * Runs.  0: the result is on disk, complete unless report->is_interrupted.  -1: see err; what
 * was measured until then is in the journal.
 */
int run_do(const struct run_options *o, struct run_report *report, struct err *err);

/* Interrupted, with a cell that failed, or fine. */
int run_report_status(const struct run_report *r);

#endif
