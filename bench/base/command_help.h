/* What the tables of a program's commands say, as text and as JSON. */
#ifndef CONTEND_BASE_COMMAND_HELP_H
#define CONTEND_BASE_COMMAND_HELP_H

#include "bench/base/command.h"

#include <jansson.h>

/* The text of `PROGRAM --help`, of so many columns. */
void help_of_program(const struct command *program, size_t width, struct buf *out);

/* The text of `PROGRAM PATH --help`; `path` is the command's name behind that of its parent.  NULL
 * is the program. */
void help_of_command(const struct command *program, const struct command *command, const char *path,
                     size_t width, struct buf *out);

/* contend.help/1: all commands, options, defaults, choices and arguments; NULL when memory ran out.
 */
json_t *help_json(const struct command *program, const char *version);

#endif
