/* Grids as tables of HTML. */
#include "bench/page/escape.h"
#include "bench/page/html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL = 1000, TREND_HEIGHT = 18, TREND_STEP = 3, PAPER_COLUMNS = 10 }; /* more lie across */

static bool is_shown(const struct page_grid *g, size_t c)
{
    return column_is_for(&g->form.columns[c], PAGE_VIEWER);
}

static size_t shown_from(const struct page_grid *g, size_t from)
{
    size_t count = 0;
    for (size_t c = from; c < g->column_count; c++)
        count += is_shown(g, c);
    return count;
}

/* ---- Heads -------------------------------------------------------------------------------- */

static bool has_column_groups(const struct page_grid *g)
{
    for (size_t c = 0; c < g->column_count; c++)
        if (is_shown(g, c) && column_group(&g->form.columns[c])[0])
            return true;
    return false;
}

static void add_groups(struct buf *out, const struct page_grid *g)
{
    buf_add(out, "<tr>");
    for (size_t c = 0, end; c < g->column_count; c = end) {
        size_t count = 0;
        const char *group = column_group(&g->form.columns[c]);
        for (end = c; end < g->column_count && !strcmp(column_group(&g->form.columns[end]), group);
             end++)
            count += is_shown(g, end);
        if (!count)
            continue;
        if (group[0]) {
            buf_printf(out, "<th scope=\"colgroup\" class=\"span\" colspan=\"%zu\">", count);
            escape_xml(out, group);
            buf_add(out, "</th>");
        } else {
            buf_printf(out, "<td colspan=\"%zu\"></td>", count);
        }
    }
    buf_add(out, "</tr>\n");
}

static void add_heads(struct buf *out, const struct page_grid *g, const bool *is_right)
{
    buf_add(out, "<thead>\n");
    if (has_column_groups(g))
        add_groups(out, g);
    buf_add(out, "<tr>");
    for (size_t c = 0; c < g->column_count; c++) {
        const char *head = column_head(&g->form.columns[c]);
        if (!is_shown(g, c))
            continue;
        if (!head[0]) {
            buf_add(out, "<td></td>");
            continue;
        }
        buf_add(out, is_right[c] ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"l\">");
        escape_xml(out, head);
        buf_add(out, "</th>");
    }
    buf_add(out, "</tr>\n</thead>\n");
}

/* ---- Cells -------------------------------------------------------------------------------- */

struct lines {
    struct buf *out;
    bool is_later;
};

static void add_line(void *context, const char *text)
{
    struct lines *l = context;
    buf_add(l->out, l->is_later ? "<br/>" : "");
    l->is_later = true;
    escape_xml(l->out, text);
}

/* A small curve, without axes; its text are the ends. */
static void add_trend(struct buf *out, const struct page_trend *t)
{
    size_t first = t->count > TREND_MOST ? t->count - TREND_MOST : 0;
    double lo = (double)INFINITY, hi = -(double)INFINITY;
    for (size_t i = first; i < t->count; i++) {
        lo = t->values[i] < lo ? t->values[i] : lo;
        hi = t->values[i] > hi ? t->values[i] : hi;
    }
    double span = hi - lo > t->least_span ? hi - lo : t->least_span;
    double low = (lo + hi) / 2 - span / 2;
    buf_printf(out,
               "<svg class=\"trend\" aria-hidden=\"true\" viewBox=\"-1 -1 %zu %d\" width=\"%zu\" "
               "height=\"%d\"><polyline points=\"",
               (t->count - first) * TREND_STEP + 2, TREND_HEIGHT + 2,
               (t->count - first) * TREND_STEP + 2, TREND_HEIGHT + 2);
    for (size_t i = first; i < t->count && span > 0; i++)
        if (isfinite(t->values[i]))
            buf_printf(out, "%zu,%.1f ", (i - first) * TREND_STEP,
                       TREND_HEIGHT * (1 - (t->values[i] - low) / span));
    buf_add(out, "\"/></svg>");
}

static const char *const tones[] = {
    [PAGE_STRONG] = "strong", [PAGE_FAINT] = "faint",       [PAGE_GOOD] = "good",
    [PAGE_BAD] = "bad",       [PAGE_DOUBTFUL] = "doubtful", [PAGE_NOTED] = "noted",
};

/* The interval, for whoever points at the value. */
static void add_interval(struct buf *out, const struct page_cell *c,
                         const struct page_column *column)
{
    const struct page_value v = cell_value(c);
    struct number lo, hi;
    char low[48], high[48];
    const char *unit = c->unit ? c->unit : column->unit ? column->unit : "count";
    if (!isfinite(v.lo) || !isfinite(v.hi) || !(v.level > 0))
        return;
    int digits = number_digits(v.center, v.lo, v.hi);
    number_of_digits(&lo, v.lo, unit, number_digits_of_end(v.center, digits, v.lo));
    number_of_digits(&hi, v.hi, unit, number_digits_of_end(v.center, digits, v.hi));
    buf_add(out, " title=\"");
    escape_xml(out, number_text(low, sizeof low, &lo));
    buf_add(out, " to ");
    escape_xml(out, number_text(high, sizeof high, &hi));
    buf_printf(out, ", %.3g %% of %zu\"", 100 * v.level, v.n);
}

/* A sentence gets the room of one; else columns of names would leave it a word a line. */
static bool is_sentence(const struct page_cell *c)
{
    enum { SENTENCE_BYTES = 30 };
    return c->kind == CELL_TEXT && strlen(c->text) > SENTENCE_BYTES && strchr(c->text, ' ');
}

static void add_cell(struct buf *out, const struct page_grid *g, const struct page_cell *c,
                     size_t column, bool is_right)
{
    const struct page_column *form = &g->form.columns[column];
    bool is_code = form->flags & PAGE_CODE && c->kind != CELL_EMPTY;
    const char *side = is_right ? "" : is_sentence(c) ? "l t" : "l";
    buf_add(out, "<td");
    if (c->tone != PAGE_PLAIN)
        buf_printf(out, " class=\"%s%s%s\"", side, is_right ? "" : " ", tones[c->tone]);
    else if (!is_right)
        buf_printf(out, " class=\"%s\"", side);
    if (c->kind == CELL_VALUE && g->row_count <= SMALL)
        add_interval(out, c, form);
    if (c->kind == CELL_MISSING && c->text[0] && g->row_count <= SMALL) {
        buf_add(out, " title=\"");
        escape_xml(out, c->text);
        buf_add(out, "\"");
    }
    buf_add(out, is_code ? "><code>" : ">");
    if (c->kind == CELL_TREND) {
        add_trend(out, c->trend);
    } else {
        struct lines lines = {.out = out};
        out->failed |= !cell_each_line(c, form, add_line, &lines);
    }
    buf_add(out, is_code ? "</code></td>" : "</td>");
}

static void add_row(struct buf *out, const struct page_grid *g, const struct page_row *row,
                    const bool *is_right)
{
    size_t status = row_status(g, row);
    buf_add(out, "<tr>");
    for (size_t c = 0; c < g->column_count && c <= status; c++) {
        if (!is_shown(g, c) && c < status)
            continue;
        if (c < status) {
            add_cell(out, g, &row->cells[c], c, is_right[c]);
            continue;
        }
        buf_printf(out, "<td class=\"l status\" colspan=\"%zu\"><strong>",
                   shown_from(g, c) ? shown_from(g, c) : 1);
        escape_xml(out, row->cells[c].word);
        buf_add(out, row->cells[c].text[0] ? ":</strong> " : "</strong>");
        escape_xml(out, row->cells[c].text);
        buf_add(out, "</td>");
    }
    buf_add(out, "</tr>\n");
}

static void add_row_group(struct buf *out, const struct page_grid *g, const char *group)
{
    buf_printf(out,
               "</tbody>\n<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" class=\"l\" "
               "colspan=\"%zu\">",
               shown_from(g, 0));
    escape_xml(out, group);
    buf_add(out, "</th></tr>\n");
}

static void add_caption(struct buf *out, const struct page_grid *g)
{
    if (!g->form.title[0])
        return;
    buf_add(out, "<caption>");
    escape_xml(out, g->form.title);
    if (g->form.subtitle[0]) {
        buf_add(out, " <span>");
        escape_xml(out, g->form.subtitle);
        buf_add(out, "</span>");
    }
    buf_add(out, "</caption>\n");
}

/* Wider than the window it is moved by itself, by the keyboard too. */
void html_grid(struct buf *out, const struct page_grid *g)
{
    bool *is_right = calloc(g->column_count + 1, sizeof *is_right);
    out->failed |= !is_right;
    for (size_t c = 0; c < g->column_count && is_right; c++)
        is_right[c] = !(g->form.columns[c].flags & PAGE_LABEL) && column_is_right(g, c);
    if (is_right && shown_from(g, 0)) {
        buf_printf(out, "<div class=\"wide%s\" tabindex=\"0\" role=\"group\" aria-label=\"",
                   shown_from(g, 0) > PAPER_COLUMNS ? " broad" : "");
        escape_xml(out, g->form.title[0] ? g->form.title : "table");
        buf_add(out, "\"><table>\n");
        add_caption(out, g);
        if (!g->form.is_headless)
            add_heads(out, g, is_right);
        buf_add(out, "<tbody>\n");
        for (const struct page_row *r = g->rows; r; r = r->next) {
            if (r->group)
                add_row_group(out, g, r->group);
            add_row(out, g, r, is_right);
        }
        buf_add(out, "</tbody>\n</table></div>\n");
    }
    free(is_right);
}
