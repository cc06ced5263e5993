/* What commands that measure have in common: where results go, and what is said at the end. */
#ifndef CONTEND_CLI_RUN_SESSION_H
#define CONTEND_CLI_RUN_SESSION_H

#include "bench/run/run.h"

#include <stddef.h>

/* "results/standard-20260131T120000Z.json" from a suite's name or path. */
void run_session_path(const char *suite, char *out, size_t size);

/* One line on what will be done and how long it will take, to stderr. */
void run_session_begin(const struct outlook *o);

/* One line on how it went, to stderr. */
void run_session_tell(const struct run_report *r);

/* The last line, to stderr: where the result is, and how much of it is unusable. */
void run_session_end(const struct run_report *r, const char *path);

#endif
