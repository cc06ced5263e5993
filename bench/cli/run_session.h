/* What commands that measure have in common: an end on request, and where results go. */
#ifndef CONTEND_CLI_RUN_SESSION_H
#define CONTEND_CLI_RUN_SESSION_H

#include "bench/run/run.h"

#include <stddef.h>

/*
 * Ctrl-C and its kin set the returned flag; the second one ends the program at once, and workers
 * die with it.
 */
const volatile bool *run_session_catch_signals(void);

/* "results/standard-20260131T120000Z.json" from a suite's name or path. */
void run_session_path(const char *suite, char *out, size_t size);

/* One line on how it went, to stderr. */
void run_session_tell(const struct run_report *r);

#endif
