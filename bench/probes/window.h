/*
 * The window of a launch: the span in which all units were at work, and what was done in it.
 *
 * Units start one after the other and end when they are done, so the time from the first
 * operation to the last holds stretches in which only some were running.  Counted is what
 * was done while all were (the overlap protocol of lmbench: McVoy and Staelin, "lmbench:
 * Portable tools for performance analysis", 1996): from the moment the last unit has started to
 * the moment the first one is done.  Operations of a batch that reaches over an edge count in
 * proportion.  With 8 batches or more a unit's first batch is warm-up and lies outside.
 *
 *   unit 0   |--w--|----|----|----|----|
 *   unit 1      |--w--|----|----|----|----|
 *   unit 2        |--w--|----|----|----|----|
 *                       [===window===]
 *
 * Where no such span exists (one task after the other, a loop whose tasks never step aside,
 * more tasks than workers), or where it is shorter than a quarter of the whole, the whole span
 * from the first operation to the last is taken instead, and is_overlap says so.
 */
#ifndef CONTEND_PROBES_WINDOW_H
#define CONTEND_PROBES_WINDOW_H

#include "bench/contend.h"

#include <stdbool.h>
#include <stdint.h>

struct window {
    uint64_t begin_ns, end_ns;
    double op_count; /* operations in it; fractions from batches cut by its edges */
    bool is_overlap; /* all units were active throughout */
};

/* Of a launch whose units have all ended. False when no operation took any time. */
bool window_of_launch(const struct launch *l, struct window *out);

/* Operations unit `task` did between two moments, from its batch stamps. */
double window_ops(const struct launch *l, uint32_t task, uint64_t begin_ns, uint64_t end_ns);

#endif
