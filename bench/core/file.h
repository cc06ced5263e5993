/* Whole files to read, and small ones of /proc.  Writing is output.h. */
#ifndef CONTEND_CORE_FILE_H
#define CONTEND_CORE_FILE_H

#include "bench/core/err.h"

#include <stddef.h>
#include <stdint.h>

/* The file's content, NUL-terminated; the caller frees it. NULL with ERR_INPUT. "-" is stdin. */
char *file_read(const char *path, size_t *length, struct err *err);

/* A second descriptor of the same file, at least that one, closed on exec; -1 with errno: EMFILE
 * also where the limit lies below it. */
int file_raise_fd(int fd, int least);

/* Of its content, FNV-1a: whether it is the same file again, not whether somebody meant it ill. */
int file_fnv1a64(const char *path, uint64_t *hash, struct err *err);

/* Creates the directories above path that are missing. */
int file_make_parents(const char *path, struct err *err);

/* Reads a small file of /proc or /sys into out; returns its length, or -1 with errno set. */
long file_read_small(const char *path, char *out, size_t size);

/* The number after `field` ("VmPTE:") in text; -1 when it is not there. */
int64_t file_field(const char *text, const char *field);

#endif
