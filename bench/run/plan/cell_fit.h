/* Whether the parts of a cell go together, and whether this machine can hold it. */
#ifndef CONTEND_RUN_PLAN_CELL_FIT_H
#define CONTEND_RUN_PLAN_CELL_FIT_H

#include "bench/run/launch/cell.h"

/* Why the workload is not for this executor, in `text` or a literal; NULL when it is. */
const char *cell_misfit(const struct workload *w, const struct executor *x, const int64_t *params,
                        char *text, size_t size);

/* Why this cell cannot be measured here, to be freed; or NULL. */
char *cell_skip_reason(const struct cell *c);

#endif
