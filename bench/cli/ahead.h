/* Measuring ahead of what else wants the CPUs: in a process of its own, where that is allowed. */
#ifndef CONTEND_CLI_AHEAD_H
#define CONTEND_CLI_AHEAD_H

#include "bench/core/err.h"

#include <stdbool.h>
#include <sys/types.h>

/* How it went, in words for a report: "nice -20, ahead of what else runs". */
enum { AHEAD_NOTE = 128 };

/*
 * Where the priority is wanted and may be raised: goes on in a child with a session of its own,
 * which is raised, and returns 0 there; in the parent it returns the child, for ahead_await().
 * Otherwise goes on here, as it is, and returns 0.  `note` is set where it returns 0.
 */
pid_t ahead_go(bool is_wanted, char note[AHEAD_NOTE]);

/*
 * Passes on to the child what asks a program to end, and returns the child's exit status; the
 * child has printed what there was to print.  The child ends with this process.
 */
int ahead_await(pid_t child, struct err *err);

#endif
