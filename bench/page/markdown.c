/* GitHub's Markdown. Its tables have one heading line, so groups of columns go into it. */
#include "bench/page/escape.h"
#include "bench/page/formats.h"
#include "bench/page/model.h"

#include <ctype.h>
#include <string.h>

/* What would make a list, a rule or a heading of a paragraph is escaped at its beginning too. */
static void add_paragraph(struct buf *out, const char *lead, const char *text)
{
    text += strspn(text, " ");
    if (lead[0]) {
        buf_add(out, "**");
        escape_markdown(out, lead);
        buf_add(out, "** ");
    } else if (text[0] && strchr("-+=", text[0])) {
        buf_add(out, "\\");
    } else if (isdigit((unsigned char)text[0])) {
        size_t digits = strspn(text, "0123456789");
        if (text[digits] == '.' || text[digits] == ')') {
            buf_add_bytes(out, text, digits);
            buf_add(out, "\\");
            text += digits;
        }
    }
    escape_markdown(out, text);
}

static void add_words(const struct page_block *b, struct buf *out)
{
    buf_add(out, b->role == PAGE_NOTE ? "- " : b->role == PAGE_WARNING ? "**warning:** " : "");
    add_paragraph(out, b->lead, b->code ? b->before : b->text);
    if (b->code) {
        escape_markdown_code(out, b->code, false);
        escape_markdown(out, b->behind);
    }
    buf_add(out, b->role == PAGE_NOTE ? "\n" : "\n\n");
}

/* A fence longer than any in the text; a command stays one line. */
static void add_code(struct buf *out, const char *language, const char *text)
{
    struct buf fence = {0}, line = {0};
    buf_add(&fence, "```");
    while (strstr(text, buf_text(&fence)) && !fence.failed)
        buf_add(&fence, "`");
    buf_printf(out, "%s%s\n", buf_text(&fence), language);
    for (const char *at = text; *at;) {
        size_t length = language[0] ? strlen(at) : strcspn(at, "\n");
        buf_reset(&line);
        buf_add_bytes(&line, at, length);
        escape_text(out, buf_text(&line));
        buf_add(out, "\n");
        at += length + (at[length] == '\n');
    }
    buf_printf(out, "%s\n\n", buf_text(&fence));
    buf_settle(out, &fence);
    buf_settle(out, &line);
}

/* ---- Tables ------------------------------------------------------------------------------- */

static bool is_shown(const struct page_column *c)
{
    return column_is_for(c, PAGE_PAPER);
}

/* A group is named where it begins; "startup: lifecycle". */
static void add_heads(const struct page_grid *g, struct buf *out)
{
    const char *group = "";
    buf_add(out, "|");
    for (size_t c = 0; c < g->column_count; c++) {
        const struct page_column *column = &g->form.columns[c];
        if (!is_shown(column))
            continue;
        buf_add(out, " ");
        if (strcmp(group, column_group(column)) && column_group(column)[0]) {
            buf_add(out, "**");
            escape_markdown(out, column->group);
            buf_add(out, ":** ");
        }
        group = column_group(column);
        escape_markdown(out, column_head(column));
        buf_add(out, column_head(column)[0] ? " |" : "|");
    }
    buf_add(out, "\n|");
    for (size_t c = 0; c < g->column_count; c++)
        if (is_shown(&g->form.columns[c]))
            buf_add(out, column_is_right(g, c) ? "---:|" : ":---|");
    buf_add(out, "\n");
}

struct cell_lines {
    struct buf *out;
    bool is_code, is_later;
};

static void add_line(void *context, const char *text)
{
    struct cell_lines *l = context;
    buf_add(l->out, l->is_later ? "<br>" : "");
    l->is_later = true;
    if (l->is_code)
        escape_markdown_code(l->out, text, true);
    else
        escape_markdown(l->out, text);
}

static void add_cell(const struct page_cell *c, const struct page_column *column, struct buf *out)
{
    struct cell_lines lines = {out, column->flags & PAGE_CODE, false};
    bool is_bold = c->kind != CELL_EMPTY && (c->tone == PAGE_BAD || c->tone == PAGE_STRONG);
    buf_add(out, is_bold ? " **" : " ");
    out->failed |= !cell_each_line(c, column, add_line, &lines);
    buf_add(out, is_bold ? "** |" : " |");
}

static void add_row(const struct page_grid *g, const struct page_row *row, struct buf *out)
{
    size_t status = row_status(g, row);
    buf_add(out, "|");
    for (size_t c = 0; c < g->column_count; c++) {
        if (!is_shown(&g->form.columns[c]))
            continue;
        if (c < status) {
            add_cell(&row->cells[c], &g->form.columns[c], out);
        } else if (c == status) {
            buf_add(out, " *");
            escape_markdown(out, row->cells[c].word);
            buf_add(out, row->cells[c].text[0] ? ":* " : "*");
            escape_markdown(out, row->cells[c].text);
            buf_add(out, " |");
        } else {
            buf_add(out, " |");
        }
    }
    buf_add(out, "\n");
}

/* The name of a group of rows stands in a row of its own. */
static void add_row_group(const struct page_grid *g, const char *group, struct buf *out)
{
    buf_add(out, "| **");
    escape_markdown(out, group);
    buf_add(out, "** |");
    for (size_t c = 0, shown = 0; c < g->column_count; c++)
        if (is_shown(&g->form.columns[c]) && shown++ > 0)
            buf_add(out, " |");
    buf_add(out, "\n");
}

static void add_grid(const struct page_grid *g, struct buf *out)
{
    if (g->form.title[0]) {
        buf_add(out, "### ");
        escape_markdown(out, g->form.title);
        if (g->form.subtitle[0]) {
            buf_add(out, " (");
            escape_markdown(out, g->form.subtitle);
            buf_add(out, ")");
        }
        buf_add(out, "\n\n");
    }
    add_heads(g, out);
    for (const struct page_row *r = g->rows; r; r = r->next) {
        if (r->group)
            add_row_group(g, r->group, out);
        add_row(g, r, out);
    }
    buf_add(out, "\n");
}

/* Of HTML and on one line. */
static void add_summary(const char *text, struct buf *out)
{
    struct buf line = {0};
    escape_text(&line, text);
    buf_add(out, "<details><summary>");
    escape_xml(out, buf_text(&line));
    buf_add(out, "</summary>\n\n");
    buf_settle(out, &line);
}

static void add_block(const struct page_block *b, struct buf *out)
{
    switch (b->kind) {
    case BLOCK_HEADING:
        for (unsigned i = 0; i < b->level; i++)
            buf_add(out, "#");
        buf_add(out, " ");
        escape_markdown(out, b->text);
        buf_add(out, "\n\n");
        break;
    case BLOCK_WORDS:
        add_words(b, out);
        break;
    case BLOCK_COMMAND:
        add_code(out, "sh", b->text);
        break;
    case BLOCK_VERBATIM:
        add_code(out, "", b->text);
        break;
    case BLOCK_FOLD: /* a block of HTML ends with an empty line */
        add_summary(b->text, out);
        break;
    case BLOCK_UNFOLD:
        buf_add(out, "</details>\n\n");
        break;
    case BLOCK_GRID:
        add_grid(b->grid, out);
        break;
    case BLOCK_GAP:
    case BLOCK_VERDICT: /* a grid holds the same */
    case BLOCK_CHART:
    case BLOCK_MODEL:
        break;
    }
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    (void)style;
    size_t begin = out->len;
    bool is_list = false;
    for (const struct page_block *b = page_next(p->blocks, PAGE_PAPER); b;
         b = page_next(b->next, PAGE_PAPER)) {
        bool is_note = b->kind == BLOCK_WORDS && b->role == PAGE_NOTE;
        buf_add(out, is_list && !is_note && b->kind != BLOCK_GAP ? "\n" : "");
        is_list = is_note || (is_list && b->kind == BLOCK_GAP);
        add_block(b, out);
    }
    /* One line feed ends the document. */
    while (out->len > begin + 1 && out->data[out->len - 1] == '\n' &&
           out->data[out->len - 2] == '\n')
        out->data[--out->len] = '\0';
}

const struct page_format page_format_markdown = {
    .name = "markdown",
    .audience = PAGE_PAPER,
    .write = write,
};
