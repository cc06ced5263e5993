/*
 * A visit: one round's measuring of one cell, in a worker process of its own.
 *
 * A fresh process a visit: a crash or a hang costs one cell, and nothing of one cell is left for
 * the next.  It is forked, not executed: a run has one address-space layout.  What was found comes
 * back through a mailbox in shared memory; the worker writes no file and prints nothing.
 */
#ifndef CONTEND_RUN_VISIT_H
#define CONTEND_RUN_VISIT_H

#include "bench/core/err.h"
#include "bench/core/noise.h"
#include "bench/run/cell.h"
#include "bench/run/metrics.h"
#include "bench/stats/histogram.h"

enum { LAUNCHES_MAX = 16, TEXT_MAX = 160 };

/* One metric's findings of one visit. */
struct found {
    double values[LAUNCHES_MAX]; /* NAN: this launch has none */
    char reason[TEXT_MAX];       /* why there are none; "" if nothing was said */
    char source[64];             /* "" for the owner's name */
    bool has_histogram;
    struct histogram histogram;
};

struct mailbox {
    bool is_done;   /* the worker came to its end, with or without an error */
    struct err err; /* the cell failed or was skipped for this */
    uint32_t launch_count;
    struct noise_delta noise[LAUNCHES_MAX];
    struct found found[METRICS_MAX];
};

/* What one visit does. */
struct visit {
    const struct cell *cell;
    uint32_t launches;      /* measured ones, 1 .. LAUNCHES_MAX - extra */
    bool with_own_launches; /* also those probes that disturb the others */
    uint64_t timer_slack_ns;
    uint64_t deadline_ns; /* the worker is killed at this moment */
};

/*
 * Forks a worker, waits for it, returns 0 with the mailbox filled, or -1 with ERR_SYSTEM when no
 * worker could be made.  A worker that crashed or hung leaves its story in mailbox->err.
 * *interrupted, when it becomes true, ends the wait: the worker is killed, ERR_FAILED is set.
 */
int visit_run(const struct visit *v, struct mailbox *mailbox, const volatile bool *interrupted,
              struct err *err);

/* The body of the worker, for tests that want it in their own process. */
void visit_measure(const struct visit *v, struct mailbox *mailbox);

/* Runs one plain launch without probes; for calibration. Elapsed from gate to last join. */
int visit_calibrate(const struct cell *c, uint64_t op_count, uint64_t *elapsed_ns, struct err *err);

/*
 * What one operation takes, ns: as many are run as fill two milliseconds, or one that takes longer.
 * 0 when that cannot be told.
 */
double visit_op_ns(const struct cell *c);

/*
 * How many times longer an operation takes when all tasks of the cell are at it, beside what their
 * sharing of `cpus` CPUs explains: what they do to each other.  From a part of `time_ns`.  1 when
 * it cannot be told.
 */
double visit_slowdown(const struct cell *c, double op_ns, uint64_t time_ns, uint32_t cpus);

struct mailbox *mailbox_new(struct err *err);
void mailbox_free(struct mailbox *m);

#endif
