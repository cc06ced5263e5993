/*
 * Command-line options from a table: parsing, checking, defaults, --help and its JSON come from
 * the same rows.
 *
 * Tables are static and say where in a struct of settings a value goes, so that they can be read
 * by whoever lists the options without anything being parsed.
 *
 * "--name value", "--name=value", "-n value", "-nvalue", "-n=value", "--flag"; "--" ends the
 * options.  Values are checked by units.h.  An unknown option names the nearest known one.
 */
#ifndef CONTEND_BASE_OPTS_H
#define CONTEND_BASE_OPTS_H

#include "bench/base/buf.h"
#include "bench/base/err.h"
#include "bench/base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Words of a command line, borrowed from it. */
struct opt_list {
    VEC(const char *);
};

/* Adds a word. -1 with ERR_SYSTEM when there is no memory for it. */
int opt_list_add(struct opt_list *list, const char *word, struct err *err);

/* The words as an argv, ended by NULL, for the caller to free; they stay borrowed.  NULL with
 * ERR_SYSTEM. */
char **opt_list_argv(const struct opt_list *list, struct err *err);

enum opt_kind {
    OPT_FLAG,   /* a bool, set to true */
    OPT_TEXT,   /* a const char *; one of `choices` if there are any */
    OPT_NUMBER, /* an int64_t within min..max, in `unit` */
    OPT_RATIO,  /* a double from 0 to 1 */
    OPT_LIST,   /* a struct opt_list, one more word each time it is given */
};

struct opt {
    const char *name;    /* without dashes; NULL ends the table */
    char letter;         /* 0: no short form */
    const char *synonym; /* what others call it: understood, and not shown; or NULL */
    enum opt_kind kind;
    size_t offset;        /* of the member of the settings that takes the value */
    const char *argument; /* how help names the value, "N" */
    const char *help;     /* what it is, without the default and the choices */
    const char *initial;  /* the default as it would be typed, parsed by this row; or NULL */
    const char *without; /* what is done without the option, in words: "as many as CPUs"; or NULL */
    double absent;       /* OPT_NUMBER, OPT_RATIO: what the member is then */
    const char *unit;    /* OPT_NUMBER: "count", "ns", "bytes" */
    int64_t min, max;    /* OPT_NUMBER */
    /* What can be given: NULL-terminated, or the i-th and NULL behind the last; nothing else is
     * taken as OPT_TEXT, unless plug-ins or files bring more: then whoever takes the value looks.
     */
    const char *const *choices;
    const char *(*choice_at)(size_t i);
    bool is_open;
    bool is_many; /* help does not list them; completions do */
};

/* Kind and place of a row, by the type of the member: the two cannot differ. */
#define OPT_AT(type, member)                                                                       \
    .kind = _Generic(((type *)0)->member, bool                                                     \
                     : OPT_FLAG, const char *                                                      \
                     : OPT_TEXT, int64_t                                                           \
                     : OPT_NUMBER, double                                                          \
                     : OPT_RATIO, struct opt_list                                                  \
                     : OPT_LIST),                                                                  \
    .offset = offsetof(type, member)

/* What a number may be, with the letter that help has for it. */
#define OPT_COUNT(least, most) .argument = "N", .unit = "count", .min = (least), .max = (most)
#define OPT_TIME(least, most)  .argument = "T", .unit = "ns", .min = (least), .max = (most)
/* What is waited for a program, or given to it, is no more than a day. */
#define OPT_DAY_NS INT64_C(86400000000000)

/* The words that are no options, in their order. */
struct opt_rest {
    struct opt_list words;
    bool is_divided; /* there was a "--" ... */
    size_t before;   /* ... behind so many of the words */
};

/*
 * Puts the defaults and then what argv[1..] says into the settings.  `rest` may be NULL: then an
 * argument that is not an option is an error.  Sets *help and stops when --help or -h is met.
 * Returns 0, or -1 with ERR_USAGE.  In both cases the settings hold lists: opts_release().
 */
int opts_parse(const struct opt *table, void *settings, int argc, char *const *argv,
               struct opt_rest *rest, bool *help, struct err *err);

/*
 * What was given for the rows whose members lie in those bytes of the settings, spelled as it would
 * be typed, for a program it is handed on to: a word "--name=value" each, since a value may begin
 * with a dash.  Of texts, lists and numbers, of which one below its least was not given.  -1 with
 * ERR_SYSTEM; opts_forget() frees the words.
 */
int opts_again(const struct opt *table, const void *settings, size_t begin, size_t size,
               struct opt_list *words, struct err *err);
void opts_forget(struct opt_list *words);

/* Releases the lists of the settings. */
void opts_release(const struct opt *table, void *settings);

/* The i-th name that can be given, from `choices` or `choice_at`; NULL behind the last. */
const char *opts_choice(const struct opt *o, size_t i);

/* "text", "json" behind each other with ", "; nothing where there are none. */
void opts_choices(const struct opt *o, struct buf *out);

/* The rows as help text, aligned and wrapped to `width` columns. */
void opts_help(const struct opt *table, size_t width, struct buf *out);

/* "-f, --format F", "    --all". */
void opts_spelling(const struct opt *o, struct buf *out);

#endif
