#include "bench/cli/progress.h"

#include "bench/base/clock.h"
#include "bench/base/utf8.h"
#include "bench/cli/terminal.h"
#include "bench/page/escape.h"
#include "bench/run/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* There is one terminal, and so one line. */
static struct {
    bool is_on;    /* stderr is a terminal that can */
    bool is_there; /* it is on the screen and must be cleared */
    uint64_t drawn_ns;
    unsigned columns;
} line;

void progress_begin(bool is_quiet)
{
    const char *term = getenv("TERM");
    line.columns = (unsigned)terminal_columns(STDERR_FILENO, WIDTH_PIPE);
    line.is_on = !is_quiet && isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
}

void progress_text(void *context, const char *text)
{
    enum { REDRAW_NS = 100000000 };
    struct buf shown = {0};
    uint64_t now_ns = clock_now_ns();
    (void)context;
    if (!line.is_on || (line.is_there && now_ns - line.drawn_ns < REDRAW_NS))
        return;
    escape_text(&shown, text);
    fprintf(stderr, "\r\033[K%.*s", (int)utf8_fitting(buf_text(&shown), line.columns - 1),
            buf_text(&shown));
    fflush(stderr);
    buf_release(&shown);
    line.is_there = true;
    line.drawn_ns = now_ns;
}

void progress_show(void *context, const struct progress *p)
{
    struct buf text = {0};
    run_progress_words(&text, p);
    progress_text(context, buf_text(&text));
    buf_release(&text);
}

void progress_end(void)
{
    if (line.is_there)
        fputs("\r\033[K", stderr);
    line.is_there = false;
}
