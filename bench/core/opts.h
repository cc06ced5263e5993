/*
 * Command-line options from a table: parsing, checking and --help come from the same rows.
 *
 * "--name value", "--name=value", "-n value", "-nvalue", "--flag"; "--" ends the options.
 * Values are checked by units.h.  An unknown option names the nearest known one.
 */
#ifndef CONTEND_CORE_OPTS_H
#define CONTEND_CORE_OPTS_H

#include "bench/core/buf.h"
#include "bench/core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPT_LIST_MAX = 256 };

struct opt_list {
    const char *items[OPT_LIST_MAX]; /* borrowed from argv */
    size_t count;
};

enum opt_kind {
    OPT_FLAG,   /* out: bool *, set to true */
    OPT_TEXT,   /* out: const char **; one of `choices` if there are any */
    OPT_NUMBER, /* out: int64_t *, within min..max, in `unit` */
    OPT_RATIO,  /* out: double *, 0 to 1 */
    OPT_LIST,   /* out: struct opt_list *, may be given again */
};

struct opt {
    const char *name; /* without dashes; NULL ends the table */
    char letter;      /* 0: no short form */
    enum opt_kind kind;
    void *out;
    const char *argument;       /* how help names the value, "N" */
    const char *help;           /* one line */
    const char *unit;           /* OPT_NUMBER: "count", "ns", "bytes" */
    int64_t min, max;           /* OPT_NUMBER */
    const char *const *choices; /* OPT_TEXT: NULL-terminated, or NULL */
};

/*
 * Parses argv[1..].  What is not an option goes to `rest` (all of it after "--").
 * `rest` may be NULL: then an argument that is not an option is an error.
 * Sets *help and stops when --help or -h is met.  Returns 0, or -1 with ERR_USAGE.
 */
int opts_parse(const struct opt *table, int argc, char *const *argv, struct opt_list *rest,
               bool *help, struct err *err);

/* The rows as help text, aligned. */
void opts_help(const struct opt *table, struct buf *out);

#endif
