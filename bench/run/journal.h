/*
 * The journal: PATH.journal, one JSON object a line; the first is the header (run, host, plan),
 * each further one a visit.  A line is one write and is synced before the next visit begins, so a
 * kill at any moment loses at most the visit that was going on.
 */
#ifndef CONTEND_RUN_JOURNAL_H
#define CONTEND_RUN_JOURNAL_H

#include "bench/core/err.h"

#include <jansson.h>

struct journal {
    int fd;
    char path[4096];
};

/* Starts one; an existing journal is refused (a run goes on, or was cut: --resume, or remove). */
int journal_create(struct journal *j, const char *result_path, const json_t *header,
                   struct err *err);

/*
 * Reads one that a cut run left: header and list of visits (new references).  An unterminated
 * last line is dropped and cut off; any other bad line is an error with its number.
 */
int journal_open(struct journal *j, const char *result_path, json_t **header, json_t **visits,
                 struct err *err);

int journal_append(struct journal *j, const json_t *object, struct err *err);

void journal_close(struct journal *j);
/* Closes it and removes the file: the result is complete. */
void journal_finish(struct journal *j);

#endif
