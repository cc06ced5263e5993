/*
 * The journal: PATH.journal, one JSON object a line; the first is the header (run, host, plan),
 * each further one a visit.  A line is one write and is synced before the next visit begins, so a
 * kill at any moment loses at most the visit that was going on.
 */
#ifndef CONTEND_RUN_JOURNAL_H
#define CONTEND_RUN_JOURNAL_H

#include "bench/core/err.h"

#include <jansson.h>
#include <stdbool.h>

struct journal {
    int fd;
    char path[4096];
    bool is_nameless; /* in memory: the result goes to a pipe or a device */
};

/* Lines that could not be used. */
struct journal_faults {
    size_t count;
    char first[400]; /* "line 3: ..." */
};

/*
 * Opens and locks an empty one; its first line is then the header.  One that holds lines is a run
 * that was cut and is refused (--resume, --force), or discarded if `is_forced`; one that a living
 * run has locked is never touched.
 */
int journal_create(struct journal *j, const char *result_path, bool is_forced, struct err *err);

/*
 * Reads one that a cut run left: header and list of visits (new references, NULL on failure), each
 * visit with its "line".  An unterminated last line is dropped and cut off.  Without a header there
 * is nothing to go on with; any other line that is no object is left out and counted in `faults`.
 */
int journal_open(struct journal *j, const char *result_path, json_t **header, json_t **visits,
                 struct journal_faults *faults, struct err *err);

/* Counts one more line that cannot be used, and keeps the first's reason. */
void journal_fault(struct journal_faults *f, size_t line, const char *text);

int journal_append(struct journal *j, const json_t *object, struct err *err);

void journal_close(struct journal *j);
/* Closes it and removes the file: the result is complete. */
void journal_finish(struct journal *j);

#endif
