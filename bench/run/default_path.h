/* Where the result of a run goes when nobody said. */
#ifndef CONTEND_RUN_DEFAULT_PATH_H
#define CONTEND_RUN_DEFAULT_PATH_H

#include "bench/run/run.h"

#include <stddef.h>

/*
 * "standard-20260131T120000Z.json" from a suite's name or path, in results/ where that is there:
 * contend's own tree has one, and nobody else's directory is given one unasked.
 */
void run_default_path(const char *suite, char *out, size_t size);

/*
 * The same for a run of one's own: runs that begin in the same second get "-2", "-3" behind the
 * time.  The name is taken by an empty journal, which the run makes its own; one that is still
 * empty when the run could not be done is taken back by run_leave_path(), which is for names taken
 * so alone: the journal of another run may be empty as well, while it calibrates.
 */
void run_take_path(const char *suite, char *out, size_t size);
void run_leave_path(const char *path);

/* The same for a run: a path where none was said, and what was taken so. */
void run_options_take_path(struct run_options *o);
void run_options_leave_path(const struct run_options *o);

/* run_do() with both around it. */
int run_do_somewhere(struct run_options *o, struct run_report *report, struct err *err);

#endif
