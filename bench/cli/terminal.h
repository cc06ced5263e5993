/* What the terminal at standard output (or another descriptor) can show. */
#ifndef CONTEND_CLI_TERMINAL_H
#define CONTEND_CLI_TERMINAL_H

#include "bench/base/opts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIDTH_PIPE = 80, WIDTH_LEAST = 40, WIDTH_MOST = 1000 };

/* The option --width (an int64_t). */
#define TERMINAL_WIDTH_OPT(type, member)                                                           \
    {                                                                                              \
        OPT_AT(type, member), .name = "width", .argument = "N", .help = "columns of text output",  \
                              .without = "the terminal's, else 80", .unit = "count",               \
                              .min = WIDTH_LEAST, .max = WIDTH_MOST                                \
    }
/* The same, of what is shown by show_lines(). */
#define TERMINAL_LINES_OPT(type, member)                                                           \
    {                                                                                              \
        OPT_AT(type, member), .name = "width", .argument = "N", .help = "columns of text output",  \
                              .without = "the terminal's, else as long as lines are",              \
                              .unit = "count", .min = WIDTH_LEAST, .max = WIDTH_MOST               \
    }

/* Columns of the terminal behind a descriptor; `otherwise` when it is none, or does not say. */
int terminal_columns(int descriptor, int otherwise);

/*
 * `asked` if above 0, else what COLUMNS says of the terminal, else what the terminal says.  A pipe
 * or file gets a fixed width, so that output does not depend on where it was made.
 */
int terminal_width(int64_t asked);

/* The same; 0 where there is no terminal. */
int terminal_width_if_any(void);

/* Columns of the terminal at standard error, as COLUMNS says or it does itself; 0: there is none.
 */
int terminal_error_columns(void);

/* Columns of a help: those of the terminal, or of COLUMNS, but no longer than lines are readable; a
 * pipe has 80. */
size_t terminal_help_width(void);

/* A terminal that is not dumb, and no NO_COLOR. */
bool terminal_has_colour(void);

/* What the locale's variables say of it; the locale itself is never set. */
bool terminal_is_utf8(void);

#endif
