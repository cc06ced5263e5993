/*
 * The files that are merged: gone through once, and read again cell by cell.
 *
 * Any number of them takes a few descriptors, for they are opened when something is read of them.
 * What can be read once only (a pipe, a device) goes into a file without a name in TMPDIR (or
 * /tmp), and so does the text of a cell that came as a tree.  A file that is not what it was when
 * it was gone through is an error: what is known of its cells would be of others.
 */
#ifndef CONTEND_RESULT_MERGE_FILES_H
#define CONTEND_RESULT_MERGE_FILES_H

#include "bench/base/err.h"
#include "bench/base/vec.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* Open at a time: a limit of 256 leaves room for what else there is. */
enum { MERGE_FILES_OPEN_MOST = 64 };

struct merge_file {
    const char *path;  /* borrowed */
    struct stat found; /* when it was gone through */
    int fd;            /* -1: closed */
};

struct merge_files {
    VEC(struct merge_file);
    uint32_t ring[MERGE_FILES_OPEN_MOST]; /* those that are open; the oldest gives way */
    size_t opened;                        /* so many were put into it */
    bool has_spool;
    int spool; /* the file without a name */
    uint64_t spool_bytes;
};

/* What is in the file without a name. */
#define MERGE_FILES_SPOOL UINT32_MAX

/* A piece of a file. */
struct merge_text {
    uint64_t at;
    uint32_t length;
    uint32_t file;
};

/* A file more ("-": standard input): its number, and where on its descriptor it begins. */
int merge_files_add(struct merge_files *f, const char *path, struct merge_text *where, int *fd,
                    struct err *err);

/* Puts a text where it can be read again.  `path`: what it is of. */
int merge_files_keep(struct merge_files *f, const char *path, const char *text, size_t length,
                     struct merge_text *where, struct err *err);

/* Reads a piece again, all of it; `path`: what it is of. ERR_INPUT where that has changed. */
int merge_files_read(struct merge_files *f, const char *path, const struct merge_text *where,
                     char *to, struct err *err);

void merge_files_release(struct merge_files *f);

#endif
