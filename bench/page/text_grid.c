/*
 * Grids as text.  Column groups that do not fit beside each other are stacked: each panel repeats
 * the labels and takes as many whole groups as there is room for.
 *
 *   labels              | group ------------------  group ----------
 *   executor    tasks   | column   column   column  column   column
 *   thread          1   | 38.2 us  24.1 us     ...
 *
 * The last column, when it is text, is wrapped into the room that is left; where that is too
 * little, a row is a paragraph.  Widths are columns of a terminal, not bytes.
 */
#include "bench/page/text_layout.h"

#include "bench/base/utf8.h"
#include "bench/page/escape.h"

#include <stdio.h>
#include <string.h>

static void pad_to(struct buf *out, size_t used, size_t width)
{
    buf_pad(out, used < width ? width - used : 0);
}

static void add_aligned(struct buf *out, const char *text, size_t width, bool is_right)
{
    size_t columns = utf8_columns(text);
    if (is_right)
        pad_to(out, columns, width);
    buf_add(out, text);
    if (!is_right)
        pad_to(out, columns, width);
}

static void trim_blanks(struct buf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
}

static void trim_line(struct buf *out)
{
    trim_blanks(out);
    buf_add(out, "\n");
}

static bool has_group_names(const struct text_layout *t, struct panel p)
{
    for (size_t c = p.from; c < p.to; c++)
        if (layout_group(t, c)[0])
            return true;
    return false;
}

static void add_groups(const struct text_layout *t, struct panel p, struct buf *out)
{
    buf_pad(out, t->labels_width);
    for (size_t c = p.from; c < p.to;) {
        size_t end = layout_group_end(t, c) < p.to ? layout_group_end(t, c) : p.to;
        size_t width = layout_span(t, c, end) - layout_gap(t, c, c);
        size_t name = escape_text_columns(layout_group(t, c));
        buf_pad(out, layout_gap(t, c, c));
        buf_add(out, text_tone(t->style, PAGE_STRONG));
        escape_text(out, layout_group(t, c));
        buf_add(out, text_plain(t->style));
        if (name && width > name + 1) {
            buf_printf(out, " %s", text_tone(t->style, PAGE_FAINT));
            for (size_t i = name + 1; i < width; i++)
                buf_add(out, "-");
            buf_add(out, text_plain(t->style));
        } else {
            pad_to(out, name, width);
        }
        c = end;
    }
    trim_line(out);
}

static void add_head(const struct text_layout *t, size_t c, size_t panel_from, size_t line,
                     size_t lines, struct buf *out)
{
    const struct text_column *column = &t->columns[c];
    size_t skipped = lines - column->head_count;
    const char *head = "";
    size_t length = 0;
    if (line >= skipped) {
        head = buf_text(&column->head) + column->heads[line - skipped].from;
        length = column->heads[line - skipped].length;
    }
    size_t columns = utf8_columns_in(head, length);
    buf_pad(out, layout_gap(t, c, panel_from));
    buf_pad(out, column->is_right ? column->width - columns : 0);
    buf_add_bytes(out, head, length);
    buf_pad(out, column->is_right ? 0 : column->width - columns);
}

static void add_number(const struct text_layout *t, const char *text, struct buf *out)
{
    add_aligned(out, text, t->numbers_width - COLUMN_GAP, true);
    buf_pad(out, COLUMN_GAP);
}

static void add_heads(const struct text_layout *t, struct panel p, struct buf *out)
{
    size_t lines = 1;
    for (size_t c = p.from; c < p.to; c++)
        lines = t->columns[c].head_count > lines ? t->columns[c].head_count : lines;
    for (size_t line = 0; line < lines; line++) {
        buf_add(out, text_tone(t->style, PAGE_FAINT));
        buf_pad(out, t->indent);
        if (t->numbers_width)
            add_number(t, line + 1 == lines ? LAYOUT_NUMBERS : "", out);
        for (size_t c = 0; c < t->label_count; c++)
            add_head(t, c, 0, line, lines, out);
        for (size_t c = p.from; c < p.to; c++)
            add_head(t, c, p.from, line, lines, out);
        trim_blanks(out); /* a line that is too long only by its blanks is broken all the same */
        buf_printf(out, "%s\n", text_plain(t->style));
    }
}

/* The column where the next would begin. */
static size_t add_cell(struct text_layout *t, const struct page_row *row,
                       const struct text_column *c, size_t column, bool is_last, struct buf *out)
{
    const struct page_cell *cell = &row->cells[c->index];
    buf_add(out, cell->tone ? text_tone(t->style, cell->tone) : "");
    if (layout_is_split(cell)) {
        struct number n;
        size_t unit = c->unit_width ? 1 + c->unit_width : 0;
        cell_number(cell, c->form, &n);
        add_aligned(out, n.text, c->width - unit, true);
        buf_pad(out, unit ? 1 : 0);
        add_aligned(out, n.unit, c->unit_width, false);
    } else if (is_last && t->is_wrapped) {
        text_words(out, layout_shown(t, cell, c->form), column, column, t->width);
    } else {
        bool is_ragged = c->form->flags & PAGE_RAGGED && !c->is_right;
        add_aligned(out, layout_shown(t, cell, c->form), is_ragged ? c->form->width : c->width,
                    c->is_right);
    }
    buf_add(out, cell->tone ? text_plain(t->style) : "");
    return column + c->width;
}

static bool is_equal_cell(const struct page_cell *a, const struct page_cell *b)
{
    bool has_text = a->kind == CELL_TEXT || a->kind == CELL_SHOWN;
    return a->kind == b->kind &&
           (a->kind == CELL_EMPTY || (has_text && !strcmp(a->text, b->text)) ||
            (a->kind == CELL_COUNT && !(a->number < b->number) && !(a->number > b->number)));
}

/* A label equal to the one above is left out, while all labels before it are equal too. */
static size_t add_labels(struct text_layout *t, const struct page_row *row, size_t number,
                         const struct page_row *above, struct buf *out)
{
    bool repeats = above != NULL;
    size_t column = t->indent + t->numbers_width;
    char text[32];
    buf_pad(out, t->indent);
    snprintf(text, sizeof text, "%zu", number);
    if (t->numbers_width)
        add_number(t, text, out);
    for (size_t l = 0; l < t->label_count; l++) {
        const struct text_column *c = &t->columns[l];
        repeats = repeats && c->form->flags & PAGE_ONCE &&
                  is_equal_cell(&row->cells[c->index], &above->cells[c->index]);
        size_t gap = layout_gap(t, l, 0);
        buf_pad(out, gap);
        if (repeats)
            buf_pad(out, c->width);
        else
            add_cell(t, row, c, column + gap, l + 1 == t->count, out);
        column += gap + c->width;
    }
    return column;
}

/* "skipped: no such thing here", in the place of what would stand behind the labels, or below. */
static void add_status(const struct text_layout *t, const struct page_cell *cell, size_t column,
                       struct buf *out)
{
    struct buf words = {0};
    size_t gap = t->label_count < t->count ? layout_gap(t, t->label_count, t->label_count) : 0;
    buf_printf(&words, "%s%s%s", cell->word, cell->text[0] ? ": " : "", cell->text);
    if (column + gap + LEAST_ROOM > t->width) {
        trim_line(out);
        gap = 0;
        column = t->indent + t->numbers_width + COLUMN_GAP;
        buf_pad(out, column);
    }
    buf_pad(out, gap);
    buf_add(out, text_tone(t->style, PAGE_FAINT));
    text_words(out, buf_text(&words), column + gap, column + gap, t->width);
    buf_printf(out, "%s\n", text_plain(t->style));
    buf_settle(out, &words);
}

struct below {
    const char *before;
    size_t at, width;
    struct buf *out;
};

static void add_line_below(void *context, const char *text)
{
    const struct below *b = context;
    size_t column = b->at + escape_text_columns(b->before);
    buf_pad(b->out, b->at);
    escape_text(b->out, b->before);
    text_words(b->out, text, column, column, b->width);
    buf_add(b->out, "\n");
}

/* Lines of their own under a row. */
static void add_below(const struct text_layout *t, const struct page_row *row, struct buf *out)
{
    const struct page_grid *g = t->grid;
    size_t last = t->count ? layout_span(t, 0, t->count) - t->columns[t->count - 1].width : 0;
    struct below b = {
        .at = g->form.below ? g->form.below : t->indent + last, .width = t->width, .out = out};
    for (size_t i = 0; i < g->column_count; i++) {
        const struct page_column *form = &g->form.columns[i];
        b.before = form->before;
        if (form->flags & PAGE_BELOW && column_is_for(form, PAGE_TERMINAL))
            out->failed |= !cell_each_line(&row->cells[i], form, add_line_below, &b);
    }
}

static void add_part(struct text_layout *t, const struct page_row *row, size_t c, const char *head,
                     const char *between, struct buf *words)
{
    const struct text_column *one = &t->columns[c];
    const char *text = layout_shown(t, &row->cells[one->index], one->form);
    if (text[0])
        buf_printf(words, "%s%s%s%s%s", words->len ? between : "", one->form->before, head,
                   *head ? " " : "", text);
}

/* The last column would have too little room beside the others. */
static bool has_paragraphs(const struct text_layout *t)
{
    return t->is_wrapped &&
           t->indent + layout_span(t, 0, t->count) - t->columns[t->count - 1].width + LEAST_ROOM >
               t->width;
}

/* "SUBJECT: A, B" */
static void add_of_subject(struct text_layout *t, const struct page_row *row, size_t subject,
                           struct buf *words)
{
    add_part(t, row, subject, "", "", words);
    buf_add(words, ":");
    for (size_t c = 0, others = 0; c < t->count; c++)
        if (c != subject)
            add_part(t, row, c, "", others++ ? ", " : " ", words);
}

/* "LABEL: head A, head B", since no head stands above them; without heads "LABEL A B". */
static void add_named(struct text_layout *t, const struct page_row *row, struct buf *words)
{
    bool has_heads = !t->grid->form.is_headless;
    for (size_t c = 0; c < t->count; c++) {
        bool is_label = c < t->label_count, is_named = has_heads && !is_label;
        add_part(t, row, c, is_named ? buf_text(&t->columns[c].head) : "",
                 !is_named            ? " "
                 : c > t->label_count ? ", "
                                      : ": ",
                 words);
    }
}

/* Cells one behind the other: where the last one would have too little room beside the others. */
static void add_paragraph(struct text_layout *t, const struct page_row *row, struct buf *out)
{
    struct buf words = {0};
    size_t subject = 0;
    while (subject < t->count && !(t->columns[subject].form->flags & PAGE_SUBJECT))
        subject++;
    bool has_subject = subject < t->count;
    if (has_subject)
        add_of_subject(t, row, subject, &words);
    else
        add_named(t, row, &words);
    buf_pad(out, t->indent);
    buf_add(out, has_subject ? "- " : "");
    text_words(out, buf_text(&words), t->indent + (has_subject ? 2 : 0), t->indent + COLUMN_GAP,
               t->width);
    buf_add(out, "\n");
    buf_settle(out, &words);
}

/* Behind the cell before, or on a line of its own, and longer than that as words. */
static size_t add_flowing(struct text_layout *t, const struct page_cell *cell,
                          const struct text_column *c, size_t column, size_t gap, struct buf *out)
{
    size_t later = t->indent + COLUMN_GAP;
    const char *text = layout_shown(t, cell, c->form);
    size_t columns = utf8_columns(text);
    size_t width = c->form->width > columns ? c->form->width : columns;
    if (column > later && column + gap + columns > t->width) {
        trim_line(out);
        buf_pad(out, later);
        column = later;
        gap = 0;
        width = columns;
    }
    buf_pad(out, gap);
    buf_add(out, cell->tone ? text_tone(t->style, cell->tone) : "");
    if (column + gap + columns > t->width)
        text_words(out, text, column + gap, later, t->width);
    else
        add_aligned(out, text, width, c->is_right);
    buf_add(out, cell->tone ? text_plain(t->style) : "");
    return column + gap + width;
}

/* One that is not repeated is a label, too. */
static bool is_label(const struct text_layout *t, size_t c)
{
    return t->columns[c].form->flags & PAGE_LABEL;
}

/* A name that has no room is as wide as there is, and goes on in the next line. */
static size_t add_in_panel(struct text_layout *t, struct panel p, const struct page_row *row,
                           size_t c, size_t column, struct buf *out)
{
    const struct text_column *one = &t->columns[c];
    size_t from = column + layout_gap(t, c, p.from);
    buf_pad(out, from - column);
    if (!is_label(t, c) || from + one->width <= t->width)
        return add_cell(t, row, one, from, c + 1 == t->count, out);
    text_words(out, layout_shown(t, &row->cells[one->index], one->form), from, from, t->width);
    return from + one->width;
}

static void add_row(struct text_layout *t, struct panel p, const struct page_row *row,
                    size_t number, const struct page_row *above, struct buf *out)
{
    size_t status = row_status(t->grid, row);
    if (has_paragraphs(t)) {
        add_paragraph(t, row, out);
        return;
    }
    size_t column = add_labels(t, row, number, above, out);
    if (status < t->grid->column_count) {
        for (size_t c = p.from; c < p.to && is_label(t, c); c++)
            column = add_in_panel(t, p, row, c, column, out);
        add_status(t, &row->cells[status], column, out);
        return;
    }
    for (size_t c = p.from; c < p.to; c++) {
        const struct text_column *one = &t->columns[c];
        size_t gap = layout_gap(t, c, p.from);
        if (one->form->flags & PAGE_RAGGED && row->cells[one->index].kind == CELL_EMPTY)
            continue;
        if (t->is_flowing)
            column = add_flowing(t, &row->cells[one->index], one, column, gap, out);
        else
            column = add_in_panel(t, p, row, c, column, out);
    }
    trim_line(out);
}

static void add_rows(struct text_layout *t, struct panel p, struct buf *out)
{
    const struct page_row *above = NULL;
    size_t number = 0;
    for (const struct page_row *r = t->grid->rows; r; r = r->next) {
        number++;
        /* The reason is said where labels are that no other panel has, and so once mostly. */
        if (row_status(t->grid, r) < t->grid->column_count && p.from > t->label_count &&
            !is_label(t, p.from))
            continue;
        if (r->group) {
            buf_pad(out, t->indent - (t->indent < COLUMN_GAP ? t->indent : COLUMN_GAP));
            escape_text(out, r->group);
            buf_add(out, "\n");
            above = NULL;
        }
        add_row(t, p, r, number, above, out);
        above = r;
        if (p.to == t->count)
            add_below(t, r, out);
    }
}

/* Behind the title, or under it where its first word has no room there. */
static void add_subtitle(const char *subtitle, size_t column, size_t later,
                         const struct page_style *style, size_t width, struct buf *out)
{
    struct buf words = {0};
    buf_printf(&words, "(%s)", subtitle);
    size_t first = strcspn(buf_text(&words), " ");
    bool is_under = column + COLUMN_GAP + utf8_columns_in(buf_text(&words), first) > width;
    buf_add(out, is_under ? "\n" : "");
    buf_pad(out, is_under ? later : COLUMN_GAP);
    buf_add(out, text_tone(style, PAGE_FAINT));
    text_words(out, buf_text(&words), is_under ? later : column + COLUMN_GAP, later, width);
    buf_add(out, text_plain(style));
    buf_settle(out, &words);
}

static void add_title(const struct page_grid *g, size_t indent, const struct page_style *style,
                      size_t width, struct buf *out)
{
    if (!g->form.title[0])
        return;
    size_t later = indent + COLUMN_GAP, from = out->len;
    buf_pad(out, indent);
    buf_add(out, text_tone(style, PAGE_STRONG));
    text_words(out, g->form.title, indent, later, width);
    const char *end = out->len > from ? strrchr(out->data + from, '\n') : NULL;
    size_t column = end ? utf8_columns(end + 1) : indent + escape_text_columns(g->form.title);
    buf_add(out, text_plain(style));
    if (g->form.subtitle[0])
        add_subtitle(g->form.subtitle, column, later, style, width, out);
    buf_add(out, "\n");
}

void text_add_grid(const struct page_grid *g, size_t indent, const struct page_style *style,
                   size_t width, struct buf *out)
{
    struct text_layout t = {
        .grid = g, .style = style, .indent = indent + g->form.margin, .width = width};
    if (layout_measure(&t)) {
        out->failed = true;
        return;
    }
    add_title(g, indent, style, width, out);
    for (size_t from = t.label_count; from == t.label_count || from < t.count;) {
        struct panel p = layout_panel(&t, from);
        buf_add(out, from > t.label_count ? "\n" : "");
        if (has_group_names(&t, p))
            add_groups(&t, p, out);
        if (!has_paragraphs(&t) && !g->form.is_headless)
            add_heads(&t, p, out);
        add_rows(&t, p, out);
        if (p.to == p.from)
            break;
        from = p.to;
    }
    out->failed |= t.cell.failed;
    layout_release(&t);
}
