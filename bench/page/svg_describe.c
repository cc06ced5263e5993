/* Charts in words, for who cannot see them. */
#include "bench/page/svg_chart.h"
#include "bench/page/svg_scale.h"

#include <math.h>

enum { TOLD = 24 }; /* rows or curves; the table behind the chart has them all */

static void add_place(struct buf *out, const struct page_panel *panel, const struct page_point *p)
{
    char x[48], y[48];
    buf_printf(out, "%s at ", svg_point_value(y, sizeof y, &panel->y, p));
    if (panel->x.scale == PAGE_TAIL)
        buf_printf(out, "p%g", 100 * p->x);
    else
        buf_add(out, p->label ? p->label : svg_place(x, sizeof x, &panel->x, p->x, 3));
}

static void add_curve(struct buf *out, const struct page_panel *panel, const struct page_series *s)
{
    buf_printf(out, "%s: ", s->form.name);
    add_place(out, panel, &s->points->point);
    if (s->point_count > 1) {
        buf_add(out, ", ");
        add_place(out, panel, &s->last->point);
    }
    buf_add(out, ". ");
}

static void add_rows(struct buf *out, const struct page_panel *panel, const struct page_series *s,
                     size_t *told)
{
    char y[48];
    buf_printf(out, "%s: ", s->form.name);
    for (const struct page_points *p = s->points; p; p = p->next) {
        if (++*told > TOLD) {
            buf_add(out, "and more");
            break;
        }
        buf_printf(out, "%s %s%s", p->point.label ? p->point.label : "",
                   svg_point_value(y, sizeof y, &panel->y, &p->point), p->next ? ", " : "");
    }
    buf_add(out, ". ");
}

static void add_lane_series(struct buf *out, const struct page_panel *panel,
                            const struct page_series *s)
{
    char text[48];
    double sum = 0;
    size_t count = 0;
    for (const struct page_points *p = s->points; p; p = p->next) {
        bool is_there = isfinite(p->point.lo); /* else it names a lane */
        sum += is_there ? p->point.hi - p->point.lo : 0;
        count += is_there;
    }
    buf_printf(out, "%s: %zu times", s->form.name, count);
    if (isfinite(sum) && sum > 0)
        buf_printf(out, ", %s in all", svg_value(text, sizeof text, &panel->x, sum, 3));
    buf_add(out, ". ");
}

void svg_describe(struct buf *out, const struct page_chart *c)
{
    size_t told = 0;
    for (const struct page_panel *panel = c->panels; panel && told <= TOLD; panel = panel->next) {
        if (panel->title[0])
            buf_printf(out, "%s. ", panel->title);
        for (const struct page_series *s = panel->series; s && told <= TOLD; s = s->next) {
            if (!s->points || s->form.mark == PAGE_FIT)
                continue;
            if (c->form.kind == PAGE_LANES) {
                add_lane_series(out, panel, s);
            } else if (c->form.kind == PAGE_LINES && s->form.mark == PAGE_AS_CHART) {
                add_curve(out, panel, s);
                told++;
            } else {
                add_rows(out, panel, s, &told);
            }
        }
    }
    if (!out->len)
        buf_add(out, "Nothing to be drawn.");
}
