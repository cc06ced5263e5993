/* A part of a plan: its share of the measured cells, with the ceilings those refer to. */
#ifndef CONTEND_RUN_PLAN_SHARD_H
#define CONTEND_RUN_PLAN_SHARD_H

#include "bench/run/plan.h"

/*
 * Keeps the index-th of count parts, counted from 1: every count-th measured cell, and of the
 * others only what these take as their ceiling, as a control.  Which cells a part has depends on
 * the plan alone, so that machines need not talk to each other to split it.  ERR_USAGE where
 * nothing is left.
 */
int plan_take_shard(struct plan *p, int64_t index, int64_t count, struct err *err);

#endif
