/*
 * Which cells a round visits, and in which order: decided by the plan, its seed and what earlier
 * rounds found, by nothing else.  A run that goes on after a crash decides the same again.
 *
 *   rounds 0 .. plan.rounds - 1          every cell that has not failed
 *   the rest, to plan.rounds_most - 1    the cells whose intervals are widest, and their ceilings
 */
#ifndef CONTEND_RUN_SCHEDULE_H
#define CONTEND_RUN_SCHEDULE_H

#include "bench/run/record.h"

/* Intervals this narrow (logarithm of hi over lo) need no further visit: 1 % to each side. */
#define SCHEDULE_NARROW_RATIO 0.02

/*
 * Puts the cells of a round into `order` (room for plan->cell_count), shuffled.  Returns how
 * many; 0: no cell needs another visit.  Only records of rounds before this one count, so that it
 * says the same while the round is half done.
 */
size_t schedule_round(const struct plan *p, const struct record *records, uint32_t round,
                      uint32_t *order);

/* The round to go on with: the latest that was begun, which may be whole, or 0. */
uint32_t schedule_latest(const struct record *records, size_t count);

/* What those visits will take, as the cells' earlier ones did; 0 while nothing is known. */
uint64_t schedule_needs_ns(const struct record *records, const uint32_t *order, size_t count);

#endif
