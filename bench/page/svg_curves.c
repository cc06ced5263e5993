/* Charts of curves: y over x, joined, with bands for intervals and names at their ends. */
#include "bench/base/utf8.h"
#include "bench/base/vec.h"
#include "bench/page/escape.h"
#include "bench/page/svg_draw.h"
#include "bench/page/svg_scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    PLOT_NARROW = 190,
    PLOT_WIDE = 260,
    NAMED = 12,
    POINTED = 60,
    FEW = 12, /* points of which each has its own interval rather than a band through all */
    NAME_LEADING = 14,
    OWN_TICKS = 8,
    LABEL_SHOWN = 8, /* columns of a point's label under an axis */
};
#define NAME_SHARE 0.36 /* of the width, for names at the ends of curves */

struct curves {
    struct svg_pen *pen;
    const struct page_chart *c;
    const struct page_panel *panel;
    struct svg_scale x, y;
    double top, bottom;
    size_t named;      /* series that are named at their ends */
    bool has_own_ends; /* there is room for that */
};

static bool is_rule(const struct page_series *s)
{
    return s->form.mark == PAGE_RULE;
}

/* A law goes through points that have a name already. */
static bool is_named(const struct page_series *s)
{
    return s->form.mark == PAGE_AS_CHART && s->points;
}

static void ranges(const struct curves *k, struct svg_range *x, struct svg_range *y)
{
    const struct page_panel *panel = k->panel;
    *x = *y = SVG_NO_RANGE;
    for (const struct page_series *s = panel->series; s; s = s->next)
        for (const struct page_points *p = s->points; p; p = p->next) {
            svg_range_add(x, &panel->x, p->point.x);
            if (is_rule(s))
                continue;
            svg_range_add(y, &panel->y, p->point.y);
            svg_range_add(y, &panel->y, p->point.lo);
            svg_range_add(y, &panel->y, p->point.hi);
        }
}

static double widest_name(const struct curves *k)
{
    double widest = 0;
    struct buf name = {0};
    for (const struct page_series *s = k->panel->series; s; s = s->next) {
        buf_reset(&name);
        svg_add_name(&name, s);
        if (is_named(s))
            widest = fmax(widest, svg_text_width(buf_text(&name), SVG_TEXT_SIZE));
    }
    k->pen->out->failed |= name.failed;
    buf_release(&name);
    return widest;
}

static double widest_tick(const struct svg_tick *ticks, size_t count)
{
    double widest = 0;
    for (size_t i = 0; i < count; i++)
        widest = fmax(widest, svg_text_width(ticks[i].text, SVG_TEXT_SIZE));
    return widest;
}

static void lay_out(struct curves *k)
{
    struct svg_tick ticks[SVG_TICKS];
    struct svg_range x, y;
    double names = widest_name(k), right = k->pen->width - 8;
    for (const struct page_series *s = k->panel->series; s; s = s->next)
        k->named += is_named(s);
    k->has_own_ends = k->named > 1 && k->named <= NAMED;
    if (k->has_own_ends)
        right -= fmin(names + 16, NAME_SHARE * k->pen->width);
    k->bottom = k->top + (k->pen->width < 480 ? PLOT_NARROW : PLOT_WIDE);
    ranges(k, &x, &y);
    k->y = svg_scale_of(&k->panel->y, y, k->bottom, k->top);
    double left = widest_tick(ticks, svg_scale_ticks(&k->y, 5, ticks)) + 10;
    k->x = svg_scale_of(&k->panel->x, x, left, right);
}

/* ---- Axes --------------------------------------------------------------------------------- */

/* Places that points have themselves, where they are few: 1, 2, 4, 8 tasks. */
static size_t own_ticks(const struct curves *k, struct svg_tick ticks[SVG_TICKS])
{
    size_t count = 0;
    for (const struct page_series *s = k->panel->series; s; s = s->next)
        for (const struct page_points *p = s->points; p && is_named(s); p = p->next) {
            double at = svg_scale_at(&k->x, p->point.x);
            size_t i = 0;
            while (i < count && fabs(ticks[i].at - at) > 0.5)
                i++;
            if (i < count)
                continue;
            if (count == OWN_TICKS)
                return 0;
            ticks[count].at = at;
            snprintf(ticks[count++].text, sizeof ticks->text, "%.6g", p->point.x);
        }
    return count;
}

/* In time: the labels of some points, such as commits. */
static size_t label_ticks(const struct curves *k, struct svg_tick ticks[SVG_TICKS])
{
    const struct page_series *s = k->panel->series;
    size_t count = 0, i = 0, stride = s ? s->point_count / 4 + 1 : 1;
    for (const struct page_points *p = s ? s->points : NULL; p && count < SVG_TICKS;
         p = p->next, i++)
        if (i % stride == 0) {
            const char *label = p->point.label ? p->point.label : "";
            ticks[count].at = svg_scale_at(&k->x, p->point.x);
            snprintf(ticks[count++].text, sizeof ticks->text, "%.*s",
                     (int)utf8_fitting(label, LABEL_SHOWN), label);
        }
    return count;
}

static void add_x_axis(struct curves *k)
{
    struct svg_tick ticks[SVG_TICKS];
    double last = -1e9;
    size_t count = k->c->form.is_searched ? label_ticks(k, ticks) : 0;
    if (!count && k->x.axis->scale != PAGE_TAIL && !k->x.axis->unit)
        count = own_ticks(k, ticks);
    if (!count)
        count = svg_scale_ticks(&k->x, (size_t)((k->x.end - k->x.begin) / 60), ticks);
    buf_add(k->pen->out, "<g class=\"xt\">");
    for (size_t i = 0; i < count; i++) {
        double width = svg_text_width(ticks[i].text, SVG_TEXT_SIZE);
        double x = svg_tick_middle(k->pen, ticks[i].at, ticks[i].text);
        svg_line(k->pen->out, ticks[i].at, k->bottom, ticks[i].at, k->bottom + 4, "base");
        if (x - width / 2 < last + 4)
            continue;
        svg_text(k->pen->out, x, k->bottom + 17, SVG_MIDDLE, "mute", ticks[i].text);
        last = x + width / 2;
    }
    svg_end(k->pen->out);
    svg_line(k->pen->out, k->x.begin, k->bottom, k->x.end, k->bottom, "base");
    k->pen->y = k->bottom + 22;
    if (k->x.axis->name[0]) {
        svg_text(k->pen->out, (k->x.begin + k->x.end) / 2, k->pen->y + 11, SVG_MIDDLE, "mute",
                 k->x.axis->name);
        k->pen->y += 17;
    }
}

static void add_y_axis(const struct curves *k)
{
    struct svg_tick ticks[SVG_TICKS];
    size_t count = svg_scale_ticks(&k->y, 5, ticks);
    for (size_t i = 0; i < count; i++) {
        svg_line(k->pen->out, k->x.begin, ticks[i].at, k->x.end, ticks[i].at, "grid");
        svg_text(k->pen->out, k->x.begin - 7, ticks[i].at + 4, SVG_END, "mute", ticks[i].text);
    }
}

/* ---- Curves ------------------------------------------------------------------------------- */

static bool is_shown(const struct curves *k, const struct page_point *p)
{
    return isfinite(p->x) && isfinite(p->y) && !(k->y.axis->scale == PAGE_LOG && p->y <= 0);
}

static void add_place(struct buf *out, char verb, double x, double y)
{
    buf_add_bytes(out, &verb, 1);
    svg_number(out, x);
    buf_add(out, " ");
    svg_number(out, y);
}

static bool has_interval(const struct curves *k, const struct page_point *p)
{
    return is_shown(k, p) && isfinite(p->lo) && isfinite(p->hi);
}

/* Strokes of few points; of many a band: the lower ends from left to right, the upper ones back. */
static void add_intervals(const struct curves *k, const struct page_series *s)
{
    struct {
        VEC(const struct page_point *);
    } kept = {0};
    struct buf *out = k->pen->out;
    for (const struct page_points *p = s->points; p; p = p->next)
        if (has_interval(k, &p->point))
            vec_add(&kept, &p->point);
    out->failed |= kept.failed;
    if (s->form.mark == PAGE_AS_CHART && kept.count <= FEW) {
        char looks[16];
        snprintf(looks, sizeof looks, "bar l%u", s->form.tint);
        for (size_t i = 0; i < kept.count; i++) {
            double x = svg_scale_at(&k->x, kept.items[i]->x);
            svg_line(out, x, svg_scale_at(&k->y, kept.items[i]->lo), x,
                     svg_scale_at(&k->y, kept.items[i]->hi), looks);
        }
    } else if (kept.count > 1) {
        buf_printf(out, "<path class=\"b%u\" d=\"", s->form.tint);
        for (size_t i = 0; i < kept.count; i++)
            add_place(out, i ? 'L' : 'M', svg_scale_at(&k->x, kept.items[i]->x),
                      svg_scale_at(&k->y, kept.items[i]->lo));
        for (size_t i = kept.count; i-- > 0;)
            add_place(out, 'L', svg_scale_at(&k->x, kept.items[i]->x),
                      svg_scale_at(&k->y, kept.items[i]->hi));
        buf_add(out, "Z\"/>");
    }
    vec_release(&kept);
}

/* With the numbers themselves where viewers search in them. */
static void add_line(const struct curves *k, const struct page_series *s)
{
    struct buf *out = k->pen->out;
    bool is_first = true;
    if (s->form.mark == PAGE_FIT)
        buf_printf(out, "<path class=\"fit l%u\"", s->form.tint);
    else
        buf_printf(out, "<path class=\"line l%u d%u\"", s->form.tint, s->form.tint);
    if (k->c->form.is_searched && s->form.mark == PAGE_AS_CHART) {
        buf_add(out, " data-y=\"");
        for (const struct page_points *p = s->points; p; p = p->next)
            if (is_shown(k, &p->point)) {
                buf_printf(out, "%s%.6g", is_first ? "" : " ", p->point.y);
                is_first = false;
            }
        buf_add(out, "\"");
        is_first = true;
    }
    buf_add(out, " d=\"");
    for (const struct page_points *p = s->points; p; p = p->next)
        if (is_shown(k, &p->point)) {
            add_place(out, is_first ? 'M' : 'L', svg_scale_at(&k->x, p->point.x),
                      svg_scale_at(&k->y, p->point.y));
            is_first = false;
        }
    buf_add(out, is_first ? "M0 0\"/>" : "\"/>");
}

static void begin_point(const struct curves *k, const struct page_series *s,
                        const struct page_point *p)
{
    char x[48], y[160];
    const struct page_axis *axis = k->y.axis;
    if (k->x.axis->scale == PAGE_TAIL)
        snprintf(x, sizeof x, "p%g", 100 * p->x);
    else
        svg_place(x, sizeof x, k->x.axis, p->x, 3);
    svg_thing(k->pen->out, "%s, %s %s: %s", s->form.name, k->x.axis->name, p->label ? p->label : x,
              svg_point_in_ends(y, sizeof y, axis, p));
}

/* A stroke of no length keeps its round shape when the plot is stretched. */
static void add_points(const struct curves *k, const struct page_series *s)
{
    struct buf *out = k->pen->out;
    for (const struct page_points *p = s->points; p; p = p->next) {
        if (!is_shown(k, &p->point))
            continue;
        double x = svg_scale_at(&k->x, p->point.x), y = svg_scale_at(&k->y, p->point.y);
        begin_point(k, s, &p->point);
        buf_printf(out, "<path class=\"pt l%u\" d=\"", s->form.tint);
        add_place(out, 'M', x, y);
        buf_add(out, "h0\"/>");
        if (p->point.flags) {
            buf_add(out, "<path class=\"pt hollow\" d=\"");
            add_place(out, 'M', x, y);
            buf_add(out, "h0\"/>");
        }
        svg_end(out);
    }
}

static void add_rules(const struct curves *k, const struct page_series *s)
{
    for (const struct page_points *p = s->points; p; p = p->next) {
        double x = svg_scale_at(&k->x, p->point.x);
        svg_thing(k->pen->out, "%s: %s", s->form.name, p->point.label ? p->point.label : "");
        svg_line(k->pen->out, x, k->top - 4, x, k->bottom, "rule");
        svg_end(k->pen->out);
    }
}

static void add_series(const struct curves *k, const struct page_series *s)
{
    struct buf *out = k->pen->out;
    buf_add(out, "<g class=\"ser\" data-n=\"");
    escape_xml(out, s->form.name);
    buf_add(out, "\">");
    if (is_rule(s)) {
        add_rules(k, s);
    } else {
        add_intervals(k, s);
        add_line(k, s);
        if (s->form.mark == PAGE_AS_CHART && s->point_count <= POINTED)
            add_points(k, s);
    }
    svg_end(out);
}

/* ---- Names at the ends -------------------------------------------------------------------- */

struct name {
    const struct page_series *series;
    double end, y; /* where the curve ends, where the name stands */
};

static void sort_names(struct name *names, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0 && names[j].end < names[j - 1].end; j--) {
            struct name other = names[j];
            names[j] = names[j - 1];
            names[j - 1] = other;
        }
}

/* Downwards until none touches the one above, then back up from the lower end. */
static void spread_names(struct name *names, size_t count, double top, double bottom)
{
    for (size_t i = 0; i < count; i++)
        names[i].y =
            i ? fmax(names[i].end, names[i - 1].y + NAME_LEADING) : fmax(names[i].end, top);
    for (size_t i = count; i-- > 0;) {
        double most = i + 1 < count ? names[i + 1].y - NAME_LEADING : bottom;
        names[i].y = fmin(names[i].y, most);
    }
}

static void add_names(const struct curves *k)
{
    struct name names[NAMED];
    struct buf name = {0};
    size_t count = 0;
    for (const struct page_series *s = k->panel->series; s; s = s->next)
        if (is_named(s))
            names[count++] = (struct name){s, svg_scale_at(&k->y, s->last->point.y), 0};
    sort_names(names, count);
    spread_names(names, count, k->top, k->bottom);
    for (size_t i = 0; i < count; i++) {
        char looks[16];
        double x = k->x.end + 7;
        snprintf(looks, sizeof looks, "f%u", names[i].series->form.tint);
        svg_dot(k->pen->out, x, names[i].y, 3.5, looks);
        buf_reset(&name);
        svg_add_name(&name, names[i].series);
        svg_text_within(k->pen->out, x + 8, names[i].y + 4, k->pen->width - x - 8, "",
                        buf_text(&name));
    }
    k->pen->out->failed |= name.failed;
    buf_release(&name);
}

void svg_curves(struct svg_pen *pen, const struct page_chart *c, const struct page_panel *panel)
{
    struct curves k = {.pen = pen, .c = c, .panel = panel};
    if (panel->y.name[0]) {
        svg_text_within(pen->out, 0, pen->y + 11, pen->width, "mute", panel->y.name);
        pen->y += 20;
    }
    k.top = pen->y + 4;
    lay_out(&k);
    if (k.named > NAMED) {
        svg_key(pen, panel, "rule");
        k.top = pen->y + 4;
        k.bottom = k.top + (pen->width < 480 ? PLOT_NARROW : PLOT_WIDE);
        k.y.begin = k.bottom;
        k.y.end = k.top;
    }
    add_y_axis(&k);
    buf_add(pen->out, "<g class=\"plot\" data-l=\"");
    svg_number(pen->out, k.x.begin);
    buf_add(pen->out, "\" data-r=\"");
    svg_number(pen->out, k.x.end);
    buf_add(pen->out, "\">");
    for (const struct page_series *s = panel->series; s; s = s->next)
        add_series(&k, s);
    svg_end(pen->out);
    add_x_axis(&k);
    if (k.has_own_ends)
        add_names(&k);
    pen->y += 4;
}
