/* Whole files: read, write so that a reader never sees half of one, and small /proc files. */
#ifndef CONTEND_CORE_FILE_H
#define CONTEND_CORE_FILE_H

#include "bench/core/err.h"

#include <stddef.h>
#include <stdint.h>

/* The file's content, NUL-terminated; the caller frees it. NULL with ERR_INPUT. "-" is stdin. */
char *file_read(const char *path, size_t *length, struct err *err);

/*
 * Writes to PATH.tmp, syncs, renames over PATH, syncs the directory: at every moment PATH is
 * the old file or the new one.  On failure PATH is untouched and the temporary file is gone.
 */
int file_write_atomic(const char *path, const char *data, size_t length, struct err *err);

/* Whether a file could be created at path: tries with a temporary neighbour. */
int file_check_writable(const char *path, struct err *err);

/* Creates the directories above path that are missing. */
int file_make_parents(const char *path, struct err *err);

/* Reads a small file of /proc or /sys into out; returns its length, or -1 with errno set. */
long file_read_small(const char *path, char *out, size_t size);

/* The number after `field` ("VmPTE:") in text; -1 when it is not there. */
int64_t file_field(const char *text, const char *field);

#endif
