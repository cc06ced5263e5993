/* Whole files to read, and small ones of /proc.  Writing is output.h. */
#ifndef CONTEND_BASE_FILE_H
#define CONTEND_BASE_FILE_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is read at once: more is no file that somebody meant, and would not fit beside its tree. */
#define FILE_MOST_BYTES (1u << 30)

/*
 * The file's content, NUL-terminated; the caller frees it. NULL with ERR_INPUT, also where there is
 * more than FILE_MOST_BYTES. "-" is stdin.  Whoever asks for no length takes it for a text: one
 * with a NUL is then refused, for what stands behind it would be lost.
 */
char *file_read(const char *path, size_t *length, struct err *err);

/* The same with another bound. */
char *file_read_most(const char *path, size_t most, size_t *length, struct err *err);

/* The same of an open file from that byte to its end; `path` is for messages. */
char *file_read_at(int fd, const char *path, uint64_t at, size_t most, size_t *length,
                   struct err *err);

/* A regular file, to be read; -1: it is none, or cannot be.  A pipe of that name is not touched. */
int file_open_regular(const char *path);

/* A second descriptor of the same file, at least that one, closed on exec; -1 with errno: EMFILE
 * also where the limit lies below it. */
int file_raise_fd(int fd, int least);

/*
 * Of its content, however large, FNV-1a continued from *hash (0: from the start): whether it is the
 * same file again, not whether somebody meant it ill.
 */
int file_fnv1a64(const char *path, uint64_t *hash, struct err *err);

/* Whether there is a directory of that name. */
bool file_is_folder(const char *path);

/*
 * Lets whoever made the file read and write it, whatever the umask: it is read again, and gone on
 * with.
 */
void file_let_owner(int fd);

/*
 * Whether there is a regular file that nobody has a right to write.  The superuser could all the
 * same, and no writer here does: whoever took all write bits away meant it.
 */
bool file_is_frozen(const char *path);

/* A folder whose owner may use it, unless there is one; -1 with errno. */
int file_make_folder(const char *path);

/* Creates the directories above path that are missing, such ones. */
int file_make_parents(const char *path, struct err *err);

/* Reads a small file of /proc or /sys into out; returns its length, or -1 with errno set. */
long file_read_small(const char *path, char *out, size_t size);

/* The number after `field` ("VmPTE:") in text; -1 when it is not there. */
int64_t file_field(const char *text, const char *field);

/*
 * Takes a file for this process alone, at once.  -1 with ERR_INPUT: "PATH: HELD" where another one
 * has it, or that no file can be locked there, as on some network file systems; errno says which.
 */
int file_lock(int fd, const char *path, const char *held, struct err *err);

/*
 * Whoever started us may have left a stream that does not block.  After a read or write that
 * failed: whether that was why, and it can now be made again.  False with errno, EINTR where a
 * signal came.
 */
bool file_awaits(int fd, short events);

/* read(), until there is something or an interrupt came; 0 at the end, -1 with errno. */
ssize_t file_read_some(int fd, void *out, size_t size);

/*
 * All of it, in one write as a rule; 0, or -1 with errno.  Of a write that is short only the next
 * one says why: a full disk, a quota, a limit on files.
 */
int file_write_whole(int fd, const char *data, size_t length);

#endif
