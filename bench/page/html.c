/*
 * HTML: one file that needs no other and asks nobody for anything.
 *
 * Everything is in it without scripts: headings, sentences, pictures with a text and a table behind
 * each, tables.  Scripts (assets/page.js) add values under the pointer, curves switched off and on,
 * and a search for changes.  What a text may hold is escaped, and a policy in the head forbids
 * whatever is fetched, should some text get through.
 */
#include "bench/page/html.h"

#include "bench/page/escape.h"
#include "bench/page/formats.h"
#include "bench/page/svg_chart.h"

#include "page_files.h"

#include <string.h>

struct state {
    const struct page *p;
    struct buf *out;
    unsigned level;   /* of the last heading */
    unsigned heading; /* how many there were, for their ids */
    unsigned folds;   /* open ones */
    bool has_list, has_figures;
    bool has_model; /* which takes a script of its own */
};

static const struct page_block *next(const struct page_block *b)
{
    return page_next(b, PAGE_VIEWER);
}

/* ---- Words -------------------------------------------------------------------------------- */

static void add_inner(const struct page_block *b, struct buf *out)
{
    if (b->lead[0]) {
        buf_add(out, "<strong>");
        escape_xml(out, b->lead);
        buf_add(out, "</strong> ");
    }
    escape_xml(out, b->code ? b->before : b->text);
    if (b->code) {
        buf_add(out, "<code>");
        escape_xml(out, b->code);
        buf_add(out, "</code>");
        escape_xml(out, b->behind);
    }
}

static void add_words(const struct page_block *b, struct buf *out)
{
    static const char *const begins[] = {
        [PAGE_SENTENCE] = "<p>",
        [PAGE_SOURCE] = "<p class=\"source\">",
        [PAGE_MEANING] = "<p class=\"meaning\">",
        [PAGE_NOTE] = "<li>",
        [PAGE_WARNING] = "<p class=\"warning\"><strong>Warning:</strong> ",
        [PAGE_LEGEND] = "<p class=\"source\">",
        [PAGE_SUMMARY] = "<p class=\"summary\">",
    };
    buf_add(out, begins[b->role]);
    add_inner(b, out);
    buf_add(out, b->role == PAGE_NOTE ? "</li>\n" : "</p>\n");
}

static void add_pre(const char *looks, const char *text, struct buf *out)
{
    buf_printf(out, "<pre class=\"%s\"><code>", looks);
    escape_xml(out, text);
    buf_add(out, "</code></pre>\n");
}

/* No level is left out, as readers of a screen go from one to the next. */
static void add_heading(struct state *s, const struct page_block *b)
{
    unsigned level = b->level < 2 ? 2 : b->level;
    s->level = level > s->level + 1 ? s->level + 1 : level;
    buf_printf(s->out, "<h%u id=\"h%u\">", s->level, ++s->heading);
    escape_xml(s->out, b->text);
    buf_printf(s->out, "</h%u>\n", s->level);
}

/* ---- Blocks -------------------------------------------------------------------------------- */

/* Notes are a list, and pictures stand beside each other while one follows the other. */
static void open_and_close(struct state *s, const struct page_block *b)
{
    bool is_note = b && b->kind == BLOCK_WORDS && b->role == PAGE_NOTE;
    bool is_figure = b && b->kind == BLOCK_CHART;
    if (b && b->kind == BLOCK_GAP)
        return;
    if (s->has_list && !is_note)
        buf_add(s->out, "</ul>\n");
    if (s->has_figures && !is_figure)
        buf_add(s->out, "</div>\n");
    if (is_note && !s->has_list)
        buf_add(s->out, "<ul class=\"notes\">\n");
    if (is_figure && !s->has_figures)
        buf_add(s->out, "<div class=\"figures\">\n");
    s->has_list = is_note;
    s->has_figures = is_figure;
}

static void add_block(struct state *s, const struct page_block *b)
{
    switch (b->kind) {
    case BLOCK_HEADING:
        add_heading(s, b);
        break;
    case BLOCK_WORDS:
        add_words(b, s->out);
        break;
    case BLOCK_COMMAND:
        add_pre("command", b->text, s->out);
        break;
    case BLOCK_VERBATIM:
        add_pre("verbatim", b->text, s->out);
        break;
    case BLOCK_FOLD:
        buf_add(s->out, "<details><summary>");
        escape_xml(s->out, b->text);
        buf_add(s->out, "</summary>\n");
        s->folds++;
        break;
    case BLOCK_UNFOLD:
        buf_add(s->out, s->folds ? "</details>\n" : "");
        s->folds -= s->folds > 0;
        break;
    case BLOCK_GRID:
        html_grid(s->out, b->grid);
        break;
    case BLOCK_CHART:
        html_figure(s->out, b->chart);
        break;
    case BLOCK_MODEL:
        buf_add(s->out, "<div class=\"explore\" data-model=\"");
        escape_xml(s->out, b->text);
        buf_add(s->out, "\"></div>\n");
        s->has_model = true;
        break;
    case BLOCK_GAP:
    case BLOCK_VERDICT: /* a grid holds the same */
        break;
    }
}

/* ---- The whole ------------------------------------------------------------------------------ */

/* Main headings as links, where there are enough of them to get lost. */
static void add_contents(const struct page *p, struct buf *out)
{
    enum { ENOUGH = 4 };
    unsigned count = 0, number = 0;
    for (const struct page_block *b = next(p->blocks); b; b = next(b->next))
        count += b->kind == BLOCK_HEADING && b->level <= 2;
    if (count < ENOUGH)
        return;
    buf_add(out, "<nav aria-label=\"Contents\"><ul>\n");
    for (const struct page_block *b = next(p->blocks); b; b = next(b->next)) {
        number += b->kind == BLOCK_HEADING;
        if (b->kind != BLOCK_HEADING || b->level > 2)
            continue;
        buf_printf(out, "<li><a href=\"#h%u\">", number);
        escape_xml(out, b->text);
        buf_add(out, "</a></li>\n");
    }
    buf_add(out, "</ul></nav>\n");
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    struct state s = {.p = p, .out = out, .level = 1};
    (void)style;
    buf_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                 "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\"/>\n"
                 "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                 "<link rel=\"icon\" href=\"data:,\"/>\n<title>");
    escape_xml(out, p->title);
    buf_printf(out, "</title>\n<style>%s%s</style>\n</head>\n<body>\n<main>\n<h1>",
               CONTEND_PAGE_CSS, svg_looks);
    escape_xml(out, p->title);
    buf_add(out, "</h1>\n");
    add_contents(p, out);
    for (const struct page_block *b = next(p->blocks); b; b = next(b->next)) {
        open_and_close(&s, b);
        add_block(&s, b);
    }
    open_and_close(&s, NULL);
    while (s.folds-- > 0)
        buf_add(out, "</details>\n");
    buf_printf(out, "</main>\n<script>%s%s</script>\n</body>\n</html>\n", CONTEND_PAGE_JS,
               s.has_model ? CONTEND_EXPLORE_JS : "");
}

const struct page_format page_format_html = {
    .name = "html",
    .audience = PAGE_VIEWER,
    .write = write,
};
