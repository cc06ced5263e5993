/* Sweeps and their law: a table and a line each for readers, all in one table for programs. */
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/judge/parts/law_json.h"
#include "bench/judge/scaling/scaling.h"

#include <math.h>
#include <string.h>

/* "spin/gil/thread  interval=1ms": the id without its number of tasks. */
static void add_name(struct buf *out, const struct sweep *s)
{
    size_t before;
    const char *id = s->points[0].cell->id, *rest = scaling_behind_tasks(id, &before);
    buf_printf(out, "%s%s%.*s%s%s", s->label, s->label[0] ? ": " : "", (int)before, id,
               rest[0] ? "  " : "", rest[0] == ',' ? rest + 1 : rest);
}

static void add_value(struct buf *out, const char *name, const struct usl_value *v)
{
    buf_printf(out, "%s %.4g (%.3g .. %.3g)", name, v->center, v->lo, v->hi);
}

/* A peak far beyond what was measured is not one that was seen; nor is one that is not shown
 * absent. */
static void say_peak(struct buf *law, const struct sweep *s)
{
    const struct usl_value *peak = &s->law.peak;
    long long last = (long long)s->points[s->count - 1].cell->tasks;
    if (peak->center <= 2 * (double)last && isfinite(peak->hi))
        add_value(law, ", most throughput at tasks =", peak);
    else if (peak->lo > (double)last)
        buf_printf(law, ", no peak up to %lld tasks", last);
    else
        buf_printf(law, ", a peak up to %lld tasks neither shown nor excluded (from %.3g on)", last,
                   peak->lo);
}

static void say_law(struct page *p, const struct sweep *s)
{
    struct buf law = {0};
    if (s->law.refusal[0]) {
        page_say(p, PAGE_SENTENCE, "no scaling law: %s", s->law.refusal);
        return;
    }
    buf_add(&law, "law: ");
    add_value(&law, "sigma", &s->law.sigma);
    add_value(&law, ", kappa", &s->law.kappa);
    say_peak(&law, s);
    buf_printf(&law, "; %.1f %% off the points; intervals at %.0f %%", 100 * s->law.residual_ratio,
               100 * USL_LEVEL);
    page_say(p, PAGE_SENTENCE, "%s", page_text_of(p, &law));
    page_settle(p, &law);
}

/* What the first point is by itself. */
static bool is_base(const struct scaling_point *point)
{
    return point->speedup.center == 1 && isnan(point->speedup.lo);
}

/* Of a few samples the interval has less than the level asked for: rough, as in all tables. */
static const char *rough_mark(const struct scaling_point *point)
{
    return !is_base(point) && point->speedup.level < SUMMARY_LEVEL ? "~" : "";
}

/* Whether something can be said of it. */
static bool add_speedup(struct page *p, const struct scaling_point *point)
{
    const struct page_value speedup = value_of_ratio(&point->speedup);
    struct number n = {.text = "1x"};
    char text[64];
    if (!is_base(point))
        number_beside_ends(&n, &speedup);
    page_shown(p, speedup, "%s%s", n.text[0] == '~' ? "" : rough_mark(point), n.text);
    if (number_ends_of_quotient(text, sizeof text, &speedup, " .. ")[0])
        page_text(p, "%s", text);
    else
        page_empty(p);
    return strcmp(n.text, "~") != 0;
}

/* As well known as the speed-up, of which it is a part. */
static void add_efficiency(struct page *p, const struct scaling_point *point)
{
    const struct page_value speedup = value_of_ratio(&point->speedup);
    double ratio = point->efficiency_ratio, part = ratio / speedup.center;
    char text[40];
    if (is_base(point))
        page_shown(p, page_exactly(ratio), "1");
    else
        page_shown(p, page_exactly(ratio), "%s%s", rough_mark(point),
                   number_factor(text, sizeof text, ratio, speedup.lo * part, speedup.hi * part,
                                 rough_mark(point)[0] != '\0'));
}

static void add_point(struct page *p, const struct scaling_point *point)
{
    const struct result_metric *m = point->throughput;
    page_row(p);
    page_count(p, (uint64_t)point->cell->tasks);
    page_value(p, value_of_summary(&m->summary), m->unit, !strcmp(m->nature, "exact"));
    if (add_speedup(p, point))
        add_efficiency(p, point);
    else
        page_shown(p, page_exactly(point->efficiency_ratio), "~");
}

static void add_points(struct page *p, const struct sweep *s)
{
    for (size_t i = 0; i < s->count; i++)
        add_point(p, &s->points[i]);
}

static void add_sweep(struct page *p, const struct sweep *s)
{
    static const struct page_column columns[] = {
        {.key = "tasks", .align = PAGE_RIGHT, .width = 5},
        {.key = "throughput", .align = PAGE_RIGHT, .width = 12},
        {.key = "speedup", .head = "speed-up", .align = PAGE_RIGHT, .width = 9},
        {.key = "interval", .align = PAGE_RIGHT, .width = 16},
        {.key = "efficiency", .align = PAGE_RIGHT, .width = 10},
        {0},
    };
    struct buf name = {0};
    add_name(&name, s);
    page_grid(
        p, &(struct page_grid_form){
               .key = "sweep", .title = page_text_of(p, &name), .columns = columns, .margin = 2});
    add_points(p, s);
    page_indent(p, 2);
    say_law(p, s);
    page_indent(p, 0);
    page_settle(p, &name);
}

static void add_data(struct page *p, const struct scaling *s)
{
    static const struct page_column columns[] = {
        {.key = "tasks"},
        {.key = "throughput_per_s", .unit = "per_s", .flags = PAGE_INTERVAL},
        {.key = "speedup_ratio", .unit = "ratio", .flags = PAGE_INTERVAL},
        {.key = "interval", .to = PAGE_READERS},
        {.key = "efficiency_ratio", .unit = "ratio"},
        {0},
    };
    struct buf name = {0};
    page_grid(p, &(struct page_grid_form){.key = "sweeps", .columns = columns});
    for (size_t i = 0; i < s->count; i++) {
        buf_reset(&name);
        add_name(&name, &s->sweeps[i]);
        page_group(p, "%s", page_text_of(p, &name));
        add_points(p, &s->sweeps[i]);
    }
    page_settle(p, &name);
}

/* ---- The document --------------------------------------------------------------------------- */

static json_t *sweep_json(const struct sweep *s)
{
    struct buf name = {0};
    struct json_maker points = json_maker_list(), o = json_maker_new();
    for (size_t i = 0; i < s->count; i++) {
        const struct scaling_point *p = &s->points[i];
        struct json_maker point = json_maker_new();
        json_make_text(&point, "id", p->cell->id);
        json_make_int(&point, "tasks", p->cell->tasks);
        json_make_finite(&point, "throughput_per_s", p->throughput->summary.center);
        json_make_value(&point, "speedup_ratio",
                        interval_json(p->speedup.center, p->speedup.lo, p->speedup.hi));
        json_make_finite(&point, "efficiency_ratio", p->efficiency_ratio);
        json_make_add(&points, json_made(&point));
    }
    add_name(&name, s);
    json_make_value(&o, "sweep", json_text_of(&name));
    json_make_value(&o, "points", json_made(&points));
    json_make_value(&o, "law", law_json("peak_tasks", &s->law));
    buf_release(&name);
    return json_made(&o);
}

static json_t *document(const struct scaling *s)
{
    struct json_maker sweeps = json_maker_list();
    for (size_t i = 0; i < s->count; i++)
        json_make_add(&sweeps, sweep_json(&s->sweeps[i]));
    return json_pack("{s:s, s:o}", "weights", s->weights == USL_ABSOLUTE ? "absolute" : "relative",
                     "sweeps", json_made(&sweeps));
}

void scaling_page(struct page *p, const struct scaling *s)
{
    for (size_t i = 0; i < s->count; i++) {
        page_to(p, PAGE_READERS);
        if (i)
            page_gap(p);
        add_sweep(p, &s->sweeps[i]);
    }
    page_to(p, PAGE_DATA);
    add_data(p, s);
    page_document(p, document(s), JSON_INDENT(2) | JSON_REAL_PRECISION(9));
}
