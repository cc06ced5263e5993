/* How many operations each cell of a plan does: what one takes is found out before the run. */
#ifndef CONTEND_RUN_SIZES_H
#define CONTEND_RUN_SIZES_H

#include "bench/run/launch/mailbox.h"
#include "bench/run/plan/plan.h"

#include <stdbool.h>

struct calibrated;

struct sizes {
    struct calibrated *calibrated; /* owned; one a piece of work, each after the other */
    size_t count;
    const struct calibrated **by; /* owned; one a cell; NULL: it needed no calibration */
};

struct sizes_request {
    struct plan *plan; /* its cells get their operations and batches */
    const struct plan_request *asked;
    struct mailbox *mailbox;
    const volatile bool *interrupted;
};

/*
 * Calibrates, a worker for each kind of work.  One that fails costs its own cells
 * (sizes_failure()).  Returns 0, or -1 with ERR_SYSTEM, or where the user wanted an end; *out is to
 * be released in both cases.
 */
int sizes_find(struct sizes *out, const struct sizes_request *request, struct err *err);

/* Why the operations of the cell could not be timed; NULL: they were, or need not be. */
const struct err *sizes_failure(const struct sizes *s, size_t cell);

void sizes_release(struct sizes *s);

#endif
