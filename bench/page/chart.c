/* Putting charts onto a page. */
#include "bench/page/build.h"

#include <math.h>

static struct page_axis copy_axis(struct page *p, const struct page_axis *a)
{
    struct page_axis copy = *a;
    copy.name = page_copy(p, a->name ? a->name : "");
    copy.unit = page_copy(p, a->unit);
    return copy;
}

static unsigned count_charts(const struct page *p)
{
    unsigned count = 0;
    for (const struct page_block *b = p->blocks; b; b = b->next)
        count += b->kind == BLOCK_CHART;
    return count;
}

void page_chart(struct page *p, const struct page_chart_form *form)
{
    struct page_block *b = page_add(p, BLOCK_CHART);
    struct page_chart *c = b ? page_allocate(p, sizeof *c) : NULL;
    if (!c)
        return;
    c->form = *form;
    c->form.key = page_copy(p, form->key);
    c->form.title = page_copy(p, form->title);
    c->form.subtitle = page_copy(p, form->subtitle ? form->subtitle : "");
    c->form.note = page_copy(p, form->note ? form->note : "");
    c->form.x = copy_axis(p, &form->x);
    c->form.y = copy_axis(p, &form->y);
    c->number = count_charts(p);
    b->chart = c;
}

void page_panel(struct page *p, const char *title, const struct page_axis *x,
                const struct page_axis *y)
{
    struct page_panel *panel = page_allocate(p, sizeof *panel);
    if (!panel)
        return;
    struct page_chart *c = p->last->chart;
    panel->title = page_copy(p, title ? title : "");
    panel->x = x ? copy_axis(p, x) : c->form.x;
    panel->y = y ? copy_axis(p, y) : c->form.y;
    *(c->last ? &c->last->next : &c->panels) = panel;
    c->last = panel;
}

/* The first that no series of the panel has; all in use: they begin anew. */
static unsigned next_tint(const struct page_panel *panel)
{
    unsigned used = 0, tint = 1;
    for (const struct page_series *s = panel->series; s; s = s->next)
        used |= 1U << s->form.tint;
    while (tint <= PAGE_TINTS && used & 1U << tint)
        tint++;
    return tint <= PAGE_TINTS ? tint : 1;
}

void page_series(struct page *p, const struct page_series_form *form)
{
    if (!p->failed && !p->last->chart->last)
        page_panel(p, NULL, NULL, NULL);
    struct page_series *s = page_allocate(p, sizeof *s);
    if (!s)
        return;
    struct page_panel *panel = p->last->chart->last;
    s->form = *form;
    s->form.name = page_copy(p, form->name ? form->name : "");
    if (!form->tint || form->tint > PAGE_TINTS)
        s->form.tint = next_tint(panel);
    *(panel->last ? &panel->last->next : &panel->series) = s;
    panel->last = s;
}

void page_point(struct page *p, const struct page_point *point)
{
    struct page_points *one = page_allocate(p, sizeof *one);
    if (!one)
        return;
    struct page_series *s = p->last->chart->last->last;
    one->point = *point;
    one->point.label = page_copy(p, point->label);
    *(s->last ? &s->last->next : &s->points) = one;
    s->last = one;
    s->point_count++;
}

void page_row_point(struct page *p, const char *label, struct page_value v, unsigned flags)
{
    bool has_interval = v.level > 0 && v.lo <= v.center && v.center <= v.hi;
    page_point(p, &(struct page_point){.y = v.center,
                                       .lo = has_interval ? v.lo : (double)NAN,
                                       .hi = has_interval ? v.hi : (double)NAN,
                                       .label = label,
                                       .flags = flags | (number_is_rough(&v) ? PAGE_ROUGH : 0)});
}

/* What was measured, and how much of it is unreliable; lines and laws drawn for help are neither.
 */
static size_t count_points(const struct page_chart *c, size_t *unreliable)
{
    size_t count = 0;
    *unreliable = 0;
    for (const struct page_panel *panel = c->panels; panel; panel = panel->next)
        for (const struct page_series *s = panel->series; s; s = s->next) {
            bool is_help = s->form.mark == PAGE_FIT || s->form.mark == PAGE_RULE;
            for (const struct page_points *p = s->points; p && !is_help; p = p->next) {
                count++;
                *unreliable += (p->point.flags & PAGE_UNRELIABLE) != 0;
            }
        }
    return count;
}

void page_explain_stars(struct page *p, const struct page_block *behind, const char *line,
                        const char *title)
{
    struct page_block *b = behind ? behind->next : p->blocks;
    for (; b && !p->failed; b = b->next) {
        size_t unreliable, count = b->kind == BLOCK_CHART ? count_points(b->chart, &unreliable) : 0;
        if (!count || !unreliable)
            continue;
        struct page_chart_form *form = &b->chart->form;
        struct buf note = {0};
        buf_printf(&note, "%s%s%s", line, form->note[0] ? " " : "", form->note);
        form->note = page_copy(p, page_text_of(p, &note));
        form->title = count == unreliable ? page_copy(p, title) : form->title;
        page_settle(p, &note);
    }
}
