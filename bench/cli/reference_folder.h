/*
 * The temporary folder in which a reference's program lies while it runs.
 *
 * It is locked by who made it.  Whoever opens the next one removes those that nobody holds any
 * more: their owner was killed and could not.
 */
#ifndef CONTEND_CLI_REFERENCE_FOLDER_H
#define CONTEND_CLI_REFERENCE_FOLDER_H

#include "bench/core/err.h"

struct reference_folder {
    char path[4000]; /* "" when there is none */
    int lock;        /* -1 when there is none */
};

/* Makes it in $TMPDIR or /tmp and writes the program's files; on -1 it may still be closed. */
int reference_folder_open(struct reference_folder *f, struct err *err);

/* Removes it with all that is in it. */
void reference_folder_close(struct reference_folder *f);

#endif
