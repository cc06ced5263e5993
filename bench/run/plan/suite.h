/*
 * Suites: named lists of cells, as JSON.  The built-in ones are files of workloads/suites/ that
 * the build puts into the binary; others are read from a path.
 *
 *   { "summary": "…", "rounds": 7, "budget": "60s", "task_time": "50ms",
 *     "groups": [ { "workloads": ["sleep"], "locks": ["none"], "executors": ["thread"],
 *                   "tasks": ["1", "4cpus"], "placements": ["free"], "lock_scope": "shared",
 *                   "params": { "sleep.duration": "5ms" } } ] }
 *
 * What a group leaves out takes the default.  "probes" names the probes with launches of their own
 * that the group needs, which it then has in every round ([]: none; left out: all, in turn), and
 * "ops" is the number of operations a task does.
 */
#ifndef CONTEND_RUN_PLAN_SUITE_H
#define CONTEND_RUN_PLAN_SUITE_H

#include "bench/base/err.h"

#include <jansson.h>
#include <stddef.h>

struct suite_text {
    const char *name;
    const char *text;    /* NULL: it is made when somebody asks for it */
    char *(*make)(void); /* the caller frees what it returns; NULL when memory ran out */
};

/* The i-th suite of the program, built-in or added; NULL behind the last. */
const struct suite_text *suite_builtin(size_t i);

/*
 * Adds a suite that is made by the program and not a file; the name is borrowed for its life.
 * Making it takes a millisecond, and most commands want none: make() is called when it is read.
 * Returns -1 with ERR_SYSTEM when there are too many.
 */
int suite_add(const char *name, char *(*make)(void), struct err *err);

/* A suite that somebody would write is a thousandth of it. */
#define SUITE_MOST_BYTES (16u << 20)

/* The suite in a file's text; `name` is for messages.  The caller releases it with json_decref. */
json_t *suite_read(const char *name, const char *text, size_t length, struct err *err);

/* The suite of that name or path; the caller releases it with json_decref. */
json_t *suite_load(const char *name, struct err *err);

#endif
