#include "bench/cli/progress.h"

#include "bench/base/clock.h"
#include "bench/base/utf8.h"
#include "bench/cli/terminal.h"
#include "bench/page/escape.h"
#include "bench/run/words.h"

#include <stdarg.h>
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

void progress_draw(struct progress_line *line, const char *format, ...)
{
    enum { REDRAW_NS = 100000000 };
    uint64_t now_ns = clock_now_ns();
    if (!line->is_on || (line->is_there && now_ns - line->drawn_ns < REDRAW_NS))
        return;
    char text[512];
    struct buf shown = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    escape_text(&shown, text);
    fprintf(stderr, "\r\033[K%.*s", (int)utf8_fitting(buf_text(&shown), line->columns - 1),
            buf_text(&shown));
    fflush(stderr);
    buf_release(&shown);
    line->is_there = true;
    line->drawn_ns = now_ns;
}

void progress_show(void *context, const struct progress *p)
{
    struct buf text = {0};
    run_progress_words(&text, p);
    progress_draw(context, "%s", buf_text(&text));
    buf_release(&text);
}

void progress_clear(struct progress_line *line)
{
    if (line->is_there)
        fputs("\r\033[K", stderr);
    line->is_there = false;
}
