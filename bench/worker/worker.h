/* The parts of the worker's program. */
#ifndef CONTEND_WORKER_WORKER_H
#define CONTEND_WORKER_WORKER_H

#include "bench/run/launch/mailbox.h"

/* Runs one task of a launch that the parent has made. argv[0] is "unit". Returns an exit status. */
int unit_main(int argc, char *const *argv, struct err *err);

/* Prints what one launch of the cell found as one line of JSON (contend.sample/1). */
int sample_print(const struct cell *c, const struct mailbox *m, struct err *err);

/* Starts, runs and joins empty units, and computes. */
int empties_run(const struct cell *c, const struct assignment *a, struct err *err);

/* Fills m->overhead. */
int overhead_run(struct mailbox *m, struct err *err);

#endif
