/*
 * Tables for a terminal.  Column groups that do not fit beside each other are stacked: each
 * panel repeats the row labels and takes as many whole groups as there is room for.
 *
 *   labels              | group ------------------  group ----------
 *   executor    tasks   | column   column   column  column   column
 *   thread          1   | 38.2 us  24.1 us     ...
 */
#include "bench/report/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMN_GAP = 2,
    GROUP_GAP = 3,
    MARGIN = 2,       /* in front of the labels */
    HEAD_LINES = 4,   /* most lines a column's title is broken into */
    LEAST_WIDTH = 40, /* narrower terminals get lines of this width */
};

struct column_layout {
    size_t number_width;
    size_t unit_width;
    size_t width;
    size_t head_count;
    char heads[HEAD_LINES][32];
};

struct text_layout {
    const struct grid *grid;
    const struct style *style;
    struct label_layout {
        size_t width;
        bool is_number;
    } * labels; /* owned */
    size_t labels_width;
    size_t width;
    struct column_layout columns[GRID_COLUMNS_MAX];
};

/* A run of columns shown beside each other. */
struct panel {
    size_t from, to;
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static const char *bold(const struct style *s)
{
    return s->colour ? "\033[1m" : "";
}

static const char *faint(const struct style *s)
{
    return s->colour ? "\033[2m" : "";
}

static const char *plain(const struct style *s)
{
    return s->colour ? "\033[0m" : "";
}

/* Breaks a title at blanks, as narrow as its longest word or the column's values ask for. */
static void break_title(struct column_layout *c, const char *title, size_t value_width)
{
    size_t longest = 0;
    for (const char *at = title; *at; at += strcspn(at, " "), at += strspn(at, " "))
        longest = larger(longest, strcspn(at, " "));
    c->width = larger(longest, value_width);
    c->head_count = 0;
    for (const char *at = title; *at;) {
        size_t word = strcspn(at, " ");
        char *line = c->head_count ? c->heads[c->head_count - 1] : NULL;
        size_t used = line ? strlen(line) : 0;
        if (line && (used + 1 + word <= c->width || c->head_count == HEAD_LINES)) {
            snprintf(line + used, sizeof *c->heads - used, " %.*s", (int)word, at);
            c->width = larger(c->width, strlen(line));
        } else {
            snprintf(c->heads[c->head_count++], sizeof *c->heads, "%.*s", (int)word, at);
        }
        at += word;
        at += strspn(at, " ");
    }
}

static void measure_column(struct text_layout *t, size_t column)
{
    const struct grid *g = t->grid;
    struct column_layout *c = &t->columns[column];
    size_t words = 0;
    for (size_t r = 0; r < g->row_count; r++) {
        const struct slot *s = grid_slot(g, r, column);
        if (s->kind == SLOT_VALUE || s->kind == SLOT_RATIO) {
            c->number_width = larger(c->number_width, strlen(s->number.text));
            c->unit_width = larger(c->unit_width, strlen(s->number.unit));
        } else if (!grid_row_unmeasured(g, r)) {
            char text[32];
            slot_text(s, text, sizeof text);
            words = larger(words, strlen(text));
        }
    }
    size_t values = c->number_width + (c->unit_width ? 1 + c->unit_width : 0);
    break_title(c, g->columns[column].title, larger(values, words));
}

static void measure(struct text_layout *t)
{
    const struct grid *g = t->grid;
    t->labels_width = MARGIN;
    for (size_t l = 0; l < g->labels.count; l++) {
        t->labels[l].width = strlen(g->labels.names[l]);
        t->labels[l].is_number = true;
        for (size_t r = 0; r < g->row_count; r++) {
            const struct dim_value *v = grid_label(g, r, l);
            t->labels[l].width = larger(t->labels[l].width, strlen(dim_text(v)));
            t->labels[l].is_number &= v->is_number || !dim_text(v)[0];
        }
        t->labels_width += t->labels[l].width + (l ? COLUMN_GAP : 0);
    }
    for (size_t c = 0; c < g->column_count; c++)
        measure_column(t, c);
}

static bool begins_group(const struct grid *g, size_t column, size_t panel_from)
{
    return column == panel_from || strcmp(g->columns[column].group, g->columns[column - 1].group);
}

static size_t gap_before(const struct grid *g, size_t column, size_t panel_from)
{
    return begins_group(g, column, panel_from) ? GROUP_GAP : COLUMN_GAP;
}

/* Width of the columns from..to beside the labels. */
static size_t span_width(const struct text_layout *t, size_t from, size_t to)
{
    size_t width = 0;
    for (size_t c = from; c < to; c++)
        width += gap_before(t->grid, c, from) + t->columns[c].width;
    return width;
}

static size_t group_end(const struct grid *g, size_t from)
{
    size_t to = from + 1;
    while (to < g->column_count && !strcmp(g->columns[to].group, g->columns[from].group))
        to++;
    return to;
}

/* As many whole groups as fit; of a group too wide for a panel of its own, what fits. */
static struct panel next_panel(const struct text_layout *t, size_t from)
{
    const struct grid *g = t->grid;
    struct panel p = {from, from};
    while (p.to < g->column_count) {
        size_t end = group_end(g, p.to);
        if (t->labels_width + span_width(t, from, end) > t->width)
            break;
        p.to = end;
    }
    if (p.to > from)
        return p;
    size_t end = group_end(g, from);
    p.to = from + 1;
    while (p.to < end && t->labels_width + span_width(t, from, p.to + 1) <= t->width)
        p.to++;
    /* Shared out evenly, so that no column is left alone in the last panel. */
    size_t left = end - from, most = p.to - from, panels = (left + most - 1) / most;
    p.to = from + (left + panels - 1) / panels;
    return p;
}

/* A group whose name is longer than its columns are wide takes what it needs for its first. */
static void widen_groups(struct text_layout *t)
{
    const struct grid *g = t->grid;
    for (size_t c = 0; c < g->column_count;) {
        size_t end = group_end(g, c);
        size_t width = span_width(t, c, end) - GROUP_GAP, name = strlen(g->columns[c].group);
        if (name > width)
            t->columns[c].width += name - width;
        c = end;
    }
}

static void trim_line(struct buf *out)
{
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
    buf_add(out, "\n");
}

static void add_groups(const struct text_layout *t, struct panel p, struct buf *out)
{
    const struct grid *g = t->grid;
    buf_pad(out, t->labels_width);
    for (size_t c = p.from; c < p.to;) {
        size_t end = group_end(g, c);
        end = end < p.to ? end : p.to;
        size_t width = span_width(t, c, end) - GROUP_GAP, name = strlen(g->columns[c].group);
        buf_pad(out, GROUP_GAP);
        buf_printf(out, "%s%.*s%s", bold(t->style), (int)width, g->columns[c].group,
                   plain(t->style));
        if (width > name + 1) {
            buf_printf(out, " %s", faint(t->style));
            for (size_t i = name + 1; i < width; i++)
                buf_add(out, "-");
            buf_add(out, plain(t->style));
        } else if (name < width) {
            buf_pad(out, width - name);
        }
        c = end;
    }
    trim_line(out);
}

static void add_aligned(struct buf *out, const char *text, size_t width, bool is_right)
{
    size_t length = strlen(text), room = length < width ? width - length : 0;
    buf_pad(out, is_right ? room : 0);
    buf_add(out, text);
    buf_pad(out, is_right ? 0 : room);
}

static void add_heads(const struct text_layout *t, struct panel p, struct buf *out)
{
    const struct grid *g = t->grid;
    size_t lines = 1;
    for (size_t c = p.from; c < p.to; c++)
        lines = larger(lines, t->columns[c].head_count);
    for (size_t line = 0; line < lines; line++) {
        buf_add(out, faint(t->style));
        buf_pad(out, MARGIN);
        for (size_t l = 0; l < g->labels.count; l++) {
            buf_pad(out, l ? COLUMN_GAP : 0);
            add_aligned(out, line + 1 == lines ? g->labels.names[l] : "", t->labels[l].width,
                        t->labels[l].is_number);
        }
        for (size_t c = p.from; c < p.to; c++) {
            const struct column_layout *column = &t->columns[c];
            size_t skipped = lines - column->head_count;
            buf_pad(out, gap_before(g, c, p.from));
            add_aligned(out, line < skipped ? "" : column->heads[line - skipped], column->width,
                        true);
        }
        if (t->style->colour)
            buf_printf(out, "%s\n", plain(t->style));
        else
            trim_line(out);
    }
}

/* Number and unit stand in columns of their own, so that both line up. */
static void add_slot(const struct column_layout *c, const struct slot *s, struct buf *out)
{
    if (s->kind != SLOT_VALUE && s->kind != SLOT_RATIO) {
        char text[32];
        slot_text(s, text, sizeof text);
        add_aligned(out, text, c->width, true);
        return;
    }
    size_t unit = c->unit_width ? 1 + c->unit_width : 0;
    add_aligned(out, s->number.text, c->width - unit, true);
    buf_pad(out, unit ? 1 : 0);
    add_aligned(out, s->number.unit, c->unit_width, false);
}

/* A label equal to the one above is left out, while all labels before it are equal too. */
static void add_labels(const struct text_layout *t, size_t row, size_t above, struct buf *out)
{
    const struct grid *g = t->grid;
    bool repeats = above != row;
    buf_pad(out, MARGIN);
    for (size_t l = 0; l < g->labels.count; l++) {
        const char *text = dim_text(grid_label(g, row, l));
        repeats =
            repeats && !strcmp(text, dim_text(grid_label(g, above, l))) && l + 1 < g->labels.count;
        buf_pad(out, l ? COLUMN_GAP : 0);
        add_aligned(out, repeats ? "" : text, t->labels[l].width, t->labels[l].is_number);
    }
}

static void add_rows(const struct text_layout *t, struct panel p, struct buf *out)
{
    const struct grid *g = t->grid;
    size_t above = SIZE_MAX;
    for (size_t r = 0; r < g->row_count; r++) {
        const struct result_cell *unmeasured = grid_row_unmeasured(g, r);
        /* The reason is said once, in the first panel. */
        if (unmeasured && p.from > 0)
            continue;
        add_labels(t, r, above == SIZE_MAX ? r : above, out);
        above = r;
        if (unmeasured) {
            struct buf text = {0};
            buf_printf(&text, "%s: %s", cell_status_name(unmeasured->status), unmeasured->reason);
            buf_pad(out, GROUP_GAP);
            buf_add(out, faint(t->style));
            text_wrap(out, buf_text(&text), t->labels_width + GROUP_GAP,
                      t->labels_width + GROUP_GAP, t->width);
            buf_printf(out, "%s\n", plain(t->style));
            buf_release(&text);
            continue;
        }
        for (size_t c = p.from; c < p.to; c++) {
            buf_pad(out, gap_before(g, c, p.from));
            add_slot(&t->columns[c], grid_slot(g, r, c), out);
        }
        trim_line(out);
    }
}

static void add_grid(const struct grid *g, const struct style *style, struct buf *out)
{
    struct text_layout t = {.grid = g, .style = style};
    t.width = style->width > LEAST_WIDTH ? (size_t)style->width : LEAST_WIDTH;
    t.labels = calloc(g->labels.count + 1, sizeof *t.labels);
    if (!t.labels) {
        out->failed = true;
        return;
    }
    measure(&t);
    widen_groups(&t);
    buf_printf(out, "\n%s%s%s", bold(style), g->title, plain(style));
    if (g->subtitle[0])
        buf_printf(out, "%s  (%s)%s", faint(style), g->subtitle, plain(style));
    buf_add(out, "\n");
    for (size_t from = 0; from == 0 || from < g->column_count;) {
        struct panel p = next_panel(&t, from);
        if (from > 0)
            buf_add(out, "\n");
        if (p.to > p.from)
            add_groups(&t, p, out);
        add_heads(&t, p, out);
        add_rows(&t, p, out);
        from = p.to;
        if (p.to == p.from)
            break;
    }
    free(t.labels);
}

static void add_notes(const struct page *p, size_t width, struct buf *out)
{
    struct buf line = {0};
    legend_line(p->tables, &line);
    if (line.len) {
        buf_add(out, "\n");
        text_wrap(out, buf_text(&line), 0, 0, width);
        buf_add(out, "\n");
    }
    for (size_t i = 0; i < p->notes->count; i++) {
        const struct note *n = &p->notes->items[i];
        if (i == 0)
            buf_printf(out, "\n%sNotes%s\n", bold(&p->style), plain(&p->style));
        buf_reset(&line);
        buf_printf(&line, "%s: %s (", n->kind, n->text);
        note_cells(n, p->tables, &line);
        buf_add(&line, ")");
        buf_pad(out, 2);
        text_wrap(out, buf_text(&line), 2, 4, width);
        buf_add(out, "\n");
    }
    buf_release(&line);
}

static void add_sentences(const struct page *p, size_t width, struct buf *out)
{
    if (!p->sentences || p->sentences->count == 0)
        return;
    buf_printf(out, "\n%sWhat it means%s\n", bold(&p->style), plain(&p->style));
    for (size_t i = 0; i < p->sentences->count; i++) {
        buf_add(out, "  * ");
        text_wrap(out, p->sentences->items[i], 4, 4, width);
        buf_add(out, "\n");
    }
}

void render_text(const struct page *p, struct buf *out)
{
    size_t width = p->style.width > LEAST_WIDTH ? (size_t)p->style.width : LEAST_WIDTH;
    struct buf line = {0};
    for (size_t i = 0; i < p->tables->result_count; i++) {
        buf_reset(&line);
        result_line(&p->tables->results[i], &line);
        text_wrap(out, buf_text(&line), 0, 2, width);
        buf_add(out, "\n");
    }
    buf_release(&line);
    for (size_t i = 0; i < p->tables->count; i++)
        add_grid(&p->tables->grids[i], &p->style, out);
    if (p->tables->count == 0)
        buf_add(out, "\nno cells\n");
    add_notes(p, width, out);
    add_sentences(p, width, out);
}
