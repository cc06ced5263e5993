/*
 * Where a document goes that somebody named with -o.
 *
 * A regular file, or one that is not there yet, is replaced as a whole: at every moment a reader
 * finds the old document or the new one.  A symbolic link stays one, for its target is what is
 * replaced.  A pipe, a character device, "-" (standard output) and what is open already
 * (/dev/stdout, /dev/fd/3) are written to as they are, at the place where they stand.  Directories,
 * block devices and sockets are refused, and so is a file nobody may write.  The temporary file of
 * a writer that was killed is taken away by the next one of the same path.
 */
#ifndef CONTEND_BASE_OUTPUT_H
#define CONTEND_BASE_OUTPUT_H

#include "bench/base/buf.h"
#include "bench/base/err.h"
#include "bench/base/opts.h"

#include <stdbool.h>
#include <stddef.h>

/* -1 with ERR_USAGE where `path` (NULL: nothing is written) is the file that is to be read. */
int output_keep(const char *read, const char *path, struct err *err);

/* The same of several files. */
int output_keep_all(const struct opt_list *read, const char *path, struct err *err);

/* Whether what is written there goes away: a pipe, a device, "-", a descriptor.  Else false. */
bool output_is_stream(const char *path);

/*
 * The name of what is written there, links followed (at most PATH_MAX bytes): what is kept beside a
 * document is found from each of its names.  ERR_INPUT as for output_check().
 */
int output_target(const char *path, char *out, struct err *err);

/* Whether there is a regular file with something in it. */
bool output_exists(const char *path);

/*
 * Before hours are spent: whether a document could be written there, with the directories above it
 * that are missing made.  Leaves nothing behind and touches nothing that is there.  ERR_INPUT.  A
 * device that is full and a reader that will go cannot be known: see output_keep_text().
 */
int output_check(const char *path, struct err *err);

/*
 * A document that is written while it is made.  For a file: to a temporary file beside it that
 * nobody else can name or has open, and when it is whole it is synced, renamed over the file, the
 * directory synced; mode and owner stay.  On failure what was there is untouched and the temporary
 * file is gone.  What went to a stream until then is there, and cut short.
 */
struct output;

/* `path` is borrowed until the end; NULL is standard output. NULL with ERR_INPUT or ERR_SYSTEM. */
struct output *output_open(const char *path, struct err *err);
int output_add(struct output *o, const char *data, size_t length, struct err *err);

/* The end of it, which frees it: whole, or failed, and then nothing is left. Returns 0 or -1. */
int output_end(struct output *o, bool is_whole, struct err *err);

/* A document that is there already. */
int output_write(const char *path, const char *data, size_t length, struct err *err);
/* The same for a text that was put together; one that memory did not suffice for is refused. */
int output_write_text(const char *path, const struct buf *text, struct err *err);

/*
 * The same for what was measured.  Where it cannot be written there, it is kept under a drawn name
 * that ends with `ending`, in results/, here, or where temporary files are, and the error says so.
 */
int output_keep_text(const char *path, const struct buf *text, const char *ending, struct err *err);
/* The same for what was measured into the file `made`. */
int output_keep_file(const char *path, const char *made, const char *ending, struct err *err);

#endif
