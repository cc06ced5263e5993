/*
 * A command of the program: one file cli/cmd_NAME.c and one row in the table of cli.c.
 *
 * All that can be known of a command without running it is data: the dispatch parses and checks
 * what was typed, prints the help, gives the settings their memory and takes it back; the help and
 * `contend help --json` list the same tables.
 */
#ifndef CONTEND_CLI_COMMAND_H
#define CONTEND_CLI_COMMAND_H

#include "bench/core/err.h"
#include "bench/core/opts.h"

enum { ARGUMENTS_ANY = 1000000000 };

/* A kind of words that are no options. */
struct argument {
    const char *name;           /* "RESULT"; NULL ends the table */
    const char *help;           /* what it is */
    const char *missing;        /* what is said to be needed when there are too few */
    unsigned least, most;       /* how many of them, ARGUMENTS_ANY */
    const char *const *choices; /* NULL-terminated, or NULL: any word */
};

/* How a command was called. */
struct call {
    const struct opt_list *words; /* what is no option, in its order */
    bool is_divided;              /* there was a "--" ... */
    size_t before;                /* ... behind so many of the words */
    int argc;                     /* all of it, with the program's name: what results note */
    char *const *argv;
};

struct command {
    const char *name;
    const char *summary;  /* one line; NULL: not listed, as what only the program itself calls */
    const char *usage;    /* what follows the name, a line a form; NULL: "[OPTION]..." */
    const char *about;    /* what it does, in paragraphs; NULL: the summary says it */
    const char *statuses; /* what the exit status says, where it is not the usual one */
    const char *examples; /* lines that begin with two blanks */
    /* More of the help, of what is known when the program runs, in so many columns; or NULL. */
    void (*describe)(size_t width, struct buf *out);

    const struct argument *arguments; /* NULL: no words but options */
    const struct opt *options;        /* NULL: --help alone */
    size_t settings_size;
    void (*init)(void *settings); /* values that no row has as its default; may be NULL */

    /* Either words of its own, a command each, ended by NULL ... */
    const struct command *const *commands;
    /* ... or what it does.  Returns the exit status; with err set, main prints it and chooses the
     * status.  The settings are zero but for the defaults; lists in them are released after it. */
    int (*run)(void *settings, const struct call *call, struct err *err);
};

#endif
