/* Who is better than whom, by what was measured, and of whom that cannot be told. */
#include "bench/judge/advise/advise.h"
#include "bench/stats/summary.h"

#include <math.h>
#include <stdlib.h>

/* ---- What the samples say -------------------------------------------------------------------- */

static double served(const struct advise_sample *s)
{
    return s->served_per_s;
}

static double kept(const struct advise_sample *s)
{
    return s->kept_ratio;
}

static double median_time(const struct advise_sample *s)
{
    return s->p50_ns;
}

static double long_time(const struct advise_sample *s)
{
    return isnan(s->p99_ns) ? s->max_ns : s->p99_ns;
}

static int summarise(const double *values, size_t count, struct page_value *out, struct err *err)
{
    struct summary sum;
    *out = page_exactly((double)NAN);
    if (!count)
        return 0;
    if (summary_of(values, count, SUMMARY_LEVEL, &sum, err))
        return -1;
    *out = (struct page_value){sum.center, sum.lo, sum.hi, sum.level, sum.n};
    return 0;
}

static int of_samples(const struct advise_entry *e, double (*value)(const struct advise_sample *),
                      struct page_value *out, struct err *err)
{
    double *all = calloc(e->samples.count + 1, sizeof *all);
    size_t count = 0;
    if (!all)
        return err_set(err, ERR_SYSTEM, "advise: no memory for samples");
    for (size_t i = 0; i < e->samples.count; i++) {
        all[count] = value(&e->samples.items[i]);
        count += isfinite(all[count]);
    }
    int failed = summarise(all, count, out, err);
    free(all);
    return failed;
}

static const struct advise_sample *in_round(const struct advise_entry *e, uint32_t round)
{
    for (size_t i = 0; i < e->samples.count; i++)
        if (e->samples.items[i].round == round)
            return &e->samples.items[i];
    return NULL;
}

/* Round by round: what disturbed a round disturbed both, and what came in it was the same. */
static int against(const struct advise_entry *e, const struct advise_entry *best,
                   double (*value)(const struct advise_sample *), struct page_value *out,
                   struct err *err)
{
    double *all = calloc(e->samples.count + 1, sizeof *all);
    size_t count = 0;
    if (!all)
        return err_set(err, ERR_SYSTEM, "advise: no memory for ratios");
    for (size_t i = 0; i < e->samples.count; i++) {
        const struct advise_sample *mine = &e->samples.items[i], *its = in_round(best, mine->round);
        all[count] = its ? value(mine) / value(its) : (double)NAN;
        count += isfinite(all[count]);
    }
    int failed = summarise(all, count, out, err);
    free(all);
    return failed;
}

/* ---- Order ----------------------------------------------------------------------------------- */

static bool is_measured(const struct advise_entry *e)
{
    return e->samples.count > 0 && e->served.center > 0;
}

/* Whether it does what was asked for, in so many of the respects. */
static int duties(const struct advise_entry *e)
{
    return 4 * e->fits + 2 * e->keeps_up + e->meets_slo;
}

/* Negative where a is better by its medians. */
static int order(const struct advise_entry *a, const struct advise_entry *b, bool is_open)
{
    if (is_measured(a) != is_measured(b))
        return is_measured(a) ? -1 : 1;
    if (!is_measured(a))
        return 0;
    if (duties(a) != duties(b))
        return duties(a) > duties(b) ? -1 : 1;
    if (is_open && a->keeps_up && isfinite(a->p99.center) && isfinite(b->p99.center))
        return (a->p99.center > b->p99.center) - (a->p99.center < b->p99.center);
    return (a->served.center < b->served.center) - (a->served.center > b->served.center);
}

/* Few, and ties keep their order. */
static void sort(struct advise_board *b, bool is_open)
{
    for (size_t i = 1; i < b->count; i++) {
        struct advise_entry e = b->items[i];
        size_t k = i;
        for (; k > 0 && order(&e, &b->items[k - 1], is_open) < 0; k--)
            b->items[k] = b->items[k - 1];
        b->items[k] = e;
    }
}

/*
 * As good, or not shown to be worse: what it served reaches up to nearly the best's in some round
 * that the interval holds, and by its median it is not far off.  Where all keep up, answers count:
 * round by round again, for p99 of few requests is mostly what came in that round.
 */
static bool is_close(const struct advise_entry *e, const struct advise_entry *best, bool is_open)
{
    if (!is_measured(e) || duties(e) != duties(best))
        return false;
    if (e == best)
        return true;
    if (is_open && best->keeps_up)
        return e->longer.center <= ADVISE_P99_CLOSE_RATIO ||
               (e->samples.count >= 2 && e->longer.lo <= 1 && e->longer.center <= ADVISE_P99_RATIO);
    if (isnan(e->ratio.center))
        return false;
    return e->ratio.center >= ADVISE_CLOSE_RATIO ||
           (e->samples.count >= 2 && e->ratio.hi >= ADVISE_CLOSE_RATIO &&
            e->ratio.center >= 1 - 2 * (1 - ADVISE_CLOSE_RATIO));
}

const struct page_value *advise_promised(const struct advise_entry *e, const struct advise_work *w)
{
    return w->slo_ratio <= 0.5 ? &e->p50 : &e->p99;
}

int advise_rank(struct advise_board *b, const struct advise_work *w, struct err *err)
{
    bool is_open = w->rate_per_s > 0;
    for (size_t i = 0; i < b->count; i++) {
        struct advise_entry *e = &b->items[i];
        if (of_samples(e, served, &e->served, err) || of_samples(e, kept, &e->kept, err) ||
            of_samples(e, median_time, &e->p50, err) || of_samples(e, long_time, &e->p99, err))
            return -1;
        e->keeps_up = !is_open || e->kept.center >= ADVISE_KEEPS_UP;
        e->meets_slo = !(w->slo_ns > 0) || advise_promised(e, w)->center <= w->slo_ns;
        e->fits = !(w->memory_bytes > 0) || !(e->memory_bytes > w->memory_bytes);
    }
    sort(b, is_open);
    for (size_t i = 0; i < b->count; i++) {
        struct advise_entry *e = &b->items[i];
        if (against(e, &b->items[0], served, &e->ratio, err) ||
            against(e, &b->items[0], long_time, &e->longer, err))
            return -1;
        e->is_close = is_close(e, &b->items[0], is_open);
        e->rank = is_measured(e) ? (uint32_t)(i + 1) : 0;
    }
    return 0;
}

/* ---- What is learned for the model ----------------------------------------------------------- */

/*
 * CPU time of a request beyond its own computing: what the least disturbed of the samples says
 * where the shape had all it can use of the CPUs busy.
 */
static double extra_ns(const struct advise_entry *e, const struct advise_work *w)
{
    static const struct advise_costs none;
    struct advise_work closed = *w;
    double best = 0;
    closed.rate_per_s = 0;
    struct advise_shape plenty = e->shape;
    plenty.units = ADVISE_UNITS_MOST;
    closed.concurrency = ADVISE_UNITS_MOST;
    double lanes = advise_capacity(&closed, &none, &plenty) * w->cpu_ns * 1e-9;
    for (size_t i = 0; i < e->samples.count; i++)
        best = fmax(best, e->samples.items[i].served_per_s);
    return best > 0 ? lanes * 1e9 / best - w->cpu_ns : (double)NAN;
}

static bool is_saturated(const struct advise_entry *e, const struct advise_work *w)
{
    static const struct advise_costs none;
    double needed = advise_units_needed(w, &none, e->shape.processes, e->shape.kind);
    return !(w->rate_per_s > 0) && e->shape.units >= 1.4 * needed;
}

void advise_learn(const struct advise_board *b, const struct advise_work *w, struct advise_costs *c)
{
    bool is_known[ADVISE_KINDS] = {false};
    for (size_t i = 0; i < b->count; i++) {
        const struct advise_entry *e = &b->items[i];
        if (!is_measured(e) || !is_saturated(e, w))
            continue;
        double extra = fmax(extra_ns(e, w), 0);
        double *known = &c->extra_ns[e->shape.kind];
        *known = is_known[e->shape.kind] ? fmin(*known, extra) : extra;
        is_known[e->shape.kind] = true;
    }
}
