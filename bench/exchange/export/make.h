/* Results as the files of another program. */
#ifndef CONTEND_EXCHANGE_EXPORT_MAKE_H
#define CONTEND_EXCHANGE_EXPORT_MAKE_H

#include "bench/exchange/export/export.h"

struct export_request {
    const char *format; /* by its name */
    const char *metric; /* "A,B", "all"; NULL: the headline's */
    const char *branch; /* NULL: not said */
    const char *path;   /* the file, or how the names of several begin; NULL: there is no name */
};

/*
 * Reads the results and writes the files, or adds the results to one; what was added is said in
 * `said`, in a line.  -1 with what cannot be read, ERR_USAGE for a metric or where the format asks
 * for a path, or for one that is read as well, ERR_INPUT where a file cannot be written, or
 * ERR_NOTCOMPARABLE where no value is in the results: an empty file would be written without a
 * word.  Directories above the files are made.  Of several files none takes its place before all
 * are whole.
 */
int export_make(const struct export_request *request, const char *const *paths, size_t count,
                struct buf *said, struct err *err);

/*
 * For formats that take each cell's name once, ERR_INPUT where several results have one: whoever
 * reads such a file would take one of two runs for the other, or refuse both.
 */
int export_check_names(const struct export_input *in, const struct export_format *format,
                       struct err *err);

#endif
