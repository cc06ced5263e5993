/* What more tasks yield: measured points with intervals, and the law through them. */
#include "bench/judge/scaling/scaling.h"

#include "bench/judge/charts/pick.h"

#include "bench/base/units.h"
#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/number.h"

#include <math.h>
#include <string.h>

enum {
    PANELS = 3,
    SERIES = 10,
    STEPS = 32,       /* of a law's curve */
    MOST_CELLS = 600, /* beyond, sweeps are no picture, and fitting them all would take minutes */
};

/* One picture: sweeps that differ in lock and executor alone. */
static bool is_of_panel(const struct sweep *a, const struct sweep *b)
{
    size_t before_a, before_b;
    const struct result_cell *one = a->points[0].cell, *other = b->points[0].cell;
    return !strcmp(one->workload, other->workload) && !strcmp(one->placement, other->placement) &&
           !strcmp(scaling_behind_tasks(one->id, &before_a),
                   scaling_behind_tasks(other->id, &before_b));
}

/* Two points are a line at best, and say nothing of a law; they are drawn where there are no more.
 */
static bool is_wanted(const struct scaling *all, const struct sweep *s)
{
    size_t most = 0;
    for (size_t i = 0; i < all->count; i++)
        most = all->sweeps[i].count > most ? all->sweeps[i].count : most;
    return s->count >= (most > 3 ? 3 : most) && strcmp(s->points[0].cell->workload_kind, "startup");
}

/* Its first and its last point, which a gain is told from. */
static bool has_usable_ends(const struct sweep *s)
{
    return !cell_flags(s->points[0].cell) && !cell_flags(s->points[s->count - 1].cell);
}

static double law_at(const struct usl *u, double n)
{
    return u->lambda.center * n / (1 + u->sigma.center * (n - 1) + u->kappa.center * n * (n - 1));
}

static void add_law(struct page *p, const struct sweep *s, const char *name, unsigned tint)
{
    double first = (double)s->points[0].cell->tasks,
           last = (double)s->points[s->count - 1].cell->tasks;
    struct buf words = {0};
    if (s->law.refusal[0])
        return;
    buf_printf(&words, "law of %s", name);
    page_series(p, &(struct page_series_form){
                       .name = page_text_of(p, &words), .mark = PAGE_FIT, .tint = tint});
    for (int i = 0; i <= STEPS; i++) {
        double n = first * pow(last / first, (double)i / STEPS);
        page_point(p, &(struct page_point){
                          .x = n, .y = law_at(&s->law, n), .lo = (double)NAN, .hi = (double)NAN});
    }
    page_settle(p, &words);
}

static bool has_locks(const struct scaling *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (cell_is_locked(all->sweeps[i].points[0].cell))
            return true;
    return false;
}

static void add_sweep(struct page *p, const struct scaling *all, const struct sweep *s,
                      unsigned tint)
{
    struct buf name = {0};
    add_curve_name(&name, s->points[0].cell, has_locks(all));
    page_series(p, &(struct page_series_form){.name = page_text_of(p, &name), .tint = tint});
    for (size_t i = 0; i < s->count; i++) {
        const struct summary *y = &s->points[i].throughput->summary;
        bool has_interval = y->level > 0;
        struct page_value v = value_of_summary(y);
        page_point(p, &(struct page_point){.x = (double)s->points[i].cell->tasks,
                                           .y = y->center,
                                           .lo = has_interval ? y->lo : (double)NAN,
                                           .hi = has_interval ? y->hi : (double)NAN,
                                           .flags = cell_flags(s->points[i].cell) |
                                                    (number_is_rough(&v) ? PAGE_ROUGH : 0)});
    }
    add_law(p, s, buf_text(&name), tint);
    page_settle(p, &name);
}

/* "sleep, duration=50ms" */
static void add_work(struct buf *out, const struct sweep *s)
{
    const struct result_cell *c = s->points[0].cell;
    size_t before;
    const char *rest = scaling_behind_tasks(c->id, &before);
    buf_printf(out, "%s%s%s", c->workload, rest[0] ? ", " : "", rest[0] == ',' ? rest + 1 : rest);
}

static void add_panel(struct page *p, const struct scaling *all, const struct sweep *first)
{
    size_t drawn = 0;
    static const struct page_axis x = {.name = "tasks", .scale = PAGE_LOG};
    static const struct page_axis y = {
        .name = "operations a second", .unit = "per_s", .from = 0, .to = 1e-9};
    struct buf title = {0};
    add_work(&title, first);
    page_panel(p, page_text_of(p, &title), &x, &y);
    for (size_t i = 0; i < all->count; i++)
        if (is_of_panel(&all->sweeps[i], first) && is_wanted(all, &all->sweeps[i]) &&
            drawn < SERIES)
            add_sweep(p, all, &all->sweeps[i], (unsigned)(drawn++ % PAGE_TINTS) + 1);
    page_settle(p, &title);
}

/* Who gains most and least of a panel, so that like is held against like; nobody: NULL.  Of those
 * drawn: whether these are all. */
static bool find_ends(const struct scaling *all, const struct sweep *leader,
                      const struct sweep *ends[2])
{
    size_t drawn = 0;
    ends[0] = ends[1] = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const struct sweep *s = &all->sweeps[i];
        double gain = s->points[s->count - 1].speedup.center;
        if (!is_wanted(all, s) || !is_of_panel(s, leader))
            continue;
        if (drawn++ == SERIES)
            return false;
        if (!isfinite(gain) || !has_usable_ends(s))
            continue;
        if (!ends[0] || gain > ends[0]->points[ends[0]->count - 1].speedup.center)
            ends[0] = s;
        if (!ends[1] || gain < ends[1]->points[ends[1]->count - 1].speedup.center)
            ends[1] = s;
    }
    return true;
}

/* Its interval says no more than a size, or none at 95 % exists. */
static bool is_rough(const struct ratio *r)
{
    return !(r->level >= NUMBER_RATIO_LEVEL) || !(r->hi < NUMBER_FACTOR * r->lo);
}

/* That one gains more than the other is shown. */
static bool is_more(const struct ratio *a, const struct ratio *b)
{
    const struct page_value r = {.center = a->center / b->center,
                                 .lo = a->lo / b->hi,
                                 .hi = a->hi / b->lo,
                                 .level = a->level * b->level};
    return number_standing(&r) != RATIO_UNTOLD;
}

/* "More tasks of prime: process, no lock yields at most 2x from 1 to 2 tasks; thread, gil only .."
 */
static void add_finding(struct buf *out, const struct scaling *all, const struct sweep *leader)
{
    const struct sweep *ends[2];
    if (strcmp(leader->points[0].cell->workload_kind, "cpu"))
        return;
    const char *which = find_ends(all, leader, ends) ? "" : "of those drawn ";
    for (size_t i = 0; i < 2 && ends[i]; i++) {
        char gain[40];
        const struct sweep *s = ends[i];
        const struct scaling_point *end = &s->points[s->count - 1];
        if (i && (ends[0] == ends[1] ||
                  !is_more(&ends[0]->points[ends[0]->count - 1].speedup, &end->speedup)))
            break;
        buf_add(out, i ? "; " : "More tasks of ");
        if (!i)
            add_work(out, s);
        buf_printf(out, "%s%s", i ? "" : ": ", i ? "" : which);
        add_curve_name(out, end->cell, has_locks(all));
        buf_printf(out, " %s %s%sx from %lld to %lld tasks",
                   i                    ? "only"
                   : ends[0] == ends[1] ? "yields"
                                        : "yields at most",
                   is_rough(&end->speedup) ? "~" : "",
                   units_format(gain, sizeof gain, end->speedup.center, "", 2),
                   (long long)s->points[0].cell->tasks, (long long)end->cell->tasks);
    }
}

/* The first sweeps of as many panels as have room. */
static size_t find_leaders(const struct scaling *all, const struct sweep *leaders[PANELS])
{
    size_t count = 0;
    for (size_t i = 0; i < all->count && count < PANELS; i++) {
        bool is_first = is_wanted(all, &all->sweeps[i]);
        for (size_t k = 0; k < count && is_first; k++)
            is_first = !is_of_panel(leaders[k], &all->sweeps[i]);
        if (is_first)
            leaders[count++] = &all->sweeps[i];
    }
    return count;
}

/* Sweeps that no panel has room for. */
static size_t sweeps_left_out(const struct scaling *all, const struct sweep *const leaders[PANELS],
                              size_t panels)
{
    size_t drawn[PANELS] = {0}, left = 0;
    for (size_t i = 0; i < all->count; i++) {
        size_t k = 0;
        if (!is_wanted(all, &all->sweeps[i]))
            continue;
        while (k < panels && !is_of_panel(leaders[k], &all->sweeps[i]))
            k++;
        if (k == panels || drawn[k] == SERIES)
            left++;
        else
            drawn[k]++;
    }
    return left;
}

static void add_note(struct buf *out, size_t left_out)
{
    if (left_out)
        buf_printf(out, "%zu more %s in the tables of contend report --scaling.", left_out,
                   left_out == 1 ? "curve stands" : "curves stand");
}

static void draw(struct page *p, const struct scaling *all)
{
    struct buf title = {0}, note = {0};
    const struct sweep *leaders[PANELS];
    size_t panels = find_leaders(all, leaders);
    add_note(&note, sweeps_left_out(all, leaders, panels));
    for (size_t i = 0; i < panels && !title.len; i++)
        add_finding(&title, all, leaders[i]);
    if (panels)
        page_chart(p, &(struct page_chart_form){
                          .key = "scaling",
                          .title = title.len ? page_text_of(p, &title) : "What more tasks yield",
                          .subtitle =
                              "Throughput over the number of tasks; strokes and bands are 95 % "
                              "intervals. Dotted: "
                              "the Universal Scalability Law through the points, where they carry "
                              "one.",
                          .note = page_text_of(p, &note),
                          .kind = PAGE_LINES,
                          .x = {.name = "tasks", .scale = PAGE_LOG},
                          .y = {.name = "operations a second", .unit = "per_s"}});
    for (size_t i = 0; i < panels; i++)
        add_panel(p, all, leaders[i]);
    page_settle(p, &title);
    page_settle(p, &note);
}

static int add(struct page *p, const struct chart_subject *s, struct err *err)
{
    struct scaling all = {0};
    struct err why = {0};
    if (s->cells.count > MOST_CELLS) {
        page_say(p, PAGE_LEGEND,
                 "%zu cells are too many for a picture of scaling: contend report --scaling "
                 "--filter has them "
                 "as tables.",
                 s->cells.count);
        return 0;
    }
    int failed = scaling_of(&all, s->result, 1, s->filter, USL_RELATIVE, &why);
    if (!failed)
        draw(p, &all);
    scaling_release(&all);
    if (failed && why.code == ERR_SYSTEM) {
        *err = why;
        return -1;
    }
    return 0;
}

const struct chart chart_scaling = {
    .name = "scaling",
    .summary = "what more tasks yield, with the scaling law",
    .wants = "cells that differ in their number of tasks alone (contend run --tasks 1,2,4,8)",
    .add = add,
};
