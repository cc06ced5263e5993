/* The command line: finds the command, runs it, turns what went wrong into a line and a status. */
#ifndef CONTEND_CLI_CLI_H
#define CONTEND_CLI_CLI_H

#include "bench/base/command.h"

/* The program: its commands, each one of commands.def. */
extern const struct command cli_program;
#define COMMAND(name) extern const struct command command_##name;
#include "bench/cli/commands.def"
#undef COMMAND

/* Runs the command that stands in argv. Returns the exit status; what went wrong was said. */
int cli_main(int argc, char *const *argv);

/*
 * Says "contend: WHAT: TEXT" on standard error.  Files' names and contents get into what is said:
 * what acts on a terminal is named in place (escape.h), lines stay lines.
 */
void cli_say(const char *what, const char *text);

/* For whoever says lines meanwhile: this one on standard error, broken where a terminal is narrow.
 */
void cli_say_line(const char *line);

/* The same of lines that were put together, which it releases. */
void cli_tell(struct buf *lines);

/*
 * Says that an interrupt ended it, where what was measured is (NULL: nowhere) and how to go on from
 * there.  Returns the status.
 */
int cli_interrupted(const char *path, const char *further);

/* Prints text on stdout and flushes; a failed write is an error. */
int cli_print(const char *text, struct err *err);

/* Puts text where -o says, into that file, or to stdout where the path is NULL; releases it. */
int cli_put(const char *path, struct buf *text, struct err *err);

/* Prints the help of a command (NULL: of the program), in the terminal's columns. */
int cli_help(const struct command *command, const char *path, struct err *err);

#endif
