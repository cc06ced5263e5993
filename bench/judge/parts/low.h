/*
 * What a unit costs, as against how long others kept the CPU from it.
 *
 * Other programs and the hypervisor can only lengthen a start, so the low end of many repetitions
 * is what it costs and the median is what it took.  The low figure is the 10th percentile of all
 * single repetitions (units, where each launch has several), pooled over the whole run. Repetitions
 * are made for a fixed time, so undisturbed visits hold most of them: one of ten is enough.  Not
 * the least one, which may have been lucky (a cached stack, a CPU already awake).
 */
#ifndef CONTEND_JUDGE_PARTS_LOW_H
#define CONTEND_JUDGE_PARTS_LOW_H

#include "bench/result/result.h"

#define LOW_QUANTILE 0.1

/*
 * Of single repetitions where the file has them, else of its samples; NaN without a value, and when
 * memory ran out, which sets *failed.
 */
double low_of(const struct result_metric *m, bool *failed);

/* Every launch of the cell was disturbed from outside. */
bool cell_is_unusable(const struct result_cell *c);

/* Even the low figure of a start holds mostly the wait for a CPU that others had. */
bool cell_was_kept_waiting(const struct result_cell *c);

/* Measured cells that are unusable, of how many. */
struct usable_count {
    size_t unusable, kept_waiting, measured;
};
struct usable_count result_usable(const struct result *r);

#endif
