/*
 * A command of a program: what it is called, takes and does, as data.
 *
 * All that can be known of a command without running it stands in a table: a line is parsed and
 * checked by it, settings get their memory and give it back, and the help, its JSON and whatever is
 * made of that list the same rows.  The program itself is a command, too: one with words alone.
 */
#ifndef CONTEND_BASE_COMMAND_H
#define CONTEND_BASE_COMMAND_H

#include "bench/base/err.h"
#include "bench/base/opts.h"

enum { ARGUMENTS_ANY = 1000000000 };

/* How a command ends, as programs are told: what rooms judge comes down to one of these. */
enum exit_status {
    EXIT_FINE = 0,
    EXIT_REGRESSION = 1, /* or a refuted claim */
    EXIT_USAGE = 2,      /* wrong usage or unreadable input */
    EXIT_RUN_FAILED = 3, /* the run could not be done, or a cell failed */
    EXIT_UNDECIDED = 4,  /* with --strict only */
    EXIT_NO_VERDICT = 5, /* no verdict possible here */
    EXIT_INTERRUPTED = 130
};

/* The status an error stands for. */
int exit_status_of(const struct err *err);

/* The words that are no options. */
struct argument {
    const char *name;           /* "RESULT"; NULL: there are none */
    const char *help;           /* what it is */
    const char *missing;        /* what is said to be needed when there are too few */
    unsigned least, most;       /* how many of them, ARGUMENTS_ANY */
    const char *const *choices; /* NULL-terminated, or NULL: any word */
    bool is_behind;             /* they stand behind "--", and nothing before it */
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

    struct argument argument;  /* without a name: no words but options */
    const struct opt *options; /* NULL: --help alone */
    size_t settings_size;
    void (*init)(void *settings); /* values that no row has as its default; may be NULL */

    /* Either words of its own, a command each, ended by NULL ... */
    const struct command *const *commands;
    /* ... or what it does.  Returns the exit status, or -1 with err: whenever that is set, main
     * prints it and chooses the status.  The settings are zero but for the defaults; lists in them
     * are released after it. */
    int (*run)(void *settings, const struct call *call, struct err *err);
};

/* ---- A line that was typed ----------------------------------------------------------------- */

struct invocation {
    const struct command *command; /* what is asked for; NULL: nothing, or the program's help */
    bool wants_help;               /* --help or -h stands in it */
    struct buf path;               /* its names: "history add" */
    void *settings;                /* owned; with what was said and the defaults */
    struct opt_rest rest;
    int argc; /* all of it; borrowed */
    char *const *argv;
};

/*
 * What argv[1..] asks the program for; nothing is run.  0, or -1 with ERR_USAGE (or ERR_SYSTEM).
 * invocation_release() in both cases.
 */
int invocation_parse(struct invocation *out, const struct command *program, int argc,
                     char *const *argv, struct err *err);
void invocation_release(struct invocation *line);

/* Does it: the exit status. */
int invocation_run(const struct invocation *line, struct err *err);

/* One of the words of `parent`; NULL with ERR_USAGE, in which the program itself goes unnamed. */
const struct command *command_find(const struct command *program, const struct command *parent,
                                   const char *name, struct err *err);

/* The command behind these words, "history" "add", or the program without any; `path` gets them. */
const struct command *command_find_path(const struct command *program, const struct opt_list *words,
                                        struct buf *path, struct err *err);

/* A command's argument of which there is one, and one of which there are some. */
#define ARGUMENT_ONE(word, words, needs)                                                           \
    .name = (word), .help = (words), .missing = (needs), .least = 1, .most = 1
#define ARGUMENT_SOME(word, words, needs)                                                          \
    .name = (word), .help = (words), .missing = (needs), .least = 1, .most = ARGUMENTS_ANY

/* What a command does: with which options, into which settings, by which function. */
#define COMMAND_DOES(rows, type, function)                                                         \
    .options = (rows), .settings_size = sizeof(type), .run = (function)

#endif
