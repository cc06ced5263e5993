/* The command line: finds the command, runs it, turns what went wrong into a line and a status. */
#ifndef CONTEND_CLI_CLI_H
#define CONTEND_CLI_CLI_H

#include "bench/cli/command.h"

#include <jansson.h>

enum exit_status {
    EXIT_FINE = 0,
    EXIT_REGRESSION = 1, /* or a refuted claim */
    EXIT_USAGE = 2,      /* wrong usage or unreadable input */
    EXIT_RUN_FAILED = 3, /* the run could not be done, or a cell failed */
    EXIT_UNDECIDED = 4,  /* with --strict only */
    EXIT_NO_VERDICT = 5, /* no verdict possible here */
    EXIT_INTERRUPTED = 130
};

/* In the order of the help; NULL-terminated. */
extern const struct command *const cli_commands[];

/* The command of that name, or the word of that name of a parent; NULL with ERR_USAGE. */
const struct command *cli_find(const struct command *parent, const char *name, struct err *err);

/* Does what a line says, the program's name first; the status, or one chosen by the error. */
int cli_run(int argc, char *const *argv, struct err *err);

int cli_main(int argc, char *const *argv);

/* The status an error stands for. */
int cli_status(const struct err *err);

/* Prints text on stdout and flushes; a failed write is an error. */
int cli_print(const char *text, struct err *err);

/* Prints a JSON document, which it takes; NULL is out of memory. `flags` are json_dumps()'s. */
int cli_print_json(json_t *document, size_t flags, struct err *err);

#endif
