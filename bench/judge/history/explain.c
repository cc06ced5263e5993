/* What a search that found something means for the verdict; see explain.h. */
#include "bench/judge/history/explain.h"

#include "bench/stats/changepoint_widening.h"
#include "bench/stats/robust.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>

static int out_of_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "history: out of memory");
}

double history_least_move(const struct history_context *v, const struct track *t)
{
    double ratio = v->all->request.least_ratio;
    if (!t->is_anchored)
        ratio = fmax(ratio, HISTORY_LEAST_RATIO_RAW);
    return log1p(ratio);
}

bool history_is_large(const struct history_context *v, const struct track *t,
                      const struct history_change *c)
{
    return fabs(c->move) >= fmax(history_least_move(v, t), MOVE_ERRORS * c->move_error);
}

bool history_counts(const struct history_context *v, const struct track *t, bool is_up, double p)
{
    return p * track_weight(t) <= (is_up ? v->worse_limit : v->better_limit);
}

const struct history_accept *history_find_accept(const struct history_context *v,
                                                 const struct track *t, size_t last_before,
                                                 size_t first_bad)
{
    for (size_t i = v->h->accept_count; i-- > 0;) {
        const struct history_accept *a = &v->h->accepts[i];
        size_t from = history_order_of(v->tracks, a->from), to = history_order_of(v->tracks, a->to);
        if (fnmatch(a->series, t->series, 0) || from == v->tracks->commit_count ||
            to == v->tracks->commit_count)
            continue;
        if (from <= t->points[first_bad].order && to > t->points[last_before].order)
            return a;
    }
    return NULL;
}

/* The line's rise from the first point to the last, and its standard error. */
static int explain_drift(const struct history_context *v, struct history_judgement *j,
                         const struct history_search *found, struct err *err)
{
    const struct track_curve *c = &found->curve;
    struct drift drift;
    double spread, *left = calloc(c->count, sizeof *left);
    if (!left)
        return out_of_memory(err);
    int failed = drift_of(c->x, c->count, &drift, err);
    for (size_t i = 0; !failed && i < c->count; i++)
        left[i] = c->x[i] - drift.slope * (double)i;
    failed = failed || mad_of(left, c->count, &spread, err);
    free(left);
    if (failed)
        return -1;
    struct history_change change = {
        .is_drift = true,
        .last_before = c->first,
        .last_good = c->first,
        .first_bad = c->first + c->count - 1,
        .likely = c->first + c->count - 1,
        .move = drift.slope * (double)(c->count - 1),
        .move_error = spread * sqrt(12 / (double)c->count) *
                      changepoint_line_widening(found->plan.dependence, c->count),
        .trend_p = drift.p,
    };
    bool is_up = change.move > 0;
    if (history_counts(v, j->track, is_up, is_up ? found->cuts.up.p : found->cuts.down.p) &&
        history_is_large(v, j->track, &change)) {
        change.accept = history_find_accept(v, j->track, change.last_before, change.first_bad);
        j->changes[j->change_count++] = change;
    }
    return 0;
}

/* The cuts that count in either direction; returns how many. */
static size_t keep_cuts(const struct history_context *v, const struct track *t,
                        const struct changepoint_cuts *all, struct changepoint_cut *kept)
{
    size_t count = 0;
    double limit = fmax(v->worse_limit, v->better_limit);
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].p * track_weight(t) <= limit)
            kept[count++] = all->items[i];
    return count;
}

static int explain(const struct history_context *v, struct history_judgement *j,
                   const struct history_search *found, struct err *err)
{
    const struct track_curve *c = &found->curve;
    bool is_line = false;
    struct changepoint_cut *cuts = calloc(found->cuts.count + 1, sizeof *cuts);
    free(j->changes);
    j->change_count = 0;
    j->changes = calloc(found->cuts.count + 1, sizeof *j->changes);
    int failed = !cuts || !j->changes ? out_of_memory(err) : 0;
    size_t count = failed ? 0 : keep_cuts(v, j->track, &found->cuts, cuts);
    if (!failed && count > 0)
        failed = changepoint_prefers_line(c->x, c->count, cuts, count, &is_line, err);
    if (!failed)
        failed = is_line ? explain_drift(v, j, found, err)
                         : history_explain_steps(v, j, found, cuts, count, err);
    free(cuts);
    return failed ? -1 : 0;
}

/* The first point behind the accepted commits; point_count when there is none. */
static size_t point_behind(const struct history_tracks *tracks, const struct track *t,
                           const struct history_accept *a)
{
    size_t to = history_order_of(tracks, a->to), i = 0;
    while (i < t->point_count && t->points[i].order <= to)
        i++;
    return i;
}

/* A drift that was accepted up to a commit is looked at again from there. */
static int explain_from_accept(const struct history_context *v, struct history_judgement *j,
                               struct err *err)
{
    struct history_change accepted = j->changes[0];
    struct history_search later;
    size_t first = point_behind(v->tracks, j->track, accepted.accept);
    int failed = history_search(&later, j->track, first, &v->all->request, v->plan, err) ||
                 explain(v, j, &later, err);
    history_search_release(&later);
    if (!failed && j->change_count == 0)
        j->changes[j->change_count++] = accepted;
    return failed ? -1 : 0;
}

static void conclude(struct history_judgement *j)
{
    bool any[HISTORY_TOO_SHORT + 1] = {false};
    for (size_t i = 0; i < j->change_count; i++) {
        const struct history_change *c = &j->changes[i];
        any[c->move <= 0      ? HISTORY_BETTER
            : c->is_recovered ? HISTORY_RECOVERED
            : c->accept       ? HISTORY_ACCEPTED
                              : HISTORY_WORSE] = true;
    }
    j->verdict = HISTORY_STEADY;
    for (int v = HISTORY_BETTER; v >= HISTORY_WORSE; v--)
        if (any[v])
            j->verdict = (enum history_verdict)v;
}

int history_explain(const struct history_context *v, struct history_judgement *j,
                    const struct history_search *found, struct err *err)
{
    if (explain(v, j, found, err))
        return -1;
    if (j->change_count == 1 && j->changes[0].is_drift && j->changes[0].accept &&
        explain_from_accept(v, j, err))
        return -1;
    conclude(j);
    return 0;
}
