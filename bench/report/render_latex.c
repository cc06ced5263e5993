/* LaTeX tabulars for \usepackage{booktabs}: one a table, groups as spanning headings. */
#include "bench/report/render.h"

#include <stdio.h>
#include <string.h>

static void add_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '\\':
            buf_add(out, "\\textbackslash{}");
            break;
        case '~':
            buf_add(out, "\\textasciitilde{}");
            break;
        case '^':
            buf_add(out, "\\textasciicircum{}");
            break;
        case '<':
            buf_add(out, "\\textless{}");
            break;
        case '>':
            buf_add(out, "\\textgreater{}");
            break;
        default:
            if (strchr("&%$#_{}", *text))
                buf_add(out, "\\");
            buf_add_bytes(out, text, 1);
        }
    }
}

static size_t group_end(const struct grid *g, size_t from)
{
    size_t to = from + 1;
    while (to < g->column_count && !strcmp(g->columns[to].group, g->columns[from].group))
        to++;
    return to;
}

static void add_heads(const struct grid *g, struct buf *out)
{
    struct buf rules = {0};
    for (size_t l = 1; l < g->labels.count; l++)
        buf_add(out, " & ");
    for (size_t c = 0; c < g->column_count;) {
        size_t end = group_end(g, c), first = g->labels.count + c + 1;
        buf_printf(out, " & \\multicolumn{%zu}{c}{", end - c);
        add_text(out, g->columns[c].group);
        buf_add(out, "}");
        buf_printf(&rules, "\\cmidrule(lr){%zu-%zu}", first, first + end - c - 1);
        c = end;
    }
    buf_printf(out, " \\\\\n%s\n", buf_text(&rules));
    buf_release(&rules);
    for (size_t l = 0; l < g->labels.count; l++) {
        buf_add(out, l ? " & " : "");
        add_text(out, g->labels.names[l]);
    }
    for (size_t c = 0; c < g->column_count; c++) {
        buf_add(out, " & ");
        add_text(out, g->columns[c].title);
    }
    buf_add(out, " \\\\\n\\midrule\n");
}

static void add_row(const struct grid *g, size_t row, struct buf *out)
{
    const struct result_cell *unmeasured = grid_row_unmeasured(g, row);
    for (size_t l = 0; l < g->labels.count; l++) {
        buf_add(out, l ? " & " : "");
        add_text(out, dim_text(grid_label(g, row, l)));
    }
    if (unmeasured && g->column_count) {
        buf_printf(out, " & \\multicolumn{%zu}{l}{%s: ", g->column_count,
                   cell_status_name(unmeasured->status));
        add_text(out, unmeasured->reason);
        buf_add(out, "}");
    }
    for (size_t c = 0; c < g->column_count && !unmeasured; c++) {
        char text[48];
        slot_text(grid_slot(g, row, c), text, sizeof text);
        buf_add(out, " & ");
        add_text(out, text);
    }
    buf_add(out, " \\\\\n");
}

static void add_grid(const struct grid *g, struct buf *out)
{
    buf_printf(out, "%% %s%s%s%s\n\\begin{tabular}{", g->title, g->subtitle[0] ? " (" : "",
               g->subtitle, g->subtitle[0] ? ")" : "");
    for (size_t l = 0; l < g->labels.count; l++)
        buf_add(out, "l");
    for (size_t c = 0; c < g->column_count; c++)
        buf_add(out, "r");
    buf_add(out, "}\n\\toprule\n");
    add_heads(g, out);
    for (size_t r = 0; r < g->row_count; r++)
        add_row(g, r, out);
    buf_add(out, "\\bottomrule\n\\end{tabular}\n\n");
}

void render_latex(const struct page *p, struct buf *out)
{
    struct buf line = {0};
    for (size_t i = 0; i < p->tables->result_count; i++) {
        buf_reset(&line);
        result_line(&p->tables->results[i], &line);
        buf_printf(out, "%% %s\n", buf_text(&line));
    }
    for (size_t i = 0; i < p->tables->count; i++)
        add_grid(&p->tables->grids[i], out);
    buf_reset(&line);
    legend_line(p->tables, &line);
    add_text(out, buf_text(&line));
    buf_add(out, line.len ? "\n" : "");
    for (size_t i = 0; p->sentences && i < p->sentences->count; i++) {
        buf_add(out, "\n");
        add_text(out, p->sentences->items[i]);
        buf_add(out, "\n");
    }
    buf_release(&line);
}
