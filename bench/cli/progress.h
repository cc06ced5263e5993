/* Progress on a terminal: one line, redrawn between visits only, never while something is measured.
 */
#ifndef CONTEND_CLI_PROGRESS_H
#define CONTEND_CLI_PROGRESS_H

#include "bench/run/run.h"

struct progress_line {
    bool is_on;    /* stderr is a terminal */
    bool is_there; /* a line is on the screen and must be cleared */
    uint64_t drawn_ns;
    unsigned columns;
};

void progress_begin(struct progress_line *line, bool quiet);
/* For struct run_options: context is the line. */
void progress_show(void *context, const struct progress *p);
void progress_clear(struct progress_line *line);

#endif
