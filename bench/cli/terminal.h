/* What the terminal at standard output (or another descriptor) can show. */
#ifndef CONTEND_CLI_TERMINAL_H
#define CONTEND_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIDTH_PIPE = 80, WIDTH_LEAST = 40, WIDTH_MOST = 1000 };

/* Columns of the terminal behind a descriptor; `otherwise` when it is none, or does not say. */
int terminal_columns(int descriptor, int otherwise);

/* The same as COLUMNS says, which is asked first.  `otherwise` where there is no terminal. */
int terminal_width(int descriptor, int otherwise);

/*
 * Of text: `asked` if above 0, else the terminal's.  A pipe or file gets a fixed width, so that
 * output does not depend on where it was made.
 */
int terminal_text_width(int64_t asked);

/* Columns of a help: those of the terminal, or of COLUMNS, but no longer than lines are readable; a
 * pipe has 80. */
size_t terminal_help_width(void);

/* A terminal that is not dumb, and no NO_COLOR. */
bool terminal_has_colour(void);

/* What the locale's variables say of it; the locale itself is never set. */
bool terminal_is_utf8(void);

#endif
