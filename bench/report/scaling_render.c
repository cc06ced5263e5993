/* Sweeps and their law as text, Markdown and JSON. */
#include "bench/core/json.h"
#include "bench/report/scaling.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const scaling_formats[] = {"text", "markdown", "json", NULL};

/* "spin/gil/thread  interval=1ms": the id without its number of tasks. */
static void add_name(struct buf *out, const struct sweep *s)
{
    size_t before;
    const char *id = s->points[0].cell->id, *rest = scaling_behind_tasks(id, &before);
    buf_printf(out, "%s%s%.*s%s%s", s->label, s->label[0] ? ": " : "", (int)before, id,
               rest[0] ? "  " : "", rest[0] == ',' ? rest + 1 : rest);
}

struct row_text {
    char throughput[48], speedup[24], interval[40], efficiency[24];
};

static void row_text(const struct scaling_point *p, struct row_text *out)
{
    struct number x;
    number_of_summary(&x, &p->throughput->summary, p->throughput->unit, p->throughput->nature);
    number_text(out->throughput, sizeof out->throughput, &x);
    /* Of a few samples the interval has less than the level asked for: rough, as in all tables. */
    const char *rough = p->speedup.level < SUMMARY_LEVEL ? "~" : "";
    *out->speedup = *out->interval = *out->efficiency = '\0';
    if (isnan(p->speedup.center)) {
        snprintf(out->speedup, sizeof out->speedup, "~");
        snprintf(out->efficiency, sizeof out->efficiency, "~");
        return;
    }
    snprintf(out->speedup, sizeof out->speedup, "%s%.2fx", rough, p->speedup.center);
    snprintf(out->efficiency, sizeof out->efficiency, "%s%.2f", rough, p->efficiency_ratio);
    if (!isnan(p->speedup.lo))
        snprintf(out->interval, sizeof out->interval, "%.2f .. %.2f", p->speedup.lo, p->speedup.hi);
}

static void add_value(struct buf *out, const char *name, const struct usl_value *v)
{
    buf_printf(out, "%s %.4g (%.3g .. %.3g)", name, v->center, v->lo, v->hi);
}

/* A peak far beyond what was measured is not one that was seen. */
static bool has_peak(const struct sweep *s)
{
    double last = (double)s->points[s->count - 1].cell->tasks;
    return s->law.peak.center <= 2 * last && isfinite(s->law.peak.hi);
}

static void add_law(struct buf *out, const struct sweep *s)
{
    if (s->law.refusal[0]) {
        buf_printf(out, "no scaling law: %s\n", s->law.refusal);
        return;
    }
    buf_add(out, "law: ");
    add_value(out, "sigma", &s->law.sigma);
    add_value(out, ", kappa", &s->law.kappa);
    if (has_peak(s))
        add_value(out, ", most throughput at tasks =", &s->law.peak);
    else
        buf_printf(out, ", no peak up to %lld tasks",
                   (long long)s->points[s->count - 1].cell->tasks);
    buf_printf(out, "; %.1f %% off the points; intervals at %.0f %%\n", 100 * s->law.residual_ratio,
               100 * USL_LEVEL);
}

static void render_as_text(const struct sweep *s, struct buf *out)
{
    add_name(out, s);
    buf_printf(out, "\n  %5s  %12s  %9s  %16s  %10s\n", "tasks", "throughput", "speed-up",
               "interval", "efficiency");
    for (size_t i = 0; i < s->count; i++) {
        struct row_text t;
        row_text(&s->points[i], &t);
        buf_printf(out, "  %5lld  %12s  %9s  %16s  %10s\n", (long long)s->points[i].cell->tasks,
                   t.throughput, t.speedup, t.interval, t.efficiency);
    }
    buf_add(out, "  ");
    add_law(out, s);
}

static void render_as_markdown(const struct sweep *s, struct buf *out)
{
    buf_add(out, "### `");
    add_name(out, s);
    buf_add(out, "`\n\n| tasks | throughput | speed-up | interval | efficiency |\n"
                 "|---:|---:|---:|:---:|---:|\n");
    for (size_t i = 0; i < s->count; i++) {
        struct row_text t;
        row_text(&s->points[i], &t);
        buf_printf(out, "| %lld | %s | %s | %s | %s |\n", (long long)s->points[i].cell->tasks,
                   t.throughput, t.speedup, t.interval, t.efficiency);
    }
    buf_add(out, "\n");
    add_law(out, s);
}

static json_t *interval_json(double center, double lo, double hi)
{
    json_t *o = json_object();
    json_set_finite(o, "center", center);
    json_set_finite(o, "lo", lo);
    json_set_finite(o, "hi", hi);
    return o;
}

static json_t *law_json(const struct usl *u)
{
    json_t *o = json_object();
    if (u->refusal[0]) {
        json_object_set_new(o, "refusal", json_string(u->refusal));
        return o;
    }
    json_object_set_new(o, "sigma", interval_json(u->sigma.center, u->sigma.lo, u->sigma.hi));
    json_object_set_new(o, "kappa", interval_json(u->kappa.center, u->kappa.lo, u->kappa.hi));
    json_object_set_new(o, "peak_tasks", interval_json(u->peak.center, u->peak.lo, u->peak.hi));
    json_set_finite(o, "residual_ratio", u->residual_ratio);
    json_set_finite(o, "lack_of_fit_ratio", u->lack_of_fit_ratio);
    json_set_finite(o, "level", USL_LEVEL);
    return o;
}

static json_t *sweep_json(const struct sweep *s)
{
    struct buf name = {0};
    json_t *points = json_array(), *o = json_object();
    for (size_t i = 0; i < s->count; i++) {
        const struct scaling_point *p = &s->points[i];
        json_t *point = json_object();
        json_object_set_new(point, "id", json_string(p->cell->id));
        json_object_set_new(point, "tasks", json_integer(p->cell->tasks));
        json_set_finite(point, "throughput_per_s", p->throughput->summary.center);
        json_object_set_new(point, "speedup_ratio",
                            interval_json(p->speedup.center, p->speedup.lo, p->speedup.hi));
        json_set_finite(point, "efficiency_ratio", p->efficiency_ratio);
        json_array_append_new(points, point);
    }
    add_name(&name, s);
    json_object_set_new(o, "sweep", json_string(buf_text(&name)));
    json_object_set_new(o, "points", points);
    json_object_set_new(o, "law", law_json(&s->law));
    buf_release(&name);
    return o;
}

static void render_as_json(const struct scaling *s, struct buf *out)
{
    json_t *sweeps = json_array();
    for (size_t i = 0; i < s->count; i++)
        json_array_append_new(sweeps, sweep_json(&s->sweeps[i]));
    json_t *o = json_pack("{s:s, s:o}", "weights",
                          s->weights == USL_ABSOLUTE ? "absolute" : "relative", "sweeps", sweeps);
    json_add_text(out, o, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
}

int scaling_render(const struct scaling *s, const char *format, struct buf *out, struct err *err)
{
    bool is_markdown = !strcmp(format, "markdown");
    if (!strcmp(format, "json"))
        render_as_json(s, out);
    else
        for (size_t i = 0; i < s->count; i++) {
            buf_add(out, i ? "\n" : "");
            (is_markdown ? render_as_markdown : render_as_text)(&s->sweeps[i], out);
        }
    return out->failed ? err_set(err, ERR_SYSTEM, "scaling: out of memory") : 0;
}
