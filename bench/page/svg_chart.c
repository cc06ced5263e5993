#include "bench/page/svg_chart.h"

#include "bench/page/escape.h"
#include "bench/page/svg_draw.h"

#include "page_files.h"

#include <math.h>

const char svg_looks[] = CONTEND_CHART_CSS;

enum { TITLE = 16, TITLE_LEADING = 21, SUBTITLE_LEADING = 16, PANEL_HEAD = 20, BETWEEN = 14 };

static void add_panel(struct svg_pen *pen, const struct page_chart *c,
                      const struct page_panel *panel)
{
    static void (*const kinds[])(struct svg_pen *, const struct page_chart *,
                                 const struct page_panel *) = {
        [PAGE_LINES] = svg_curves, [PAGE_DOTS] = svg_rows,   [PAGE_BARS] = svg_rows,
        [PAGE_STACKS] = svg_rows,  [PAGE_LANES] = svg_lanes,
    };
    if (panel->title[0]) {
        svg_text_within(pen->out, 0, pen->y + 12, pen->width, "head", panel->title);
        pen->y += PANEL_HEAD;
    }
    kinds[c->form.kind](pen, c, panel);
}

static void add_words(struct svg_pen *pen, const struct page_chart *c)
{
    pen->y += TITLE;
    svg_paragraph(pen, 0, pen->width, TITLE * SVG_BOLD, TITLE_LEADING, "title", c->form.title);
    if (c->form.subtitle[0])
        svg_paragraph(pen, 0, pen->width, SVG_TEXT_SIZE, SUBTITLE_LEADING, "mute",
                      c->form.subtitle);
    pen->y += 6 - SUBTITLE_LEADING / 2.0;
}

double svg_chart(struct buf *out, const struct page_chart *c, double width, double top,
                 bool with_words)
{
    struct svg_pen pen = {.out = out, .width = width, .y = top};
    if (with_words)
        add_words(&pen, c);
    for (const struct page_panel *panel = c->panels; panel; panel = panel->next) {
        add_panel(&pen, c, panel);
        pen.y += panel->next ? BETWEEN : 0;
    }
    if (with_words && c->form.note[0]) {
        pen.y += SVG_TEXT_SIZE + 6;
        svg_paragraph(&pen, 0, width, SVG_TEXT_SIZE, SUBTITLE_LEADING, "mute", c->form.note);
        pen.y -= SUBTITLE_LEADING - 6;
    }
    return pen.y;
}

void svg_inline(struct buf *out, const struct page_chart *c, double width)
{
    struct buf body = {0}, words = {0};
    double height = svg_chart(&body, c, width, 0, false);
    svg_describe(&words, c);
    buf_printf(out,
               "<svg class=\"chart\" role=\"img\" aria-labelledby=\"c%u-t c%u-d\" "
               "viewBox=\"0 0 %.0f %.0f\"%s><title id=\"c%u-t\">",
               c->number, c->number, width, ceil(height + 2),
               c->form.is_searched ? " data-search=\"1\"" : "", c->number);
    escape_xml(out, c->form.title);
    buf_printf(out, "</title><desc id=\"c%u-d\">", c->number);
    escape_xml(out, buf_text(&words));
    buf_printf(out, "</desc>%s</svg>", buf_text(&body));
    buf_settle(out, &body);
    buf_settle(out, &words);
}
