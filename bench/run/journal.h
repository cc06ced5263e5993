/*
 * The journal: PATH.journal, one JSON object a line; the first is the header (run, host, plan),
 * each further one a visit.  A line is one write and is synced before the next visit begins, so a
 * kill at any moment loses at most the visit that was going on.  Its last member is a sum of its
 * bytes: of a line that is damaged later, that line alone is lost, and never read as another one.
 */
#ifndef CONTEND_RUN_JOURNAL_H
#define CONTEND_RUN_JOURNAL_H

#include "bench/base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A day of visits has a tenth of that. */
#define JOURNAL_MOST_BYTES (UINT64_C(4) << 30)

struct journal {
    int fd;
    char path[4096];
    bool is_nameless; /* in memory: the result goes to a pipe or a device */
    int echo_fd;      /* that every line is written to as well; 0: none */
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
 * is nothing to go on with; any other line that is no object, or whose sum differs, is left out and
 * counted in `faults`.  Lines without a sum, of older versions, are read as they are.
 */
int journal_open(struct journal *j, const char *result_path, json_t **header, json_t **visits,
                 struct journal_faults *faults, struct err *err);

/* The same from its text, which ends with a line feed; `path` is for messages. */
int journal_parse(const char *path, const char *text, size_t length, json_t **header,
                  json_t **visits, struct journal_faults *faults, struct err *err);

/* Whether the line, without its line feed, is as it was sealed: not one that only looks like it. */
bool journal_is_sealed(const char *line, size_t length);

/* Counts one more line that cannot be used, and keeps the first's reason. */
void journal_fault(struct journal_faults *f, size_t line, const char *text);

/* Adds the object as a line, and returns when it is on disk. 0, or -1 with ERR_SYSTEM. */
int journal_append(struct journal *j, const json_t *object, struct err *err);

/* Whether a run could be gone on with by it: it has a name, and nobody took that away. */
bool journal_is_there(const struct journal *j);

void journal_close(struct journal *j);
/* Closes it and removes the file: the result is complete. */
void journal_finish(struct journal *j);

#endif
