/* Results as the files of another program, all made before the first is written. */
#ifndef CONTEND_EXCHANGE_EXPORT_MAKE_H
#define CONTEND_EXCHANGE_EXPORT_MAKE_H

#include "bench/exchange/export/export.h"

struct export_request {
    const char *format; /* by its name */
    const char *metric; /* "A,B", "all"; NULL: the headline's */
    const char *branch; /* NULL: not said */
    const char *path;   /* the file, or how the names of several begin; NULL: there is no name */
};

struct export_file {
    struct buf name; /* empty without a path */
    struct buf text;
};

struct export_files {
    struct export_file items[EXPORT_FILES_MAX];
    size_t count;    /* none where they were added to what is at the path */
    struct buf said; /* what was added, in a line */
};

/*
 * Reads the results and makes the files, or adds the results to one.  -1 with what cannot be read,
 * ERR_USAGE for a metric or where the format asks for a path, or ERR_NOTCOMPARABLE where no value
 * is in the results: an empty file would be written without a word.  Released in both cases.
 */
int export_make(struct export_files *out, const struct export_request *request,
                const char *const *paths, size_t count, struct err *err);
void export_files_release(struct export_files *f);

#endif
