/*
 * Worker processes: made by fork, in a group of their own, waited for with a deadline, and killed
 * with everything they made when it has passed or the run is interrupted.
 */
#ifndef CONTEND_RUN_WORKER_H
#define CONTEND_RUN_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* First thing in the child: it dies with its parent and leaves Ctrl-C to it. */
void worker_begin(pid_t parent);

struct worker_end {
    bool in_time; /* it ended by itself */
    int status;   /* as of waitpid(2) */
};

/* Waits, kills what is left of its group, and reaps. */
struct worker_end worker_wait(pid_t pid, uint64_t deadline_ns, const volatile bool *interrupted);

#endif
