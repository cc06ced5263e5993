/*
 * Progress on a terminal: one line, redrawn between visits only, never while something is measured.
 * Nothing where stderr is no terminal, or one that cannot clear a line (TERM=dumb).
 */
#ifndef CONTEND_CLI_PROGRESS_H
#define CONTEND_CLI_PROGRESS_H

#include "bench/run/run.h"

void progress_begin(bool is_quiet);
/* For whoever measures.  Ten times a second at most; what does not fit is cut, what would act on
 * the terminal is named. */
void progress_text(void *context, const char *text);
void progress_show(void *context, const struct progress *p);
/* Takes it away: whatever is said or shown does so first. */
void progress_end(void);

#endif
