/* Paragraphs and tables of LaTeX, to be taken into a document by \input. */
#include "bench/page/latex.h"

#include "bench/page/escape.h"
#include "bench/page/formats.h"
#include "bench/page/model.h"

#include <string.h>

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

/* How many tables up to this one have its label. */
static size_t same_before(const struct page *p, const struct page_block *last)
{
    size_t count = 1;
    for (const struct page_block *b = page_next(p->blocks, PAGE_PAPER); b && b != last;
         b = page_next(b->next, PAGE_PAPER))
        count += b->kind == BLOCK_GRID &&
                 latex_have_one_label(b->grid->form.title, last->grid->form.title);
    return count;
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    (void)style;
    size_t tables = 0;
    for (const struct page_block *b = page_next(p->blocks, PAGE_PAPER); b;
         b = page_next(b->next, PAGE_PAPER))
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
            if (!tables++)
                buf_add(out, "% needs \\usepackage{booktabs} and \\usepackage{siunitx}\n");
            latex_add_grid(b->grid, p->columns, same_before(p, b), out);
            break;
        case BLOCK_GAP:
        case BLOCK_VERBATIM:
        case BLOCK_FOLD:
        case BLOCK_UNFOLD:
        case BLOCK_VERDICT:
        case BLOCK_CHART:
        case BLOCK_MODEL:
            break;
        }
}

const struct page_format page_format_latex = {
    .name = "latex",
    .audience = PAGE_PAPER,
    .write = write,
};
