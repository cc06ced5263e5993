#include "bench/base/wrap.h"

#include "bench/base/utf8.h"

#include <string.h>

/* How much of a word can stand in that many columns, up to the last place it may be broken at. */
static size_t fitting(const char *word, size_t length, size_t columns)
{
    size_t best = 0;
    for (size_t i = 1; i <= length && utf8_columns_in(word, i) <= columns; i++)
        if (i == length || word[i - 1] == '|' || word[i - 1] == ',')
            best = i;
    return best;
}

void wrap_words(struct buf *out, const char *text, size_t column, size_t indent, size_t width)
{
    bool is_first = true;
    text += strspn(text, " \n");
    while (*text) {
        size_t length = strcspn(text, " \n");
        size_t room = column + !is_first < width ? width - column - !is_first : 0;
        size_t part = fitting(text, length, room);
        bool is_new_line = part < length && column > indent;
        /* Broken only where a line of its own would not hold it. */
        if (is_new_line && fitting(text, length, width > indent ? width - indent : 0) == length)
            part = 0;
        if (!part && is_new_line) {
            buf_add(out, "\n");
            buf_pad(out, indent);
            column = indent;
            is_first = true;
            continue;
        }
        part = part ? part : length;
        buf_printf(out, "%s%.*s", is_first ? "" : " ", (int)part, text);
        column += utf8_columns_in(text, part) + !is_first;
        is_first = false;
        text += part;
        if (*text && part < length) {
            buf_add(out, "\n");
            buf_pad(out, indent);
            column = indent;
            is_first = true;
        }
        text += strspn(text, " \n");
    }
}

/* Where a command can be parted: behind the last blank, outside quotes, that leaves room for " \".
 */
static size_t part_of_command(const char *line, size_t length, size_t room)
{
    char quote = 0;
    size_t best = 0;
    for (size_t i = 0; i < length; i++) {
        if (quote ? line[i] == quote : line[i] == '\'' || line[i] == '"')
            quote = quote ? 0 : line[i];
        bool is_inner = i && line[i] == ' ' && line[i - 1] != ' ';
        if (!quote && is_inner && utf8_columns_in(line, i) + 2 <= room)
            best = i;
    }
    return best;
}

static void wrap_command(struct buf *out, const char *line, size_t length, size_t width)
{
    enum { INDENT = 2, FURTHER = 4 };
    size_t blanks = strspn(line, " "), indent = blanks < length ? blanks : 0;
    line += indent;
    length -= indent;
    while (utf8_columns_in(line, length) + indent > width) {
        size_t part = part_of_command(line, length, width > indent ? width - indent : 0);
        if (!part)
            break;
        buf_pad(out, indent);
        buf_printf(out, "%.*s \\\n", (int)part, line);
        part += strspn(line + part, " ");
        line += part;
        length -= part;
        indent = INDENT + FURTHER;
    }
    buf_pad(out, indent);
    buf_printf(out, "%.*s\n", (int)length, line);
}

void wrap_text(struct buf *out, const char *text, size_t width)
{
    struct buf paragraph = {0};
    while (*text) {
        size_t length = strcspn(text, "\n");
        bool is_prose = length && text[0] != ' ';
        if (is_prose)
            buf_printf(&paragraph, "%s%.*s", paragraph.len ? " " : "", (int)length, text);
        text += length + (text[length] == '\n');
        if (paragraph.len && (!is_prose || !*text || *text == ' ')) {
            wrap_words(out, buf_text(&paragraph), 0, 0, width);
            buf_add(out, "\n");
            buf_reset(&paragraph);
        }
        if (!is_prose && length)
            wrap_command(out, text - length - (text[-1] == '\n'), length, width);
        else if (!length)
            buf_add(out, "\n");
    }
    buf_settle(out, &paragraph);
}

void wrap_lines(struct buf *out, const char *text, size_t width)
{
    enum { LATER_LINES = 2 }; /* how far they are indented */
    while (*text) {
        size_t length = strcspn(text, "\n");
        bool has_end = text[length] == '\n';
        if (!width || utf8_columns_in(text, length) <= width) {
            buf_add_bytes(out, text, length + has_end);
        } else {
            struct buf line = {0};
            buf_add_bytes(&line, text, length);
            wrap_words(out, buf_text(&line), 0, LATER_LINES, width);
            buf_settle(out, &line);
            buf_add(out, has_end ? "\n" : "");
        }
        text += length + has_end;
    }
}

void wrap_row(struct buf *out, const char *label, const char *text, size_t column, size_t width)
{
    size_t used = utf8_columns(label) + WRAP_GAP;
    buf_pad(out, WRAP_GAP);
    buf_add(out, label);
    if (used + WRAP_GAP > column) {
        buf_add(out, "\n");
        used = 0;
    }
    buf_pad(out, column - used);
    wrap_words(out, text, column, column, width);
    buf_add(out, "\n");
}
