/*
 * What the harness itself costs, measured against bare code in the same process and placement:
 * an operation of `noop` against an empty loop, and a thread's and a process's lifecycle through
 * the executor against bare pthread_create + join and fork + wait, in interleaved rounds.
 */
#ifndef CONTEND_RUN_OVERHEAD_H
#define CONTEND_RUN_OVERHEAD_H

#include "bench/core/err.h"

enum { OVERHEAD_ROWS = 3 };

/* One comparison; medians over the rounds. */
struct overhead_row {
    const char *what; /* "thread lifecycle" */
    const char *bare; /* "pthread_create + join" */
    double bare_ns, harness_ns;
    double difference_ns, ratio; /* medians of the rounds' own */
};

struct overhead {
    int rounds;
    struct overhead_row rows[OVERHEAD_ROWS];
};

/* Takes about a second. Returns 0 or -1. */
int overhead_measure(struct overhead *out, struct err *err);

#endif
