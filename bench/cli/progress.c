#include "bench/cli/progress.h"

#include "bench/cli/terminal.h"
#include "bench/core/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void progress_begin(struct progress_line *line, bool quiet)
{
    const char *term = getenv("TERM");
    *line = (struct progress_line){.columns = (unsigned)terminal_columns(STDERR_FILENO, 80)};
    line->is_on = !quiet && isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
}

void progress_show(void *context, const struct progress *p)
{
    enum { REDRAW_NS = 100000000 };
    struct progress_line *line = context;
    uint64_t now_ns = clock_now_ns();
    if (!line->is_on || (line->is_there && now_ns - line->drawn_ns < REDRAW_NS))
        return;
    char text[256], round[48], left[32] = "";
    if (p->left_ns != UINT64_MAX)
        snprintf(left, sizeof left, ", %llu s left", (unsigned long long)(p->left_ns / 1000000000));
    if (p->round > p->rounds)
        snprintf(round, sizeof round, "round %u (wide intervals)", p->round);
    else
        snprintf(round, sizeof round, "round %u of %u", p->round, p->rounds);
    snprintf(text, sizeof text, "%s, cell %zu of %zu%s  %s", round, p->cell + 1, p->cells, left,
             p->id);
    fprintf(stderr, "\r\033[K%.*s", (int)line->columns - 1, text);
    fflush(stderr);
    line->is_there = true;
    line->drawn_ns = now_ns;
}

void progress_clear(struct progress_line *line)
{
    if (line->is_there)
        fputs("\r\033[K", stderr);
    line->is_there = false;
}
