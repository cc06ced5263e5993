/*
 * A visit: one round's measuring of one cell, in a worker process of its own.
 *
 * A fresh program image a visit: a crash or a hang costs one cell, nothing of one cell is left for
 * the next, and nothing of the coordinator, which grows, is in what is measured.  What was found
 * comes back through the mailbox; the worker writes no file and prints nothing.
 */
#ifndef CONTEND_RUN_LAUNCH_VISIT_H
#define CONTEND_RUN_LAUNCH_VISIT_H

#include "bench/run/launch/mailbox.h"

enum { LIFECYCLE_NS = 8000000 }; /* enough for a median of hundreds of threads */

/* What one visit does. */
struct visit {
    const struct cell *cell;
    uint32_t launches; /* measured ones, 1 .. LAUNCHES_MAX - extra */
    uint64_t timer_slack_ns;
    uint64_t lifecycle_ns;              /* so long units are made and joined again and again */
    bool is_sample;                     /* nobody asks what others did meanwhile */
    bool is_uncompared;                 /* a probe's own launch without plain ones around it */
    struct affinity_digest cpus_of_run; /* none: not asked */
};

/* The body of the worker, which tests may want in their own process. */
void visit_measure(const struct visit *v, struct mailbox *mailbox);

/*
 * The body of another one: a launch for each probe that disturbs the others.  What such a probe
 * loads and touches must not be in the process whose forks are timed.
 */
void visit_measure_own(const struct visit *v, struct mailbox *mailbox);

/*
 * Parts of both, for another kind of visit.  First of all: a worker as measuring wants it, and
 * where its units belong.  `unsteady` says, where it is so, that the CPUs are not those the run
 * began with.
 */
int visit_begin(const struct visit *v, char unsteady[TEXT_MAX], struct err *err);
/* From the gate to the last join. */
uint64_t visit_span_ns(const struct launch *l);
/* CPU time of this process and of its children that have ended; reading the ledger is not among it.
 */
uint64_t visit_cpu_ns(void);
/* Processes that live on are not waited for yet: their CPU time looks like somebody else's. */
bool visit_hides_cpu(const struct executor *x);

/* Runs one plain launch without probes; for calibration. Elapsed from gate to last join. */
int visit_calibrate(const struct cell *c, uint64_t op_count, uint64_t *elapsed_ns, struct err *err);

/*
 * What one operation takes, ns: as many are run as fill two milliseconds, or one that takes longer.
 * 0 when that cannot be told; with err where a launch failed.
 */
double visit_op_ns(const struct cell *c, struct err *err);

/*
 * How many times longer an operation takes when all tasks of the cell are at it, beside what their
 * sharing of `cpus` CPUs explains: what they do to each other.  From a part of `time_ns`.  1 when
 * it cannot be told.
 */
double visit_slowdown(const struct cell *c, double op_ns, uint64_t time_ns, uint32_t cpus);

#endif
