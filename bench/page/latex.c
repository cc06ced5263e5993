/* LaTeX tabulars for \usepackage{booktabs}: one a table, groups as spanning headings. */
#include "bench/page/escape.h"
#include "bench/page/formats.h"
#include "bench/page/model.h"

#include <string.h>

static bool is_shown(const struct page_grid *g, size_t c)
{
    return column_is_for(&g->form.columns[c], PAGE_DOCUMENT);
}

/* The end of columns with an equal group; *count are shown. */
static size_t group_end(const struct page_grid *g, size_t from, size_t *count)
{
    size_t to = from;
    *count = 0;
    for (; to < g->column_count; to++) {
        if (!is_shown(g, to))
            continue;
        if (strcmp(column_group(&g->form.columns[to]), column_group(&g->form.columns[from])))
            break;
        ++*count;
    }
    return to;
}

static bool has_column_groups(const struct page_grid *g)
{
    for (size_t c = 0; c < g->column_count; c++)
        if (is_shown(g, c) && column_group(&g->form.columns[c])[0])
            return true;
    return false;
}

static void add_groups(const struct page_grid *g, struct buf *out)
{
    struct buf rules = {0};
    size_t place = 1;
    for (size_t c = 0, count, end; c < g->column_count; c = end) {
        end = group_end(g, c, &count);
        const char *group = column_group(&g->form.columns[c]);
        if (!group[0]) {
            for (size_t i = 0; i < count; i++)
                buf_add(out, place + i > 1 ? " & " : "");
        } else {
            buf_printf(out, "%s\\multicolumn{%zu}{c}{", place > 1 ? " & " : "", count);
            escape_latex(out, group);
            buf_add(out, "}");
            buf_printf(&rules, "\\cmidrule(lr){%zu-%zu}", place, place + count - 1);
        }
        place += count;
    }
    buf_printf(out, " \\\\\n%s\n", buf_text(&rules));
    buf_settle(out, &rules);
}

static void add_heads(const struct page_grid *g, struct buf *out)
{
    if (has_column_groups(g))
        add_groups(g, out);
    for (size_t c = 0, shown = 0; c < g->column_count; c++) {
        if (!is_shown(g, c))
            continue;
        buf_add(out, shown++ ? " & " : "");
        escape_latex(out, column_head(&g->form.columns[c]));
    }
    buf_add(out, " \\\\\n\\midrule\n");
}

static void add_cell(const struct page_grid *g, const struct page_cell *cell, size_t c,
                     struct buf *out)
{
    struct buf text = {0};
    cell_add_text(&text, cell, &g->form.columns[c]);
    bool is_bold = text.len && (cell->tone == PAGE_BAD || cell->tone == PAGE_STRONG);
    bool is_code = text.len && g->form.columns[c].flags & PAGE_CODE;
    buf_printf(out, "%s%s", is_bold ? "\\textbf{" : "", is_code ? "\\texttt{" : "");
    if (cell->kind != CELL_TREND) /* its blocks are in no font of LaTeX's */
        escape_latex(out, buf_text(&text));
    buf_printf(out, "%s%s", is_bold ? "}" : "", is_code ? "}" : "");
    buf_settle(out, &text);
}

static size_t shown_from(const struct page_grid *g, size_t from)
{
    size_t count = 0;
    for (size_t c = from; c < g->column_count; c++)
        count += is_shown(g, c);
    return count;
}

static void add_row(const struct page_grid *g, const struct page_row *row, struct buf *out)
{
    size_t status = row_status(g, row);
    if (row->group) {
        buf_printf(out, "\\multicolumn{%zu}{l}{\\textit{", shown_from(g, 0));
        escape_latex(out, row->group);
        buf_add(out, "}} \\\\\n");
    }
    for (size_t c = 0, shown = 0; c < g->column_count && c <= status; c++) {
        if (!is_shown(g, c))
            continue;
        buf_add(out, shown++ ? " & " : "");
        if (c < status) {
            add_cell(g, &row->cells[c], c, out);
            continue;
        }
        buf_printf(out, "\\multicolumn{%zu}{l}{", shown_from(g, c));
        escape_latex(out, row->cells[c].word);
        buf_add(out, row->cells[c].text[0] ? ": " : "");
        escape_latex(out, row->cells[c].text);
        buf_add(out, "}");
    }
    buf_add(out, " \\\\\n");
}

static void add_grid(const struct page_grid *g, struct buf *out)
{
    if (g->form.title[0]) {
        buf_add(out, "% ");
        escape_text(out, g->form.title);
        buf_add(out, g->form.subtitle[0] ? " (" : "");
        escape_text(out, g->form.subtitle);
        buf_add(out, g->form.subtitle[0] ? ")\n" : "\n");
    }
    buf_add(out, "\\begin{tabular}{");
    for (size_t c = 0; c < g->column_count; c++)
        if (is_shown(g, c)) {
            bool is_label = g->form.columns[c].flags & PAGE_LABEL;
            buf_add(out, !is_label && column_is_right(g, c) ? "r" : "l");
        }
    buf_add(out, "}\n\\toprule\n");
    add_heads(g, out);
    for (const struct page_row *r = g->rows; r; r = r->next)
        add_row(g, r, out);
    buf_add(out, "\\bottomrule\n\\end{tabular}\n\n");
}

static void add_between(struct buf *out, const char *before, const char *text, const char *behind)
{
    buf_add(out, before);
    escape_latex(out, text);
    buf_add(out, behind);
}

static void add_words(const struct page_block *b, struct buf *out)
{
    switch (b->role) {
    case PAGE_SOURCE:
    case PAGE_WARNING:
        buf_add(out, b->role == PAGE_WARNING ? "% warning: " : "% ");
        escape_text(out, b->text);
        buf_add(out, "\n");
        break;
    case PAGE_NOTE: /* a tabular is taken into somebody's text, which has its own notes */
        break;
    case PAGE_LEGEND:
        add_between(out, "", b->text, "\n");
        break;
    case PAGE_SENTENCE:
    case PAGE_MEANING:
    case PAGE_SUMMARY:
        buf_add(out, "\n");
        if (b->lead[0])
            add_between(out, "\\textbf{", b->lead, "} ");
        if (b->code) {
            add_between(out, "", b->before, "\\texttt{");
            add_between(out, "", b->code, "}");
        }
        add_between(out, "", b->code ? b->behind : b->text, "\n");
        break;
    }
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    (void)style;
    for (const struct page_block *b = page_next(p->blocks, PAGE_DOCUMENT); b;
         b = page_next(b->next, PAGE_DOCUMENT))
        switch (b->kind) {
        case BLOCK_HEADING:
            add_between(out, "\\paragraph{", b->text, "}\n");
            break;
        case BLOCK_WORDS:
            add_words(b, out);
            break;
        case BLOCK_COMMAND:
            add_between(out, "\n\\texttt{", b->text, "}\n");
            break;
        case BLOCK_GRID:
            add_grid(b->grid, out);
            break;
        case BLOCK_GAP:
        case BLOCK_VERBATIM:
        case BLOCK_FOLD:
        case BLOCK_UNFOLD:
        case BLOCK_VERDICT:
        case BLOCK_CHART:
            break;
        }
}

const struct page_format page_format_latex = {
    .name = "latex",
    .audience = PAGE_DOCUMENT,
    .write = write,
};
