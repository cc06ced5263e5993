/* What the tables of the commands say, as text and as JSON. */
#ifndef CONTEND_CLI_HELP_H
#define CONTEND_CLI_HELP_H

#include "bench/cli/command.h"

#include <jansson.h>

/* The text of `contend --help`, of so many columns. */
void help_of_all(size_t width, struct buf *out);

/* The text of `contend PATH --help`; `path` is the command's name behind that of its parent. */
void help_of(const struct command *command, const char *path, size_t width, struct buf *out);

/* All commands, options, defaults, choices and arguments; NULL when memory ran out. */
json_t *help_json(void);

/* Columns of the terminal, or of COLUMNS; a pipe has 80. */
size_t help_width(void);

#endif
