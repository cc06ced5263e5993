/*
 * Traces as files: the JSON array of trace events that Chrome, Perfetto and speedscope read
 * ("Trace Event Format", Google, 2016), in a document with what contend knows beside it
 * (contend.trace/1, results/schema/trace-1.json).
 *
 *   X  "has the lock" and, within or beside it, one slice for each state     s f  a hand-over
 *   i  put out       C  how many wait for the lock        M  names and order of lanes
 *
 * A part is a process there, a lane a thread.  Time is in microseconds, as the format wants it, and
 * in steps of 1/1024 of one: sums and differences of such are exact in floating point, so that a
 * slice ends for every reader where the next begins; and rounded to nanoseconds it is what was
 * recorded.
 */
#ifndef CONTEND_TRACE_CHROME_H
#define CONTEND_TRACE_CHROME_H

#include "bench/trace/trace.h"

/* The document; NULL when memory ran out. */
json_t *trace_document(const struct trace *t);

/* What a document says, from memory or from a file. -1 with ERR_INPUT, and nothing to release. */
int trace_of_document(struct trace *out, const json_t *document, const char *what, struct err *err);
int trace_load(struct trace *out, const char *path, struct err *err);

#endif
