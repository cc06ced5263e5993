/* Timelines: a lane a unit, stretches of time in the colour of what it did, marks and arrows. */
#include "bench/base/vec.h"
#include "bench/page/svg_draw.h"
#include "bench/page/svg_scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LANE = 20, LANE_GAP = 12, LABEL_GAP = 10 };
#define LEAST_WIDTH 0.4 /* of what is there at all, in pixels */

struct lanes {
    struct svg_pen *pen;
    const struct page_panel *panel;
    struct {
        VEC(const char *);
    } labels;
    struct svg_scale scale;
    double top;
};

static size_t lane_of(const struct lanes *l, const struct page_point *p)
{
    size_t i = 0;
    while (i < l->labels.count && strcmp(l->labels.items[i], p->label ? p->label : ""))
        i++;
    return i;
}

static void collect(struct lanes *l, struct svg_range *range)
{
    for (const struct page_series *s = l->panel->series; s; s = s->next)
        for (const struct page_points *p = s->points; p; p = p->next) {
            svg_range_add(range, &l->panel->x, p->point.lo);
            svg_range_add(range, &l->panel->x, p->point.hi);
            if (lane_of(l, &p->point) == l->labels.count)
                vec_add(&l->labels, p->point.label ? p->point.label : "");
        }
    l->pen->out->failed |= l->labels.failed;
}

/* Lanes of all panels begin at one place, so that panels share their time. */
static double widest_label(const struct page_chart *c)
{
    double widest = 0;
    for (const struct page_panel *panel = c->panels; panel; panel = panel->next)
        for (const struct page_series *s = panel->series; s; s = s->next)
            for (const struct page_points *p = s->points; p; p = p->next)
                if (p->point.label)
                    widest = fmax(widest, svg_text_width(p->point.label, SVG_TEXT_SIZE));
    return widest;
}

static double lane_top(const struct lanes *l, size_t lane)
{
    return l->top + (double)lane * (LANE + LANE_GAP);
}

static bool is_fixed(const struct page_axis *axis)
{
    return axis->to > axis->from;
}

/* Time begins and ends where the events do, or where it was said to. */
static void lay_out(struct lanes *l, const struct page_chart *c)
{
    struct svg_range range = SVG_NO_RANGE;
    collect(l, &range);
    double widest = fmin(widest_label(c), l->pen->width / 3);
    l->scale = svg_scale_of(&l->panel->x, range, widest + LABEL_GAP, l->pen->width - 8);
    if (l->panel->x.scale != PAGE_LINEAR)
        return; /* other ends may be none of that scale */
    if (is_fixed(&l->panel->x)) {
        l->scale.from = l->panel->x.from;
        l->scale.to = l->panel->x.to;
    } else if (range.hi > range.lo) {
        l->scale.from = range.lo;
        l->scale.to = range.hi;
    }
}

static double bottom_of(const struct lanes *l)
{
    return lane_top(l, l->labels.count) - LANE_GAP + 6;
}

static void add_tick(const struct lanes *l, double at, const char *text)
{
    svg_line(l->pen->out, at, l->top - 4, at, bottom_of(l), "grid");
    svg_text(l->pen->out, svg_tick_middle(l->pen, at, text), bottom_of(l) + 13, SVG_MIDDLE, "mute",
             text);
}

/* As many as tell a multiple from the next. */
static int step_digits(double value, double step)
{
    return value > 0 ? (int)(floor(log10(value) + 1e-9) - floor(log10(step) + 1e-9)) + 1 : 1;
}

/* A line each step, and as many of them named as there is room for; false: steps are too many. */
static bool add_steps(const struct lanes *l)
{
    enum { STEPS = 120, ROOM = 56 };
    double step = l->panel->x.step, from = l->scale.from, to = l->scale.to;
    double first = ceil(from / step - 1e-9), steps = floor(to / step + 1e-9) - first;
    if (!(step > 0) || !(steps >= 0 && steps <= STEPS))
        return false;
    double apart = (l->scale.end - l->scale.begin) * step / (to - from);
    double named = fmax(1, ceil(ROOM / apart));
    for (double i = first; i <= first + steps; i++) {
        char text[24] = "";
        if (!(fmod(i, named) > 0))
            svg_value(text, sizeof text, &l->panel->x, i * step, step_digits(i * step, step));
        add_tick(l, svg_scale_at(&l->scale, i * step), text);
    }
    return true;
}

static void add_ruler(struct lanes *l)
{
    struct svg_tick ticks[SVG_TICKS];
    size_t count = 0;
    if (!add_steps(l))
        count = svg_scale_ticks(&l->scale, (size_t)((l->scale.end - l->scale.begin) / 60), ticks);
    for (size_t i = 0; i < count; i++)
        add_tick(l, ticks[i].at, ticks[i].text);
    for (size_t i = 0; i < l->labels.count; i++)
        svg_text_within(l->pen->out, 0, lane_top(l, i) + LANE / 2.0 + 4, l->scale.begin - 4, "",
                        l->labels.items[i]);
    l->pen->y = bottom_of(l) + 20;
}

static void add_stretch(const struct lanes *l, const struct page_series *s,
                        const struct page_point *p)
{
    char looks[32], text[48];
    if (!isfinite(p->lo))
        return; /* it says that there is such a lane */
    double begin = svg_scale_at(&l->scale, p->lo), end = svg_scale_at(&l->scale, p->hi);
    double top = lane_top(l, lane_of(l, p)), width = fmax(end - begin, LEAST_WIDTH);
    svg_value(text, sizeof text, &l->panel->x, p->hi - p->lo, 2);
    svg_thing(l->pen->out, "%s %s for %s", p->label ? p->label : "", s->form.name, text);
    svg_stretch(l->pen->out, begin, top, width, LANE, s);
    if (s->form.body == PAGE_BLOCK && svg_text_width(text, SVG_TEXT_SIZE) + 6 < width) {
        snprintf(looks, sizeof looks, "on%u", s->form.tint);
        svg_text(l->pen->out, begin + width / 2, top + LANE / 2.0 + 4, SVG_MIDDLE, looks, text);
    }
    svg_end(l->pen->out);
}

static void add_mark(const struct lanes *l, const struct page_series *s, const struct page_point *p)
{
    double x = svg_scale_at(&l->scale, p->lo), top = lane_top(l, lane_of(l, p));
    svg_thing(l->pen->out, "%s %s", p->label ? p->label : "", s->form.name);
    svg_line(l->pen->out, x, top - 4, x, top + LANE + 4, "rule");
    svg_end(l->pen->out);
}

/* From the edge of one lane to that of the other, with a small head. */
static void add_arrow(const struct lanes *l, const struct page_point *from,
                      const struct page_point *to)
{
    size_t a = lane_of(l, from), b = lane_of(l, to);
    double x1 = svg_scale_at(&l->scale, from->lo), x2 = svg_scale_at(&l->scale, to->lo);
    double y1 = lane_top(l, a) + (b > a ? LANE : 0), y2 = lane_top(l, b) + (b > a ? 0 : LANE);
    double back = b > a ? -4 : 4;
    svg_line(l->pen->out, x1, y1, x2, y2, "arrow");
    svg_line(l->pen->out, x2 - 2.5, y2 + back, x2, y2, "arrow");
    svg_line(l->pen->out, x2 + 2.5, y2 + back, x2, y2, "arrow");
}

static void add_series(const struct lanes *l, const struct page_series *s)
{
    for (const struct page_points *p = s->points; p; p = p->next)
        switch (s->form.mark) {
        case PAGE_RULE:
        case PAGE_TICK:
            add_mark(l, s, &p->point);
            break;
        case PAGE_ARROW:
            if (!p->next)
                return;
            add_arrow(l, &p->point, &p->next->point);
            p = p->next;
            break;
        case PAGE_AS_CHART:
        case PAGE_FIT:
            add_stretch(l, s, &p->point);
            break;
        }
}

/* The series of all panels, each name once: they mean the same in each. */
static void add_key(struct svg_pen *pen, const struct page_chart *c)
{
    struct {
        VEC(struct page_series);
    } all = {0};
    for (const struct page_panel *panel = c->panels; panel; panel = panel->next)
        for (const struct page_series *s = panel->series; s; s = s->next) {
            size_t i = 0;
            while (i < all.count && strcmp(all.items[i].form.name, s->form.name) != 0)
                i++;
            if (i == all.count)
                vec_add(&all, *s);
        }
    for (size_t i = 0; i < all.count; i++)
        all.items[i].next = i + 1 < all.count ? &all.items[i + 1] : NULL;
    svg_key(pen, &(struct page_panel){.series = all.items}, "rule");
    pen->out->failed |= all.failed;
    vec_release(&all);
}

void svg_lanes(struct svg_pen *pen, const struct page_chart *c, const struct page_panel *panel)
{
    struct lanes l = {.pen = pen, .panel = panel};
    lay_out(&l, c);
    l.top = pen->y + 6;
    add_ruler(&l);
    for (const struct page_series *s = panel->series; s; s = s->next)
        add_series(&l, s);
    vec_release(&l.labels);
    if (!panel->next) {
        pen->y += 4;
        add_key(pen, c);
    }
}
