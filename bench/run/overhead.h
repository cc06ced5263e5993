/*
 * What the harness itself costs, measured by a worker against bare code in the same placement: an
 * operation of `noop` against an empty loop, and a thread's and a process's lifecycle through the
 * executor against bare pthread_create + join and fork + wait, in interleaved rounds.  A bare fork
 * is made twice: in the worker, and in a program of its own that is nothing but the loop, because a
 * fork costs what the program around it is.
 */
#ifndef CONTEND_RUN_OVERHEAD_H
#define CONTEND_RUN_OVERHEAD_H

#include "bench/base/err.h"
#include "bench/run/launch/overhead_pairs.h"

/* One comparison; medians over the rounds. */
struct overhead_line {
    const char *what; /* "thread lifecycle" */
    const char *bare; /* "pthread_create + join" */
    double bare_ns, harness_ns;
    double difference_ns, ratio; /* medians of the rounds' own */
};

struct overhead_table {
    int rounds;
    struct overhead_line rows[OVERHEAD_ROWS];
};

/* Takes about a second. Returns 0 or -1. */
int overhead_measure(struct overhead_table *out, struct err *err);

#endif
