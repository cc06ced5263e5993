/*
 * The plan of a result that is there: the same cells, to be measured again here.
 */
#ifndef CONTEND_RUN_LIKE_H
#define CONTEND_RUN_LIKE_H

#include "bench/result/result.h"
#include "bench/run/plan/plan.h"

/*
 * Fills the request: a suite with a group for each measured cell, with its parameters and
 * placement, as many rounds, and the seed of their order; operations where all cells have as many.
 * What the request says already (of rounds, budget, seed and workers) stays.  *suite is the
 * caller's, and the request borrows it. Cells that plug-ins brought need them loaded.  Returns 0,
 * or -1: ERR_INPUT where the result has no cells that contend measured, ERR_SYSTEM.
 */
int run_like(const struct result *r, struct plan_request *request, json_t **suite, struct err *err);

#endif
