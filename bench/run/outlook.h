/*
 * What a run will take, said before it begins.  An estimate from calibrated operations and from
 * what visits do beside them; what contention costs is not in it.
 */
#ifndef CONTEND_RUN_OUTLOOK_H
#define CONTEND_RUN_OUTLOOK_H

#include "bench/run/plan.h"

struct outlook {
    size_t cells, controls; /* those that can be measured */
    uint32_t rounds, rounds_most;
    uint64_t rounds_ns; /* those of all cells */
    uint64_t run_ns;    /* all of it, at most: the budget ends it, though not its first round */
    bool is_virtual;    /* nothing of it takes time */
};

/* After calibration: cells have their operations. */
void outlook_of(const struct plan *p, struct outlook *out);

#endif
