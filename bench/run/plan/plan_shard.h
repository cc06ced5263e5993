/* A part of a plan: its share of the measured cells, with the ceilings those refer to. */
#ifndef CONTEND_RUN_PLAN_PLAN_SHARD_H
#define CONTEND_RUN_PLAN_PLAN_SHARD_H

#include "bench/run/plan/plan.h"

/*
 * Keeps the part that was asked for: of the measured cells its share, and of the others only what
 * these take as their ceiling, as a control.  Each cell goes to the shard that has least to do so
 * far, the longest cells first (Graham 1969: no shard then has more than 4/3 of what the best split
 * gives it, and one cell).  What cells take is estimated from the plan alone, as if each machine
 * had the same CPUs, so that machines need not talk to each other to split it.  ERR_USAGE where
 * nothing is left.
 */
int plan_take_shard(struct plan *p, const struct plan_request *asked, struct err *err);

#endif
