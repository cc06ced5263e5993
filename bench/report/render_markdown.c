/* Pipe tables of GitHub's Markdown. They have one heading line, so groups go into it. */
#include "bench/report/render.h"

#include <string.h>

/* Characters that would end a cell or begin markup. Cell ids and metric names hold underscores. */
static void add_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\|*_`<>[]~#", *text))
            buf_add(out, "\\");
        buf_add_bytes(out, text, 1);
    }
}

static void add_cell(struct buf *out, const char *text)
{
    buf_add(out, " ");
    add_text(out, text);
    buf_add(out, " |");
}

/* A group is named where it begins; "startup: lifecycle". */
static void add_heads(const struct grid *g, struct buf *out)
{
    buf_add(out, "|");
    for (size_t l = 0; l < g->labels.count; l++)
        add_cell(out, g->labels.names[l]);
    for (size_t c = 0; c < g->column_count; c++) {
        const struct grid_column *col = &g->columns[c];
        bool begins = c == 0 || strcmp(col->group, g->columns[c - 1].group);
        buf_add(out, " ");
        if (begins && col->group[0]) {
            buf_add(out, "**");
            add_text(out, col->group);
            buf_add(out, ":** ");
        }
        add_text(out, col->title);
        buf_add(out, " |");
    }
    buf_add(out, "\n|");
    for (size_t l = 0; l < g->labels.count; l++) {
        bool is_number = g->row_count > 0;
        for (size_t r = 0; r < g->row_count; r++)
            is_number &= grid_label(g, r, l)->is_number || !dim_text(grid_label(g, r, l))[0];
        buf_add(out, is_number ? "---:|" : ":---|");
    }
    for (size_t c = 0; c < g->column_count; c++)
        buf_add(out, "---:|");
    buf_add(out, "\n");
}

static void add_row(const struct grid *g, size_t row, struct buf *out)
{
    const struct result_cell *unmeasured = grid_row_unmeasured(g, row);
    buf_add(out, "|");
    for (size_t l = 0; l < g->labels.count; l++)
        add_cell(out, dim_text(grid_label(g, row, l)));
    for (size_t c = 0; c < g->column_count; c++) {
        char text[48];
        slot_text(grid_slot(g, row, c), text, sizeof text);
        if (!unmeasured)
            add_cell(out, text);
        else if (c == 0) {
            buf_printf(out, " *%s:* ", cell_status_name(unmeasured->status));
            add_text(out, unmeasured->reason);
            buf_add(out, " |");
        } else
            buf_add(out, " |");
    }
    buf_add(out, "\n");
}

static void add_grid(const struct grid *g, struct buf *out)
{
    buf_add(out, "### ");
    add_text(out, g->title);
    if (g->subtitle[0]) {
        buf_add(out, " (");
        add_text(out, g->subtitle);
        buf_add(out, ")");
    }
    buf_add(out, "\n\n");
    add_heads(g, out);
    for (size_t r = 0; r < g->row_count; r++)
        add_row(g, r, out);
    buf_add(out, "\n");
}

static void add_notes(const struct page *p, struct buf *out)
{
    struct buf line = {0};
    legend_line(p->tables, &line);
    if (line.len) {
        add_text(out, buf_text(&line));
        buf_add(out, "\n\n");
    }
    for (size_t i = 0; i < p->notes->count; i++) {
        const struct note *n = &p->notes->items[i];
        buf_reset(&line);
        buf_printf(&line, "%s: %s (", n->kind, n->text);
        note_cells(n, p->tables, &line);
        buf_add(&line, ")");
        buf_add(out, "- ");
        add_text(out, buf_text(&line));
        buf_add(out, "\n");
    }
    if (p->notes->count)
        buf_add(out, "\n");
    buf_release(&line);
}

void render_markdown(const struct page *p, struct buf *out)
{
    struct buf line = {0};
    for (size_t i = 0; i < p->tables->result_count; i++) {
        buf_reset(&line);
        result_line(&p->tables->results[i], &line);
        add_text(out, buf_text(&line));
        buf_add(out, "\n\n");
    }
    buf_release(&line);
    for (size_t i = 0; i < p->tables->count; i++)
        add_grid(&p->tables->grids[i], out);
    add_notes(p, out);
    for (size_t i = 0; p->sentences && i < p->sentences->count; i++) {
        add_text(out, p->sentences->items[i]);
        buf_add(out, "\n\n");
    }
    /* One line feed ends the document. */
    while (out->len > 1 && out->data[out->len - 1] == '\n' && out->data[out->len - 2] == '\n')
        out->data[--out->len] = '\0';
}
