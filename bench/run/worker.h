/*
 * Worker processes, as the coordinator sees them: started afresh from a small program of their own
 * (bench/worker/), in a group of their own, waited for with a deadline, and killed with everything
 * they made when it has passed or the run is interrupted.
 */
#ifndef CONTEND_RUN_WORKER_H
#define CONTEND_RUN_WORKER_H

#include "bench/run/launch/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Starts a worker on mailbox->job and waits for its end; what it finds is added to what is in the
 * mailbox.  A worker that crashed or hung leaves its
 * story in mailbox->err.  Returns -1 when none could be started (ERR_SYSTEM), or when *interrupted
 * became true: then it was killed, and ERR_FAILED is set.
 */
int worker_run(struct mailbox *mailbox, uint64_t deadline_ns, const volatile bool *interrupted,
               struct err *err);

/* Becomes the worker: what was started as contend does the job itself. Returns only with an error.
 */
int worker_become(struct mailbox *mailbox, struct err *err);

#endif
