/* For a terminal. */
#include "bench/page/text.h"

#include "bench/base/utf8.h"
#include "bench/page/escape.h"

#include <stdint.h>
#include <string.h>

enum { LEAST_WIDTH = 40 }; /* narrower terminals get lines of this width */

const char *text_tone(const struct page_style *s, enum page_tone tone)
{
    static const char *const codes[] = {
        [PAGE_PLAIN] = "",         [PAGE_STRONG] = "\033[1m", [PAGE_FAINT] = "\033[2m",
        [PAGE_GOOD] = "\033[32m",  [PAGE_BAD] = "\033[1;31m", [PAGE_DOUBTFUL] = "\033[33m",
        [PAGE_NOTED] = "\033[36m",
    };
    return s->colour ? codes[tone] : "";
}

const char *text_plain(const struct page_style *s)
{
    return s->colour ? "\033[0m" : "";
}

/* The first piece of a word that fits into `room` columns and ends behind "/", "," or "|"; 0: none.
 */
static size_t piece(const char *word, size_t length, size_t room)
{
    size_t best = 0;
    for (size_t i = 1; i < length && utf8_columns_in(word, i) <= room; i++)
        if (strchr("/,|", word[i - 1]))
            best = i;
    return best;
}

void text_words(struct buf *out, const char *text, size_t column, size_t indent, size_t width)
{
    struct buf escaped = {0};
    escape_text(&escaped, text);
    const char *at = buf_text(&escaped);
    for (size_t blanks = 0, is_later = 0; *(at += strspn(at, " ")); is_later = 1) {
        size_t length = strcspn(at, " "), columns = utf8_columns_in(at, length);
        bool is_long = indent + columns > width; /* names are: as much of it as fits */
        size_t used = column + (is_later ? blanks : 0);
        if (is_long && used < width && piece(at, length, width - used))
            length = piece(at, length, width - used);
        else if (is_long && indent < width && piece(at, length, width - indent))
            length = piece(at, length, width - indent);
        columns = utf8_columns_in(at, length);
        if (is_later && used + columns > width) {
            buf_add(out, "\n");
            buf_pad(out, indent);
            column = indent;
        } else if (is_later) {
            buf_pad(out, blanks);
            column += blanks;
        }
        buf_add_bytes(out, at, length);
        column += columns;
        at += length;
        blanks = strspn(at, " ");
    }
    buf_settle(out, &escaped);
}

static void add_words(const struct page_block *b, const struct page_style *style, size_t width,
                      struct buf *out)
{
    static const struct {
        const char *before;
        size_t hang;
    } looks[] = {
        [PAGE_SENTENCE] = {"", 0}, [PAGE_SOURCE] = {"", 2},           [PAGE_MEANING] = {"  * ", 4},
        [PAGE_NOTE] = {"  ", 4},   [PAGE_WARNING] = {"warning: ", 0}, [PAGE_LEGEND] = {"", 0},
        [PAGE_SUMMARY] = {"", 0},
    };
    size_t column = b->indent + strlen(looks[b->role].before);
    buf_pad(out, b->indent);
    buf_add(out, looks[b->role].before);
    if (b->lead[0]) {
        buf_add(out, text_tone(style, PAGE_STRONG));
        escape_text(out, b->lead);
        buf_printf(out, "%s ", text_plain(style));
        column += escape_text_columns(b->lead) + 1;
    }
    text_words(out, b->text, column, b->indent + looks[b->role].hang, width);
    buf_add(out, "\n");
}

/* Broken before options, so that what is copied still is one command. */
static void add_command(const struct page_block *b, size_t width, struct buf *out)
{
    struct buf escaped = {0};
    size_t first = b->indent + 2, column = first;
    escape_text(&escaped, b->text);
    buf_pad(out, b->indent);
    buf_add(out, "$ ");
    for (const char *at = buf_text(&escaped), *next; *at; at = next) {
        next = strstr(at + 1, " -");
        next = next ? next : at + strlen(at);
        size_t columns = utf8_columns_in(at, (size_t)(next - at));
        if (column + columns + 2 > width && column > first + 4) {
            buf_add(out, " \\\n");
            buf_pad(out, first + 2);
            column = first + 2;
            columns -= *at == ' ';
            at += *at == ' ';
        }
        buf_add_bytes(out, at, (size_t)(next - at));
        column += columns;
    }
    buf_add(out, "\n");
    buf_settle(out, &escaped);
}

static void add_verbatim(const struct page_block *b, struct buf *out)
{
    struct buf line = {0};
    for (const char *at = b->text; *at;) {
        size_t length = strcspn(at, "\n");
        buf_reset(&line);
        buf_add_bytes(&line, at, length);
        buf_pad(out, b->indent);
        escape_text(out, buf_text(&line));
        buf_add(out, "\n");
        at += length + (at[length] == '\n');
    }
    buf_settle(out, &line);
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    size_t width = style->width <= 0            ? SIZE_MAX
                   : style->width > LEAST_WIDTH ? (size_t)style->width
                                                : LEAST_WIDTH;
    for (const struct page_block *b = page_next(p->blocks, PAGE_TERMINAL); b;
         b = page_next(b->next, PAGE_TERMINAL))
        switch (b->kind) {
        case BLOCK_GAP:
            buf_add(out, "\n");
            break;
        case BLOCK_HEADING:
            buf_pad(out, b->indent);
            buf_add(out, text_tone(style, PAGE_STRONG));
            text_words(out, b->text, b->indent, b->indent, width);
            buf_printf(out, "%s\n", text_plain(style));
            break;
        case BLOCK_WORDS:
            add_words(b, style, width, out);
            break;
        case BLOCK_COMMAND:
            add_command(b, width, out);
            break;
        case BLOCK_VERBATIM:
            add_verbatim(b, out);
            break;
        case BLOCK_GRID:
            text_add_grid(b->grid, b->indent, style, width, out);
            break;
        case BLOCK_FOLD: /* all of it is shown */
        case BLOCK_UNFOLD:
        case BLOCK_VERDICT: /* a grid holds the same */
        case BLOCK_CHART:
        case BLOCK_MODEL:
            break;
        }
}

const struct page_format page_format_text = {
    .name = "text",
    .audience = PAGE_TERMINAL,
    .write = write,
};
