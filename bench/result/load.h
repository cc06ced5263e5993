/*
 * How busy others kept the CPUs while a cell was measured, as far as the kernel's ticks tell.
 *
 * A launch's times of others are differences of counters that step by ticks of 10 ms.  Over a cell
 * that was measured for a second that is little; over seven launches of half a millisecond there is
 * either nothing or three CPUs that are not there, and of both nothing is to be believed.
 */
#ifndef CONTEND_RESULT_LOAD_H
#define CONTEND_RESULT_LOAD_H

#include "bench/result/result.h"

/*
 * Makes foreign_cpus of each cell the best linear estimate from what its own launches say and from
 * what all of them together do: the less a cell's own time is against the ticks, the more it is
 * what the run says.  Never below 0; NaN stays.  To be called once, when all cells are there.
 *
 * Source: B. Efron, C. Morris, "Data analysis using Stein's estimator and its generalizations",
 * Journal of the American Statistical Association 70, 1975, with a spread of loads among cells that
 * is stated here.
 */
void result_share_load(struct result *r);

#endif
