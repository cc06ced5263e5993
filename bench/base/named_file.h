/*
 * Files that a command line names, and whether they stay what they are while it is measured: its
 * program, and words that are files: a script behind its interpreter, what it is configured by, its
 * data.
 *
 * What a program writes itself has changed after its first run, too: named_files_settle() leaves it
 * out from there on.
 */
#ifndef CONTEND_BASE_NAMED_FILE_H
#define CONTEND_BASE_NAMED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file as it was at a moment: another one, or changed in place, is another mark. */
struct file_mark {
    bool is_known;
    uint64_t device, inode, size;
    uint32_t mode; /* what may no longer be executed is another file, too */
    int64_t modified_ns;
};

struct named_file {
    const char *path; /* borrowed */
    struct file_mark mark;
    bool is_code;    /* the program, or what it loads: nothing writes it by itself */
    bool is_written; /* by the program */
};

/* The mark of the file now; one that cannot be looked at is not known. */
void file_mark_now(const char *path, struct file_mark *out);

/* Whether that path is still the file it was. */
bool file_mark_holds(const char *path, const struct file_mark *mark);

/* Whether a word of a command line names a file that is there and is a regular one. */
bool word_is_file(const char *word);

/* Adds those words of an argument list, its first one apart, that are files; `out` has room. */
size_t named_files_of(const char *const *argv, struct named_file *out);

/* After the first run. */
void named_files_settle(struct named_file *files, size_t count);

/* The path of the first one that somebody changed; NULL: none. */
const char *named_files_changed(const struct named_file *files, size_t count);

#endif
