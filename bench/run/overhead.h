/*
 * What the harness itself costs, measured against bare code in the same process and placement:
 * an operation of `noop` against an empty loop, and a thread's and a process's lifecycle through
 * the executor against bare pthread_create + join and fork + wait, in interleaved rounds.
 */
#ifndef CONTEND_RUN_OVERHEAD_H
#define CONTEND_RUN_OVERHEAD_H

#include "bench/core/buf.h"
#include "bench/core/err.h"

#include <stdbool.h>

/* Adds a table, or a JSON object, to out.  Takes about a second. */
int overhead_measure(struct buf *out, bool json, struct err *err);

#endif
