/* Charts in HTML: the picture, its words, and all its numbers as a table behind it. */
#include "bench/page/escape.h"
#include "bench/page/html.h"
#include "bench/page/svg_chart.h"
#include "bench/page/svg_scale.h"

#include <math.h>
#include <stdio.h>

enum { SPAN_DIGITS = 4 }; /* of times in lanes, which are exact */

static void add_text(struct buf *out, const char *open, const char *text, const char *close)
{
    buf_add(out, open);
    escape_xml(out, text);
    buf_add(out, close);
}

/* An end of a stretch of time, or of a value's interval. */
static void add_end(struct buf *out, const struct page_panel *panel, const struct page_point *p,
                    double end, bool is_span)
{
    char text[48] = "";
    if (isfinite(end) && is_span)
        svg_value(text, sizeof text, &panel->x, end, SPAN_DIGITS);
    else if (isfinite(end))
        svg_end_value(text, sizeof text, &panel->y, p, end);
    add_text(out, "<td>", text, "</td>");
}

/* Where a point lies: a row's name, a commit, a number of tasks, a share. */
static void add_place(struct buf *out, const struct page_panel *panel, const struct page_point *p)
{
    char text[48];
    if (p->label) {
        add_text(out, "<td class=\"l\">", p->label, "</td>");
    } else if (panel->x.scale == PAGE_TAIL) {
        snprintf(text, sizeof text, "p%g", 100 * p->x);
        add_text(out, "<td class=\"l\">", text, "</td>");
    } else {
        add_text(out, "<td class=\"l\">", svg_place(text, sizeof text, &panel->x, p->x, 4),
                 "</td>");
    }
}

static void add_point(struct buf *out, const struct page_chart *c, const struct page_panel *panel,
                      const struct page_series *s, const struct page_point *p)
{
    char text[64];
    bool is_span = c->form.kind == PAGE_LANES;
    if (is_span && !isfinite(p->lo))
        return; /* it names a lane */
    buf_add(out, "<tr>");
    if (c->panels->next)
        add_text(out, "<td class=\"l\">", panel->title, "</td>");
    add_text(out, "<td class=\"l\">", s->form.name, "</td>");
    add_place(out, panel, p);
    if (!is_span)
        add_text(out, "<td>", svg_point_beside_ends(text, sizeof text, &panel->y, p), "</td>");
    add_end(out, panel, p, p->lo, is_span);
    add_end(out, panel, p, p->hi, is_span);
    buf_add(out, "</tr>\n");
}

/* A series in time has thousands of points: no more is said of each than what it adds. */
static void add_searched(struct buf *out, const struct page_chart *c)
{
    buf_add(out, "<thead><tr><th scope=\"col\" class=\"l\">");
    escape_xml(out, c->form.x.name);
    buf_add(out, "</th><th scope=\"col\">value</th></tr></thead>\n");
    for (const struct page_series *s = c->panels ? c->panels->series : NULL; s; s = s->next) {
        if (s->form.mark == PAGE_FIT)
            continue;
        add_text(out, "<tbody><tr><th colspan=\"2\" scope=\"rowgroup\" class=\"l\">", s->form.name,
                 "</th></tr>\n");
        for (const struct page_points *p = s->points; p; p = p->next) {
            char text[64] = "";
            buf_add(out, "<tr>");
            add_place(out, c->panels, &p->point);
            if (isfinite(p->point.y))
                svg_point_value(text, sizeof text, &c->panels->y, &p->point);
            add_text(out, "<td>", text, "</td></tr>\n");
        }
        buf_add(out, "</tbody>\n");
    }
}

static void add_points(struct buf *out, const struct page_chart *c)
{
    bool is_span = c->form.kind == PAGE_LANES;
    buf_add(out, "<thead><tr>");
    buf_add(out, c->panels && c->panels->next ? "<th scope=\"col\" class=\"l\">panel</th>" : "");
    buf_add(out, "<th scope=\"col\" class=\"l\">series</th><th scope=\"col\" class=\"l\">");
    escape_xml(out, c->form.kind == PAGE_LINES && c->form.x.name[0] ? c->form.x.name : "of");
    buf_add(out, is_span ? "</th>" : "</th><th scope=\"col\">value</th>");
    buf_add(out, "<th scope=\"col\">from</th><th scope=\"col\">to</th></tr></thead>\n<tbody>\n");
    for (const struct page_panel *panel = c->panels; panel; panel = panel->next)
        for (const struct page_series *s = panel->series; s; s = s->next)
            for (const struct page_points *p = s->points; p && s->form.mark != PAGE_FIT;
                 p = p->next)
                add_point(out, c, panel, s, &p->point);
    buf_add(out, "</tbody>\n");
}

static void add_table(struct buf *out, const struct page_chart *c)
{
    buf_add(out, "<details><summary>Values</summary>\n"
                 "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"values: ");
    escape_xml(out, c->form.title);
    buf_add(out, "\"><table>\n");
    if (c->form.is_searched)
        add_searched(out, c);
    else
        add_points(out, c);
    buf_add(out, "</table></div></details>\n");
}

void html_figure(struct buf *out, const struct page_chart *c)
{
    buf_add(out, "<figure>\n<figcaption>");
    add_text(out, "<strong>", c->form.title, "</strong>");
    if (c->form.subtitle[0])
        add_text(out, "<span>", c->form.subtitle, "</span>");
    buf_add(out, "</figcaption>\n");
    svg_inline(out, c, SVG_SCREEN);
    if (c->form.note[0])
        add_text(out, "\n<p class=\"source\">", c->form.note, "</p>");
    buf_add(out, "\n");
    add_table(out, c);
    buf_add(out, "</figure>\n");
}
