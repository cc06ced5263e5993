/*
 * From what units recorded to what a picture shows: spans, holds, marks and arrows.
 *
 * A pure function of what a worker left in its mailbox's room; no clock, no file.
 */
#ifndef CONTEND_RUN_TRACE_LANES_H
#define CONTEND_RUN_TRACE_LANES_H

#include "bench/run/launch/tracing.h"
#include "bench/trace/trace.h"

/* How a launch is to be read. */
struct trace_reading {
    bool has_lock;     /* one that excludes */
    bool is_pooled;    /* tasks are handed to workers: a lane is a worker */
    bool shows_making; /* time begins with the making of the executor, not with the gate */
    const char *unit;  /* "thread": lanes are "thread 0" .. */
};

/* The launch at `l` into the part.  The bytes it takes, to where the next one lies. */
size_t trace_lanes(struct trace_part *part, const struct traced_launch *l,
                   const struct trace_reading *how);

#endif
