/*
 * Where a spinner is drawn: on a terminal it turns on one line, with the cursor hidden meanwhile;
 * anywhere else each frame is a line with the time since the work began.
 */
#ifndef CONTEND_CLI_SPINNER_SCREEN_H
#define CONTEND_CLI_SPINNER_SCREEN_H

#include "bench/cli/spinner.h"

struct spinner_terminal {
    bool is_terminal; /* stdout is one */
    bool is_dumb;     /* ... that knows no escape sequences */
    bool is_drawn;    /* there is a frame on the line */
    int columns;      /* of the terminal; more than anything needs elsewhere */
};

void spinner_terminal_begin(struct spinner_terminal *terminal);
struct spinner_screen spinner_terminal_screen(struct spinner_terminal *terminal);
/* The line empty and the cursor back, whatever happened; errors are of no use to anybody here. */
void spinner_terminal_end(struct spinner_terminal *terminal);

/* What one run came to, as one line: a shorter one where the long one does not fit. */
void spinner_summary(const struct spinner_outcome *o, int columns, char *out, size_t size);

#endif
