/*
 * What a run will take, said before it begins.  An estimate from calibrated operations and from
 * what visits do beside them; what contention costs is not in it.
 */
#ifndef CONTEND_RUN_PLAN_OUTLOOK_H
#define CONTEND_RUN_PLAN_OUTLOOK_H

#include "bench/run/plan/plan.h"

struct outlook {
    size_t cells, controls; /* those that can be measured */
    uint32_t rounds, rounds_most;
    uint64_t rounds_ns; /* those of all cells */
    uint64_t run_ns;    /* all of it, at most: the budget ends it, though not its first round */
    bool is_virtual;    /* nothing of it takes time */
    size_t untimed;     /* cells of which only what surrounds their operations is counted */
};

/* After calibration: cells have their operations. */
void outlook_of(const struct plan *p, struct outlook *out);

/*
 * Before any: cells whose operations would be calibrated take what those are calibrated to, and
 * what a given number of operations takes (`ops` for all cells, 0: each its own) is not known but
 * where they wait.
 */
void outlook_of_plan(struct plan *p, uint64_t ops, struct outlook *out);

/* Whether its operations have neither been timed nor will be made to last a known time. */
bool outlook_is_untimed(const struct cell *c);

/* What one visit takes on so many CPUs, on average over the rounds. */
double outlook_visit_ns(const struct cell *c, const struct plan *p, uint32_t cpus);

#endif
