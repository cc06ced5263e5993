/*
 * The temporary folder in which a reference's program lies while it runs, or the results of a
 * doctor's runs.
 *
 * It is locked by who made it.  Whoever opens the next one removes those that nobody holds any
 * more: their owner was killed and could not.
 */
#ifndef CONTEND_LAB_RUNTIMES_FOLDER_H
#define CONTEND_LAB_RUNTIMES_FOLDER_H

#include "bench/lab/runtimes/runtime.h"

struct reference_folder {
    char path[4000]; /* "" when there is none */
    int lock;        /* -1 when there is none */
};

/*
 * Makes it in $TMPDIR or /tmp and writes the program's files (NULL: none); on -1 it may still be
 * closed.
 */
int reference_folder_open(struct reference_folder *f, const struct reference_file *files,
                          struct err *err);

/*
 * A folder in it for a runtime, with its program's files and a place for what is made of them,
 * which go with it whatever comes to lie there.  The path goes to `path`.
 */
int reference_folder_add(const struct reference_folder *f, const char *name,
                         const struct reference_file *files, char *path, size_t size,
                         struct err *err);

/* Removes it with all that is in it. */
void reference_folder_close(struct reference_folder *f);

#endif
