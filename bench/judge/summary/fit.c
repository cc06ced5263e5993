#include "bench/judge/summary/fit.h"

#include "bench/base/utf8.h"
#include "bench/base/wrap.h"
#include "bench/judge/summary/summary.h"
#include "bench/page/escape.h"

#include <string.h>

static const char dots[] = "..";
enum { DOTS = sizeof dots - 1 };

size_t fit_lines_of(const char *text, size_t column, size_t indent)
{
    struct buf wrapped = {0};
    size_t lines = 1;
    wrap_words(&wrapped, text, column, indent, SUMMARY_COLUMNS);
    for (const char *at = buf_text(&wrapped); (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    buf_release(&wrapped);
    return lines;
}

/* Where its last so many columns begin, between two characters. */
static size_t tail_of(const char *text, size_t length, size_t columns)
{
    size_t at = 0, size;
    while (at < length && utf8_columns_in(text + at, length - at) > columns) {
        utf8_decode(text + at, &size);
        at += size;
    }
    return at;
}

static void add_fitted(struct buf *out, const char *word, size_t length, size_t columns)
{
    if (columns <= DOTS || utf8_columns_in(word, length) <= columns) {
        buf_add_bytes(out, word, length);
        return;
    }
    size_t kept = columns - DOTS, behind = kept / 2;
    buf_add_bytes(out, word, utf8_fitting(word, kept - behind));
    buf_add(out, dots);
    size_t tail = tail_of(word, length, behind);
    buf_add_bytes(out, word + tail, length - tail);
}

/* What a terminal shows of it is what takes the room: "<U+202E>" eight columns. */
void fit_name(struct buf *out, const char *name, size_t columns)
{
    struct buf shown = {0};
    escape_text(&shown, name);
    add_fitted(out, buf_text(&shown), shown.len, columns);
    buf_settle(out, &shown);
}

void fit_words(struct buf *text, size_t columns)
{
    struct buf fitted = {0}, shown = {0};
    escape_text(&shown, buf_text(text));
    for (const char *at = buf_text(&shown); *at;) {
        size_t blanks = strspn(at, " "), length = strcspn(at + blanks, " ");
        buf_add_bytes(&fitted, at, blanks);
        add_fitted(&fitted, at + blanks, length, columns);
        at += blanks + length;
    }
    buf_reset(text);
    buf_add(text, buf_text(&fitted));
    buf_settle(text, &fitted);
    buf_settle(text, &shown);
}

void fit_lines(struct buf *text, size_t column, size_t indent, size_t lines)
{
    size_t length = text->len; /* without the dots */
    while (!text->failed && length && fit_lines_of(buf_text(text), column, indent) > lines) {
        while (length && text->data[length - 1] != ' ')
            length--;
        while (length && text->data[length - 1] == ' ')
            length--;
        text->len = length;
        text->data[length] = '\0';
        buf_printf(text, " %s", dots);
    }
}
