/*
 * A line a row under the keys of the columns.  Numbers are whole (15 digits) and stand in the unit
 * of their key; what is unknown is empty, and never 0.  Where rows stand in groups the group comes
 * first; where something could not be had the last column tells why.
 */
#include "bench/page/delimited.h"

#include "bench/page/model.h"

#include <math.h>
#include <string.h>

struct line {
    const struct delimiting *d;
    struct buf *out;
    size_t fields;
    size_t begin; /* in out */
};

static void begin_field(struct line *l)
{
    if (l->fields++)
        buf_add_bytes(l->out, &l->d->separator, 1);
    else
        l->begin = l->out->len;
}

static void add_text(struct line *l, const char *text)
{
    begin_field(l);
    l->d->escape(l->out, text);
}

static void add_number(struct line *l, double value)
{
    begin_field(l);
    if (isfinite(value))
        buf_printf(l->out, "%.15g", value);
}

static void end_line(struct line *l)
{
    /* One field with nothing in it would be no line to readers, which leave out empty ones. */
    if (l->fields == 1 && l->out->len == l->begin && l->d->separator == ',')
        buf_add(l->out, "\"\"");
    buf_add(l->out, "\n");
    l->fields = 0;
}

static bool is_shown(const struct page_column *c)
{
    return column_is_for(c, PAGE_DATA);
}

/* Why a cell is missing, or the rest of the row is: "startup_ns: no such clock", "skipped: ..". */
static void add_reasons(const struct page_grid *g, const struct page_row *row, struct buf *out)
{
    for (size_t c = 0; c < g->column_count; c++) {
        const struct page_cell *cell = &row->cells[c];
        bool is_status = cell->kind == CELL_STATUS;
        if (!is_status && !(cell->kind == CELL_MISSING && cell->text[0]))
            continue;
        buf_printf(out, "%s%s%s%s", out->len ? "; " : "",
                   is_status ? cell->word : g->form.columns[c].key, cell->text[0] ? ": " : "",
                   cell->text);
    }
}

static bool has_reasons(const struct page_grid *g)
{
    struct buf reasons = {0};
    for (const struct page_row *r = g->rows; r && !reasons.len; r = r->next)
        add_reasons(g, r, &reasons);
    bool has = reasons.len || reasons.failed;
    buf_release(&reasons);
    return has;
}

static void add_heads(const struct page_grid *g, bool with_reasons, struct line *l)
{
    struct buf key = {0};
    if (g->has_groups)
        add_text(l, "group");
    for (size_t c = 0; c < g->column_count; c++) {
        const struct page_column *column = &g->form.columns[c];
        if (!is_shown(column))
            continue;
        add_text(l, column->key);
        for (int side = 0; side < 2 && column->flags & PAGE_INTERVAL; side++) {
            buf_reset(&key);
            buf_printf(&key, "%s_%s", column->key, side ? "hi" : "lo");
            add_text(l, buf_text(&key));
        }
    }
    if (with_reasons)
        add_text(l, "reason");
    end_line(l);
    buf_settle(l->out, &key);
}

static void add_cell(const struct page_cell *c, const struct page_column *column, struct line *l)
{
    const struct page_value v = cell_value(c);
    if (cell_is_number(c))
        add_number(l, v.center);
    else
        add_text(l, c->kind == CELL_TEXT ? c->text : "");
    if (column->flags & PAGE_INTERVAL) {
        add_number(l, v.lo);
        add_number(l, v.hi);
    }
}

static void add_grid(const struct page_grid *g, struct line *l)
{
    bool with_reasons = has_reasons(g);
    const char *group = "";
    struct buf reasons = {0};
    add_heads(g, with_reasons, l);
    for (const struct page_row *r = g->rows; r; r = r->next) {
        group = r->group ? r->group : group;
        if (g->has_groups)
            add_text(l, group);
        for (size_t c = 0; c < g->column_count; c++)
            if (is_shown(&g->form.columns[c]))
                add_cell(&r->cells[c], &g->form.columns[c], l);
        buf_reset(&reasons);
        add_reasons(g, r, &reasons);
        if (with_reasons)
            add_text(l, buf_text(&reasons));
        end_line(l);
    }
    buf_settle(l->out, &reasons);
}

void delimited_write(const struct page *p, const struct delimiting *d, struct buf *out)
{
    struct line l = {.d = d, .out = out};
    size_t grids = 0;
    for (const struct page_block *b = page_next(p->blocks, PAGE_DATA); b;
         b = page_next(b->next, PAGE_DATA))
        if (b->kind == BLOCK_GRID) {
            buf_add(out, grids++ ? "\n" : "");
            add_grid(b->grid, &l);
        }
}
