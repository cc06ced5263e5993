/*
 * SVG: the charts of a page, one under the other, as a picture for print and for documents: 600
 * pixels wide, no fonts of its own, no scripts, nothing that is fetched.
 */
#include "bench/page/escape.h"
#include "bench/page/formats.h"
#include "bench/page/svg_chart.h"

#include <math.h>

enum { MARGIN = 16, BETWEEN = 36 };

static void add_title(const struct page *p, struct buf *out)
{
    const struct page_block *b = p->blocks;
    struct buf words = {0};
    while (b && b->kind != BLOCK_CHART)
        b = b->next;
    buf_add(out, "<title id=\"t\">");
    escape_xml(out, b ? b->chart->form.title : p->title);
    buf_add(out, "</title><desc id=\"d\">");
    for (; b; b = b->next)
        if (b->kind == BLOCK_CHART)
            svg_describe(&words, b->chart);
    escape_xml(out, buf_text(&words));
    buf_add(out, "</desc>");
    buf_settle(out, &words);
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    struct buf body = {0};
    double y = 0;
    (void)style;
    for (const struct page_block *b = page_next(p->blocks, PAGE_VIEWER); b;
         b = page_next(b->next, PAGE_VIEWER))
        if (b->kind == BLOCK_CHART)
            y = svg_chart(&body, b->chart, SVG_PRINT - 2 * MARGIN, y > 0 ? y + BETWEEN : 0, true);
    double height = ceil(y) + 2 * MARGIN;
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" "
               "aria-labelledby=\"t d\" width=\"%d\" height=\"%.0f\" viewBox=\"0 0 %d %.0f\">\n",
               SVG_PRINT, height, SVG_PRINT, height);
    add_title(p, out);
    buf_printf(out,
               "\n<style>%s</style>\n<rect class=\"paper\" width=\"%d\" height=\"%.0f\"/>\n"
               "<g transform=\"translate(%d %d)\">%s</g>\n</svg>\n",
               svg_looks, SVG_PRINT, height, MARGIN, MARGIN, buf_text(&body));
    buf_settle(out, &body);
}

const struct page_format page_format_svg = {
    .name = "svg",
    .audience = PAGE_VIEWER,
    .need = PAGE_NEEDS_CHART,
    .write = write,
};
