/*
 * One cell with its events: who had the lock when.  A launch with the recorder, in a worker of its
 * own as a visit has one, and what it left turned into a trace.  No figure of it is a measurement
 * of anything but the picture: what tracing itself took is measured beside it and stands in it.
 */
#ifndef CONTEND_RUN_TRACE_H
#define CONTEND_RUN_TRACE_H

#include "bench/run/plan/plan.h"
#include "bench/trace/trace.h"

/* What is taken where nothing is said, as a number and as it would be typed; and what can be said.
 */
#define TRACE_FOR       "100ms"
#define TRACE_FOR_NS    INT64_C(100000000)
#define TRACE_FOR_LEAST INT64_C(10000)
#define TRACE_FOR_MOST  INT64_C(60000000000)
#define TRACE_EVENTS    "4096"
enum { TRACE_EVENTS_N = 4096, TRACE_EVENTS_LEAST = 16, TRACE_EVENTS_MOST = 1 << 20 };

struct trace_request {
    struct plan_request plan; /* of one cell, and its control */
    const char *name;         /* of the part; NULL: none */
    int64_t for_ns;           /* what the picture shows at most, from the gate on */
    int64_t events;           /* of each unit that are kept */
    bool again;               /* twice on the same executor, from its making on: cold and warm */
};

/*
 * Adds a part, or two where it is done again.  -1: ERR_USAGE where it is not one cell or one that
 * is too large for a picture, ERR_UNAVAILABLE where it cannot be measured here, else what went
 * wrong.
 */
int trace_cell(const struct trace_request *request, struct trace *out, struct err *err);

#endif
