/* How long single events took, up to the slowest in a thousand: the tail is what users meet. */
#include "bench/judge/charts/pick.h"

#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/metric_names.h"

#include "bench/base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PANELS = 4, SERIES = 8 };

/* Shares whose quantiles are drawn, and how many events each takes: ten beyond it. */
static const double shares[] = {0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999};
enum { SHARES = sizeof shares / sizeof *shares };
#define BEYOND 10

/* What every launch has, and says little where a workload has a latency of its own. */
static const char fallback[] = "task_time_ns";

static bool is_latency(const struct result_metric *m)
{
    return !strcmp(m->group, "latency") && m->distribution->n >= 2 * BEYOND &&
           m->distribution->p50 > 0;
}

static const struct result_metric *pick(const struct result_cell *c)
{
    const struct result_metric *best = NULL;
    if (c->status != CELL_OK || !strcmp(c->workload_kind, "startup"))
        return NULL;
    for (size_t i = 0; i < c->metric_count; i++) {
        const struct result_metric *m = &c->metrics[i];
        if (is_latency(m) && (!best || !strcmp(best->name, fallback)))
            best = m;
    }
    return best;
}

static double total(const struct result_metric *m)
{
    double sum = 0;
    for (size_t i = 0; i < m->bucket_count; i++)
        sum += (double)m->buckets[i].count;
    return sum;
}

/* The low end of the bucket it lies in; buckets are 1 % wide or so. */
static double of_buckets(const struct result_metric *m, double share)
{
    double sum = 0, wanted = share * total(m);
    for (size_t i = 0; i < m->bucket_count; i++) {
        sum += (double)m->buckets[i].count;
        if (sum >= wanted)
            return (double)m->buckets[i].low;
    }
    return (double)NAN;
}

static bool is_near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

static double quantile(const struct result_metric *m, double share)
{
    const struct distribution *d = m->distribution;
    if (share > 0.5 && d->n * (1 - share) < BEYOND * (1 - 1e-9))
        return (double)NAN;
    if (is_near(share, 0.5))
        return d->p50;
    if (is_near(share, 0.9))
        return d->p90;
    if (is_near(share, 0.99))
        return d->p99;
    if (is_near(share, 0.999))
        return d->p999;
    return m->bucket_count ? of_buckets(m, share) : (double)NAN;
}

static bool has_locks(const struct chart_subject *s)
{
    for (size_t i = 0; i < s->cells.count; i++)
        if (cell_is_locked(s->cells.items[i]))
            return true;
    return false;
}

static void add_curve(struct page *p, const struct chart_subject *s, const struct result_cell *c,
                      const struct result_metric *m, unsigned tint)
{
    struct buf name = {0};
    add_curve_name(&name, c, has_locks(s));
    page_series(p, &(struct page_series_form){.name = page_text_of(p, &name), .tint = tint});
    for (size_t i = 0; i < SHARES; i++) {
        double y = quantile(m, shares[i]);
        if (isfinite(y) && y > 0)
            page_point(p, &(struct page_point){.x = shares[i],
                                               .y = y,
                                               .lo = (double)NAN,
                                               .hi = (double)NAN,
                                               .flags = cell_flags(c)});
    }
    page_settle(p, &name);
}

/* Cells that differ in lock and executor alone, and whose events are the same. */
static bool is_of_panel(const struct result_cell *a, const struct result_metric *m,
                        const struct result_cell *b, const struct result_metric *n)
{
    return !strcmp(a->workload, b->workload) && !compare_rests(cell_rest(a), cell_rest(b)) &&
           !strcmp(m->name, n->name);
}

static bool is_first(const struct chart_subject *s, size_t at, const struct result_metric *m)
{
    for (size_t i = 0; i < at; i++) {
        const struct result_metric *n = pick(s->cells.items[i]);
        if (n && is_of_panel(s->cells.items[i], n, s->cells.items[at], m))
            return false;
    }
    return true;
}

/* The cells that have a curve: the first few of each of the first few panels. */
static void mark_drawn(const struct chart_subject *s, bool *is_drawn)
{
    size_t panels = 0;
    for (size_t i = 0; i < s->cells.count && panels < PANELS; i++) {
        const struct result_metric *m = pick(s->cells.items[i]);
        if (!m || !is_first(s, i, m))
            continue;
        panels++;
        for (size_t k = i, drawn = 0; k < s->cells.count && drawn < SERIES; k++) {
            const struct result_metric *n = pick(s->cells.items[k]);
            if (n && is_of_panel(s->cells.items[i], m, s->cells.items[k], n)) {
                is_drawn[k] = true;
                drawn++;
            }
        }
    }
}

static void add_panel(struct page *p, const struct chart_subject *s, const bool *is_drawn,
                      size_t first)
{
    const struct result_cell *c = s->cells.items[first];
    const struct result_metric *m = pick(c);
    char head[64];
    static const struct page_axis x = {.name = "share of events that took no longer",
                                       .unit = "ratio",
                                       .scale = PAGE_TAIL,
                                       .from = 0.5,
                                       .to = 0.999};
    const struct page_axis y = {
        .name = metric_head(head, sizeof head, m->name), .unit = m->unit, .scale = PAGE_LOG};
    struct buf title = {0};
    size_t drawn = 0;
    buf_printf(&title, "%s of %s, ", head, c->workload);
    add_rest(&title, cell_rest(c));
    page_panel(p, page_text_of(p, &title), &x, &y);
    for (size_t i = first; i < s->cells.count; i++) {
        const struct result_metric *n = is_drawn[i] ? pick(s->cells.items[i]) : NULL;
        if (n && is_of_panel(c, m, s->cells.items[i], n))
            add_curve(p, s, s->cells.items[i], n, (unsigned)drawn++ + 1);
    }
    page_settle(p, &title);
}

/* What a title may be of: usable cells whose curve is drawn. */
static const struct result_metric *told(const struct chart_subject *s, const bool *is_drawn,
                                        size_t i)
{
    return is_drawn[i] && !cell_flags(s->cells.items[i]) ? pick(s->cells.items[i]) : NULL;
}

/* The far end that all curves reach, so that like is held against like: p99.9, or else p99. */
static double far_share(const struct chart_subject *s, const bool *is_drawn)
{
    for (size_t i = 0; i < s->cells.count; i++) {
        const struct result_metric *m = told(s, is_drawn, i);
        if (m && isfinite(quantile(m, 0.99)) && !isfinite(quantile(m, 0.999)))
            return 0.99;
    }
    return 0.999;
}

/*
 * Whose slowest events are slowest as against its usual ones.  Not whose take longest: events of
 * different workloads are different work, and the longest work is no tail.
 */
static void add_finding(struct buf *out, const struct chart_subject *s, const bool *is_drawn,
                        bool is_of_all)
{
    const struct result_cell *heaviest = NULL;
    double longest = 0, middle = 1, share = far_share(s, is_drawn);
    char a[40], b[40];
    for (size_t i = 0; i < s->cells.count; i++) {
        const struct result_metric *m = told(s, is_drawn, i);
        double far = m ? quantile(m, share) : (double)NAN;
        if (!isfinite(far) || !(far / m->distribution->p50 > longest / middle))
            continue;
        heaviest = s->cells.items[i];
        longest = far;
        middle = m->distribution->p50;
    }
    if (!heaviest) {
        buf_add(out, "How long single events took");
        return;
    }
    buf_printf(out, "The heaviest tail for its median%s: ", is_of_all ? "" : ", of those drawn");
    add_cell_name(out, heaviest);
    buf_printf(out, ": p50 %s, p%g %s", units_format(a, sizeof a, middle, "ns", 2), 100 * share,
               units_format(b, sizeof b, longest, "ns", 2));
}

static void draw(struct page *p, const struct chart_subject *s, const bool *is_drawn)
{
    struct buf title = {0}, note = {0};
    size_t panels = 0, left_out = 0;
    for (size_t i = 0; i < s->cells.count; i++)
        left_out += !is_drawn[i] && pick(s->cells.items[i]);
    add_left_out(&note, left_out);
    for (size_t i = 0; i < s->cells.count; i++) {
        if (!is_drawn[i] || !is_first(s, i, pick(s->cells.items[i])))
            continue;
        if (!panels++) {
            add_finding(&title, s, is_drawn, !left_out);
            page_chart(
                p,
                &(struct page_chart_form){
                    .key = "latency",
                    .title = page_text_of(p, &title),
                    .subtitle =
                        "Times of single events of all launches, by the share that took no longer; "
                        "each step to the right is a tenth of the events before.",
                    .note = page_text_of(p, &note),
                    .kind = PAGE_LINES,
                    .x = {.name = "share",
                          .unit = "ratio",
                          .scale = PAGE_TAIL,
                          .from = 0.5,
                          .to = 0.999},
                    .y = {.name = "time", .unit = "ns", .scale = PAGE_LOG}});
        }
        add_panel(p, s, is_drawn, i);
    }
    page_settle(p, &title);
    page_settle(p, &note);
}

static int add(struct page *p, const struct chart_subject *s, struct err *err)
{
    bool *is_drawn = calloc(s->cells.count + 1, sizeof *is_drawn);
    if (!is_drawn)
        return err_set(err, ERR_SYSTEM, "charts: out of memory");
    mark_drawn(s, is_drawn);
    draw(p, s, is_drawn);
    free(is_drawn);
    return 0;
}

const struct chart chart_latency = {
    .name = "latency",
    .summary = "how long single events took, to the slowest in a thousand",
    .wants = "cells with a distribution of times, such as wake_lateness_ns or io_latency_ns",
    .add = add,
};
