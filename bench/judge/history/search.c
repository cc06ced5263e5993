/* Where a track may have changed; see explain.h. */
#include "bench/judge/history/explain.h"

#include <math.h>
#include <stdlib.h>

static int out_of_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "history: out of memory");
}

double track_weight(const struct track *t)
{
    return t->is_anchored ? 1 : HISTORY_RAW_WEIGHT;
}

/* Lone spikes are marked for whoever reads the page; the test takes them as they are. */
static int open_curve(struct track_curve *c, struct track *t, size_t first, struct err *err)
{
    size_t n = t->point_count - first;
    bool *is_spike = calloc(n + 1, sizeof *is_spike);
    *c = (struct track_curve){.x = calloc(n + 1, sizeof *c->x), .first = first, .count = n};
    int failed = !is_spike || !c->x ? out_of_memory(err) : 0;
    for (size_t i = 0; !failed && i < n; i++)
        c->x[i] = t->points[first + i].value;
    failed = failed || changepoint_spikes(c->x, n, is_spike, err);
    for (size_t i = 0; !failed && i < n; i++) {
        t->points[first + i].is_spike = is_spike[i];
        c->spike_count += is_spike[i];
    }
    free(is_spike);
    return failed ? -1 : 0;
}

/*
 * The dependence is that of what the cuts of independent points leave over, and stays: cut again,
 * a step that is missed would pass for dependence, and hide the next.
 */
static int reckon_with_dependence(struct history_search *s, double p_cut, struct err *err)
{
    const struct track_curve *c = &s->curve;
    if (changepoint_dependence(c->x, c->count, s->cuts.items, s->cuts.count, &s->plan.dependence,
                               err))
        return -1;
    if (!(s->plan.dependence > 0))
        return 0;
    return changepoint_segment(c->x, c->count, &s->plan, p_cut, &s->cuts, err);
}

int history_search(struct history_search *s, struct track *t, size_t first,
                   const struct history_request *request, const struct changepoint_plan *plan,
                   struct err *err)
{
    double weight = track_weight(t), p_cut = request->alpha / weight;
    *s = (struct history_search){.plan = *plan};
    if (open_curve(&s->curve, t, first, err))
        return -1;
    s->cuts.items = calloc(s->curve.count + 1, sizeof *s->cuts.items);
    if (!s->cuts.items)
        return out_of_memory(err);
    if (changepoint_segment(s->curve.x, s->curve.count, &s->plan, p_cut, &s->cuts, err))
        return -1;
    s->independent_up = s->cuts.up;
    if (fmin(s->cuts.up.p, s->cuts.down.p) * weight > HISTORY_WATCH)
        return 0;
    return reckon_with_dependence(s, p_cut, err);
}

void history_search_release(struct history_search *s)
{
    free(s->curve.x);
    free(s->cuts.items);
    *s = (struct history_search){0};
}
