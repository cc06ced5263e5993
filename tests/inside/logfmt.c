/*
 * logfmt: a line a row, "executor=thread startup_ns=38190", for collectors of logs.  Numbers are
 * whole (15 digits) and in the unit of their key; what is unknown is left out, and never 0.
 */
#include "bench/page/escape.h"
#include "bench/page/formats.h"
#include "bench/page/model.h"

#include <math.h>

/* In quotes; what would act on a terminal is named, as in every format. */
static void add_text(struct buf *out, const char *text)
{
    struct buf escaped = {0};
    escape_text(&escaped, text);
    buf_add(out, "\"");
    for (const char *at = buf_text(&escaped); *at; at++)
        buf_printf(out, "%s%c", *at == '"' || *at == '\\' ? "\\" : "", *at);
    buf_add(out, "\"");
    buf_settle(out, &escaped);
}

/* A key may be a parameter's name, which a plug-in chose. */
static void add_key(struct buf *out, const char *key)
{
    buf_add(out, out->len && out->data[out->len - 1] != '\n' ? " " : "");
    escape_text(out, key);
    buf_add(out, "=");
}

static void add_cell(struct buf *out, const struct page_cell *c, const char *key)
{
    if (cell_is_number(c) && isfinite(cell_value(c).center)) {
        add_key(out, key);
        buf_printf(out, "%.15g", cell_value(c).center);
    } else if (c->kind == CELL_TEXT && c->text[0]) {
        add_key(out, key);
        add_text(out, c->text);
    } else if (c->kind == CELL_STATUS) {
        add_key(out, "status");
        escape_text(out, c->word);
        add_key(out, "reason");
        add_text(out, c->text);
    }
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    (void)style; /* neither width nor colour */
    for (const struct page_block *b = page_next(p->blocks, PAGE_DATA); b;
         b = page_next(b->next, PAGE_DATA)) {
        if (b->kind != BLOCK_GRID)
            continue;
        const struct page_grid *g = b->grid;
        for (const struct page_row *r = g->rows; r; r = r->next) {
            for (size_t c = 0; c < g->column_count; c++)
                if (column_is_for(&g->form.columns[c], PAGE_DATA))
                    add_cell(out, &r->cells[c], g->form.columns[c].key);
            buf_add(out, "\n");
        }
    }
}

const struct page_format page_format_logfmt = {
    .name = "logfmt",
    .audience = PAGE_DATA,   /* Required: whose blocks and columns it shows */
    .need = PAGE_NEEDS_GRID, /* Optional: a page without one is refused in words */
    .write = write,          /* Required: memory that runs out is remembered by `out` */
};
