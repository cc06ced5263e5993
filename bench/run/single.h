/*
 * One cell by itself, once, as a worker of a run would measure it: no rounds, no journal, no file.
 * What `contend duel` starts for each sample, and what outside timers start.
 */
#ifndef CONTEND_RUN_SINGLE_H
#define CONTEND_RUN_SINGLE_H

#include "bench/run/launch/mailbox.h"
#include "bench/run/plan/plan.h"

struct single_request {
    struct plan_request plan; /* of one cell, and its control */
    struct opt_list plugins;  /* loaded first */
    struct opt_list probes;   /* of those that have launches of their own, by name */
    int64_t batches;          /* with plan.ops: in so many calls; 0: as time needs */
    bool calibrates;          /* how many operations fill a task's time, in place of a sample */
    bool is_whole;            /* the cell as it stands in a result */
    bool is_uncompared;       /* no plain launches around a probe's own, which tell its cost */
};

/*
 * Measures.  `out` gets the document (contend.calibration/1, contend.cell/1); a plain sample is
 * printed by the worker that takes this process's place, so that whoever started it measures that
 * one alone: then this does not return.  -1: ERR_USAGE where it is not one cell, ERR_UNAVAILABLE
 * where it cannot be measured here, or what went wrong.
 */
int single_cell(const struct single_request *request, struct buf *out, struct err *err);

/* One assignment, prepared in the mailbox, by a worker that this process waits for; what went wrong
 * in it is told of the cell. */
int single_ask(struct mailbox *m, const struct cell *c, const struct plan *plan, struct err *err);

/* What an operation of the plan's first cell takes, ns, measured anew; longer where its tasks keep
 * each other from work. 0: that cannot be told. */
int single_op_ns(const struct plan *plan, struct mailbox *m, double *op_ns, struct err *err);

struct single_units {
    const char *executor;
    int64_t units; /* empty ones; 0: the program alone */
    int64_t tasks; /* so many at once; 0: all */
    int64_t steps; /* computed behind that, each from the one before it */
};

/* Makes the units in this process's place. Returns only with an error. */
int single_become_units(const struct single_units *u, struct err *err);

#endif
