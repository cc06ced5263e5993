/*
 * Progress on a terminal: one line, redrawn between visits only, never while something is measured.
 * Nothing where stderr is no terminal, or one that cannot clear a line (TERM=dumb).
 */
#ifndef CONTEND_CLI_PROGRESS_H
#define CONTEND_CLI_PROGRESS_H

#include "bench/run/run.h"

struct progress_line {
    bool is_on;    /* stderr is a terminal that can */
    bool is_there; /* a line is on the screen and must be cleared */
    uint64_t drawn_ns;
    unsigned columns;
};

void progress_begin(struct progress_line *line, bool quiet);
/* For whoever measures: context is the line.  Ten times a second at most; what does not fit is cut,
 * what would act on the terminal is named. */
void progress_text(void *context, const char *text);
void progress_show(void *context, const struct progress *p);
void progress_clear(struct progress_line *line);

#endif
