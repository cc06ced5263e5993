/*
 * Where a spinner is drawn: on a terminal it turns on one line, with the cursor hidden meanwhile;
 * anywhere else each frame is a line with the time since the work began.
 */
#ifndef CONTEND_DEMO_SPINNER_SCREEN_H
#define CONTEND_DEMO_SPINNER_SCREEN_H

#include "bench/demo/spinner.h"

#include <stdio.h>

struct spinner_terminal {
    FILE *out;
    bool is_terminal; /* it is one */
    bool is_dumb;     /* ... that knows no escape sequences */
    bool is_drawn;    /* there is a frame on the line */
};

/* Draws to `out`. From here on a suspended program (Ctrl-Z) leaves the terminal its cursor. */
void spinner_terminal_begin(struct spinner_terminal *terminal, FILE *out);
struct spinner_screen spinner_terminal_screen(struct spinner_terminal *terminal);
/* The line empty and the cursor back, whatever happened; errors are of no use to anybody here. */
void spinner_terminal_end(struct spinner_terminal *terminal);

/* Text below it. */
int spinner_terminal_say(const struct spinner_terminal *terminal, const char *text,
                         struct err *err);

/* What one run came to, as one line: a shorter one where the long one does not fit. */
void spinner_summary(const struct spinner_outcome *o, int columns, char *out, size_t size);

#endif
