/* Charts of rows: dots with intervals, bars, and parts of a whole. Values run to the right. */
#include "bench/base/vec.h"
#include "bench/page/svg_draw.h"
#include "bench/page/svg_scale.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    LABEL_GAP = 10,
    VALUE_GAP = 7,
    BAR = 11,
    BAR_GAP = 2,
    ROW_GAP = 9,
    DOT_ROW = 23,
    STACK = 18,
    PARTED = 1 /* between the parts of one */
};
#define LABEL_SHARE 0.36 /* of the width; longer labels stand above their rows */

struct labels {
    VEC(const char *); /* borrowed, each once */
};

struct rows {
    struct svg_pen *pen;
    const struct page_chart *c;
    const struct page_panel *panel;
    struct labels labels;
    struct svg_scale scale;
    bool is_beside; /* labels stand left of their rows */
    double left;    /* where values begin */
    size_t bars;    /* series that have bars */
    double height;  /* of a row, without its label above */
};

static size_t label_place(const struct labels *l, const char *label)
{
    size_t i = 0;
    while (i < l->count && strcmp(l->items[i], label))
        i++;
    return i;
}

static const char *label_of(const struct page_point *p)
{
    return p->label ? p->label : "";
}

static void collect(struct rows *r)
{
    for (const struct page_series *s = r->panel->series; s; s = s->next) {
        r->bars += s->form.mark == PAGE_AS_CHART;
        for (const struct page_points *p = s->points; p && s->form.mark != PAGE_RULE; p = p->next)
            if (label_place(&r->labels, label_of(&p->point)) == r->labels.count)
                vec_add(&r->labels, label_of(&p->point));
    }
    r->pen->out->failed |= r->labels.failed;
}

static double widest_label(const struct rows *r)
{
    double widest = 0;
    for (size_t i = 0; i < r->labels.count; i++)
        widest = fmax(widest, svg_text_width(r->labels.items[i], SVG_TEXT_SIZE));
    return widest;
}

/* The widest text that stands behind a value. */
static double widest_value(const struct rows *r)
{
    double widest = 0;
    char text[48];
    for (const struct page_series *s = r->panel->series; s; s = s->next)
        for (const struct page_points *p = s->points; p && s->form.mark == PAGE_AS_CHART;
             p = p->next)
            widest = fmax(
                widest, svg_text_width(svg_point_value(text, sizeof text, &r->panel->y, &p->point),
                                       SVG_TEXT_SIZE));
    return widest;
}

static struct svg_range range_of(const struct rows *r)
{
    struct svg_range range = SVG_NO_RANGE;
    const struct page_axis *y = &r->panel->y;
    if (r->c->form.kind != PAGE_DOTS && y->scale == PAGE_LINEAR)
        svg_range_add(&range, y, 0);
    if (r->c->form.kind == PAGE_STACKS) {
        for (size_t i = 0; i < r->labels.count; i++) {
            double sum = 0;
            for (const struct page_series *s = r->panel->series; s; s = s->next)
                for (const struct page_points *p = s->points; p; p = p->next)
                    if (!strcmp(label_of(&p->point), r->labels.items[i]) && p->point.y > 0)
                        sum += p->point.y;
            svg_range_add(&range, y, sum);
        }
        return range;
    }
    for (const struct page_series *s = r->panel->series; s; s = s->next)
        for (const struct page_points *p = s->points; p; p = p->next) {
            svg_range_add(&range, y, p->point.y);
            svg_range_add(&range, y, p->point.lo);
            svg_range_add(&range, y, p->point.hi);
        }
    return range;
}

static void lay_out(struct rows *r)
{
    double widest = widest_label(r), right = r->pen->width - 6;
    r->is_beside = widest <= LABEL_SHARE * r->pen->width;
    r->left = r->is_beside ? widest + LABEL_GAP : 2;
    r->height = r->c->form.kind == PAGE_BARS   ? (double)r->bars * (BAR + BAR_GAP) - BAR_GAP
                : r->c->form.kind == PAGE_DOTS ? DOT_ROW - ROW_GAP
                                               : STACK;
    if (r->c->form.kind != PAGE_STACKS)
        right -= widest_value(r) + VALUE_GAP;
    if (right < r->left + 40)
        right = r->left + 40;
    r->scale = svg_scale_of(&r->panel->y, range_of(r), r->left, right);
}

/* The top of a row of that number, below its label where that stands above. */
static double row_top(const struct rows *r, double top, size_t i)
{
    double above = r->is_beside ? 0 : SVG_TEXT_SIZE + 4;
    return top + (double)i * (r->height + ROW_GAP + above) + above;
}

static void add_axis(struct rows *r, double top, double bottom)
{
    struct svg_tick ticks[SVG_TICKS];
    double room = r->scale.end - r->scale.begin, last = -1e9;
    size_t count = svg_scale_ticks(&r->scale, (size_t)(room / 62), ticks);
    for (size_t i = 0; i < count; i++) {
        double width = svg_text_width(ticks[i].text, SVG_TEXT_SIZE);
        double x = svg_tick_middle(r->pen, ticks[i].at, ticks[i].text);
        svg_line(r->pen->out, ticks[i].at, top, ticks[i].at, bottom, "grid");
        if (x - width / 2 < last + 6)
            continue;
        svg_text(r->pen->out, x, bottom + 14, SVG_MIDDLE, "mute", ticks[i].text);
        last = x + width / 2;
    }
    r->pen->y = bottom + 18;
    if (r->panel->y.name[0] && !r->panel->title[0]) {
        svg_text(r->pen->out, (r->scale.begin + r->scale.end) / 2, r->pen->y + 11, SVG_MIDDLE,
                 "mute", r->panel->y.name);
        r->pen->y += 16;
    }
}

static void add_labels(const struct rows *r, double top)
{
    for (size_t i = 0; i < r->labels.count; i++) {
        double y = row_top(r, top, i);
        if (r->is_beside)
            svg_text(r->pen->out, r->left - LABEL_GAP, y + r->height / 2 + 4, SVG_END, "",
                     r->labels.items[i]);
        else
            svg_text_within(r->pen->out, r->left, y - 4, r->pen->width - r->left, "",
                            r->labels.items[i]);
    }
}

/* What somebody sees who points at it: "process, startup: 330 us (310 us to 350 us)". */
static void begin_thing(const struct rows *r, const struct page_series *s,
                        const struct page_point *p)
{
    char value[160];
    svg_thing(r->pen->out, "%s, %s: %s", label_of(p), s->form.name,
              svg_point_in_ends(value, sizeof value, &r->panel->y, p));
}

/* Strokes of a row, of which none may cross the text that begins behind x: where it may begin. */
static double behind_strokes(const struct rows *r, const struct page_point *p, double x,
                             double width)
{
    bool is_moved = true;
    while (is_moved) {
        is_moved = false;
        for (const struct page_series *s = r->panel->series; s; s = s->next)
            for (const struct page_points *at = s->points;
                 at && (s->form.mark == PAGE_RULE || s->form.mark == PAGE_TICK); at = at->next) {
                double stroke = svg_scale_at(&r->scale, at->point.y);
                bool is_here =
                    s->form.mark == PAGE_RULE || !strcmp(label_of(&at->point), label_of(p));
                if (!is_here || !(stroke > x) || stroke > x + VALUE_GAP + width)
                    continue;
                x = stroke;
                is_moved = true;
            }
    }
    return x;
}

static void add_value_text(const struct rows *r, const struct page_point *p, double y)
{
    char text[48];
    double most = isfinite(p->hi) ? fmax(p->hi, p->y) : p->y;
    double x = svg_scale_at(&r->scale, r->c->form.kind == PAGE_BARS ? fmax(most, 0) : most);
    svg_point_value(text, sizeof text, &r->panel->y, p);
    x = behind_strokes(r, p, x, svg_text_width(text, SVG_TEXT_SIZE));
    svg_text(r->pen->out, x + VALUE_GAP, y + 4, SVG_START, "val", text);
}

static void add_interval(const struct rows *r, const struct page_point *p, double y,
                         const char *looks)
{
    if (isfinite(p->lo) && isfinite(p->hi))
        svg_line(r->pen->out, svg_scale_at(&r->scale, p->lo), y, svg_scale_at(&r->scale, p->hi), y,
                 looks);
}

static void add_dot(const struct rows *r, const struct page_series *s, const struct page_point *p,
                    double y)
{
    char looks[32];
    double x = svg_scale_at(&r->scale, p->y);
    begin_thing(r, s, p);
    if (s->form.mark == PAGE_TICK) {
        svg_line(r->pen->out, x, y - 7, x, y + 7, "tick");
    } else {
        snprintf(looks, sizeof looks, "ci l%u", s->form.tint);
        add_interval(r, p, y, looks);
        snprintf(looks, sizeof looks, "%s%u", p->flags ? "o" : "f", s->form.tint);
        svg_dot(r->pen->out, x, y, 4.5, looks);
        add_value_text(r, p, y);
    }
    svg_end(r->pen->out);
}

static void add_bar(const struct rows *r, const struct page_series *s, const struct page_point *p,
                    double top)
{
    char looks[32];
    double x = svg_scale_at(&r->scale, p->y), zero = svg_scale_at(&r->scale, 0);
    begin_thing(r, s, p);
    snprintf(looks, sizeof looks, "%s%u", p->flags ? "h" : "f", s->form.tint);
    svg_rect(r->pen->out, fmin(x, zero), top, fabs(x - zero), BAR, looks);
    add_interval(r, p, top + BAR / 2.0, "whisker");
    add_value_text(r, p, top + BAR / 2.0);
    svg_end(r->pen->out);
}

static void add_part(const struct rows *r, const struct page_series *s, const struct page_point *p,
                     double top, double *from)
{
    char looks[32], text[48];
    double begin = svg_scale_at(&r->scale, *from), end;
    if (!(p->y > 0))
        return;
    *from += p->y;
    end = svg_scale_at(&r->scale, *from);
    begin_thing(r, s, p);
    svg_stretch(r->pen->out, begin, top, fmax(0, end - begin - PARTED), STACK, s);
    svg_point_value(text, sizeof text, &r->panel->y, p);
    if (svg_text_width(text, SVG_TEXT_SIZE) + 6 < end - begin) {
        snprintf(looks, sizeof looks, s->form.body == PAGE_BLOCK ? "on%u" : "val", s->form.tint);
        svg_text(r->pen->out, (begin + end) / 2, top + STACK / 2.0 + 4, SVG_MIDDLE, looks, text);
    }
    svg_end(r->pen->out);
}

/* An upright line over all rows, with a gap where a row's name stands above it. */
static void add_rule(const struct rows *r, const struct page_series *s, const struct page_point *p,
                     double top, double bottom)
{
    double x = svg_scale_at(&r->scale, p->y);
    svg_thing(r->pen->out, "%s", s->form.name);
    if (r->is_beside)
        svg_line(r->pen->out, x, top - 2, x, bottom - 2, "whisker");
    for (size_t i = 0; i < r->labels.count && !r->is_beside; i++)
        svg_line(r->pen->out, x, row_top(r, top, i), x, row_top(r, top, i) + r->height, "whisker");
    svg_end(r->pen->out);
}

/* The parts of a row are those of its series, in their order. */
static void add_stacks(const struct rows *r, double top)
{
    for (size_t i = 0; i < r->labels.count; i++) {
        double from = 0;
        for (const struct page_series *s = r->panel->series; s; s = s->next)
            for (const struct page_points *p = s->points; p; p = p->next)
                if (!strcmp(label_of(&p->point), r->labels.items[i]))
                    add_part(r, s, &p->point, row_top(r, top, i), &from);
    }
}

static void add_marks(const struct rows *r, double top, double bottom)
{
    size_t bar = 0;
    for (const struct page_series *s = r->panel->series; s; s = s->next) {
        for (const struct page_points *p = s->points; p; p = p->next) {
            double y = row_top(r, top, label_place(&r->labels, label_of(&p->point)));
            if (!isfinite(p->point.y))
                continue;
            if (s->form.mark == PAGE_RULE) {
                add_rule(r, s, &p->point, top, bottom);
                continue;
            }
            if (r->c->form.kind == PAGE_BARS && s->form.mark == PAGE_AS_CHART)
                add_bar(r, s, &p->point, y + (double)bar * (BAR + BAR_GAP));
            else
                add_dot(r, s, &p->point, y + r->height / 2);
        }
        bar += s->form.mark == PAGE_AS_CHART;
    }
}

void svg_rows(struct svg_pen *pen, const struct page_chart *c, const struct page_panel *panel)
{
    struct rows r = {.pen = pen, .c = c, .panel = panel};
    collect(&r);
    lay_out(&r);
    if (panel->series && (panel->series->next || c->form.kind == PAGE_STACKS))
        svg_key(pen, panel, "whisker");
    double top = pen->y + 3, bottom = row_top(&r, top, r.labels.count);
    bottom -= r.is_beside ? 0 : SVG_TEXT_SIZE + 4;
    add_axis(&r, top - 2, bottom - 2);
    add_labels(&r, top);
    if (c->form.kind == PAGE_STACKS)
        add_stacks(&r, top);
    else
        add_marks(&r, top, bottom);
    vec_release(&r.labels);
}
