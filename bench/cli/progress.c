#include "bench/cli/progress.h"

#include "bench/cli/terminal.h"
#include "bench/core/clock.h"
#include "bench/core/utf8.h"
#include "bench/page/escape.h"

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

/* As many of its bytes as stand in so many columns. */
static size_t fitting(const char *text, size_t columns)
{
    size_t used = 0, length;
    for (; text[used]; used += length) {
        utf8_decode(text + used, &length);
        if (utf8_columns_in(text, used + length) > columns)
            break;
    }
    return used;
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
    fprintf(stderr, "\r\033[K%.*s", (int)fitting(buf_text(&shown), line->columns - 1),
            buf_text(&shown));
    fflush(stderr);
    buf_release(&shown);
    line->is_there = true;
    line->drawn_ns = now_ns;
}

void progress_show(void *context, const struct progress *p)
{
    char round[48], left[32] = "";
    if (p->left_ns != UINT64_MAX)
        snprintf(left, sizeof left, ", %llu s left", (unsigned long long)(p->left_ns / 1000000000));
    if (p->round > p->rounds)
        snprintf(round, sizeof round, "round %u (wide intervals)", p->round);
    else
        snprintf(round, sizeof round, "round %u of %u", p->round, p->rounds);
    progress_draw(context, "%s, cell %zu of %zu%s  %s", round, p->cell + 1, p->cells, left, p->id);
}

void progress_clear(struct progress_line *line)
{
    if (line->is_there)
        fputs("\r\033[K", stderr);
    line->is_there = false;
}
