/* What changed in a track that was found to change; see history_explain.h. */
#include "bench/report/history/explain.h"

#include "bench/stats/robust.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>

/* A move is real from this many standard errors on. */
#define MOVE_ERRORS 3.0

static int out_of_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "history: out of memory");
}

/* ---- Points ------------------------------------------------------------------------- */

/* Marks lone spikes in the track and returns the rest, from point `first` on. */
int track_curve_open(struct track_curve *c, struct track *t, size_t first, struct err *err)
{
    size_t n = t->point_count - first;
    bool *is_spike = calloc(n + 1, sizeof *is_spike);
    *c = (struct track_curve){.x = calloc(n + 1, sizeof *c->x),
                              .point = calloc(n + 1, sizeof *c->point)};
    int failed = !is_spike || !c->x || !c->point ? out_of_memory(err) : 0;
    for (size_t i = 0; !failed && i < n; i++)
        c->x[i] = t->points[first + i].value;
    failed = failed || changepoint_spikes(c->x, n, is_spike, err);
    for (size_t i = 0; !failed && i < n; i++) {
        t->points[first + i].is_spike = is_spike[i];
        if (is_spike[i])
            continue;
        c->x[c->count] = t->points[first + i].value;
        c->point[c->count++] = first + i;
    }
    free(is_spike);
    if (failed) {
        free(c->x);
        free(c->point);
    }
    return failed ? -1 : 0;
}

void track_curve_close(struct track_curve *c)
{
    free(c->x);
    free(c->point);
}

double track_weight(const struct track *t)
{
    return t->is_anchored ? 1 : HISTORY_RAW_WEIGHT;
}

/* ---- Describing --------------------------------------------------------------------- */

static double least_move(const struct history_judgements *all, const struct track *t)
{
    double ratio = all->request.least_ratio;
    if (!t->is_anchored)
        ratio = fmax(ratio, HISTORY_LEAST_RATIO_RAW);
    return log1p(ratio);
}

/*
 * What the shifts between regimes may be wrong by, as far as it moves the two sides apart: a
 * shift that both sides share in the same measure moves neither.  Variance.
 */
static double chaining_variance(const struct track *t, const struct track_curve *c, size_t from,
                                size_t at, size_t to, double spread)
{
    double sum = 0;
    for (size_t r = 1; r < t->regime_count; r++) {
        double before = 0, after = 0;
        for (size_t i = from; i < to; i++)
            if (t->points[c->point[i]].regime == r)
                *(i < at ? &before : &after) += 1;
        double share = before / (double)(at - from) - after / (double)(to - at);
        sum += share * share * t->regimes[r].shift_variances * spread * spread;
    }
    return sum;
}

/* Whether an accept speaks of that series and of a commit among points last_good+1 .. first_bad. */
static const struct history_accept *find_accept(const struct history *h,
                                                const struct history_tracks *tracks,
                                                const struct track *t, size_t last_good,
                                                size_t first_bad)
{
    for (size_t i = h->accept_count; i-- > 0;) {
        const struct history_accept *a = &h->accepts[i];
        size_t from = history_order_of(tracks, a->from), to = history_order_of(tracks, a->to);
        if (fnmatch(a->series, t->series, 0) || from == tracks->commit_count ||
            to == tracks->commit_count)
            continue;
        if (from <= t->points[first_bad].order && to > t->points[last_good].order)
            return a;
    }
    return NULL;
}

static bool is_large(const struct history_judgements *all, const struct track *t,
                     const struct history_change *c)
{
    return fabs(c->move) >= fmax(least_move(all, t), MOVE_ERRORS * c->move_error);
}

/* Only what way the series was found to move: cuts come from both. */
static void add_change(const struct history_judgements *all, struct history_judgement *j,
                       const struct history_change *c)
{
    double p = c->move > 0 ? j->p_worse : j->p_better;
    if (p <= all->request.alpha && is_large(all, j->track, c))
        j->changes[j->change_count++] = *c;
}

static int median_of(const double *x, size_t count, double *out, struct err *err)
{
    struct summary s;
    if (summary_of(x, count, SUMMARY_LEVEL, &s, err))
        return -1;
    *out = s.center;
    return 0;
}

static int describe_steps(const struct history_judgements *all, struct history_judgement *j,
                          const struct track_curve *c, const struct changepoint_plan *plan,
                          const size_t *cuts, size_t cut_count, struct err *err)
{
    double today;
    size_t last = cut_count > 0 ? cuts[cut_count - 1] : 0;
    if (median_of(c->x + last, c->count - last, &today, err))
        return -1;
    for (size_t i = 0; i < cut_count; i++) {
        size_t from = i > 0 ? cuts[i - 1] : 0, to = i + 1 < cut_count ? cuts[i + 1] : c->count;
        struct changepoint p;
        if (changepoint_locate(c->x + from, to - from, plan, &p, err))
            return -1;
        double variance = chaining_variance(j->track, c, from, from + p.at, to, p.spread);
        add_change(all, j,
                   &(struct history_change){
                       .last_good = c->point[from + p.earliest - 1],
                       .first_bad = c->point[from + p.latest],
                       .likely = c->point[from + p.at],
                       .move = p.move,
                       .move_error = sqrt(p.move_error * p.move_error + variance),
                       .is_recovered = p.move > 0 && today - p.before < least_move(all, j->track),
                   });
    }
    return 0;
}

/* The line's rise from the first point to the last, and its standard error. */
static int describe_drift(const struct history_judgements *all, struct history_judgement *j,
                          const struct track_curve *c, struct err *err)
{
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
    add_change(all, j,
               &(struct history_change){
                   .is_drift = true,
                   .last_good = c->point[0],
                   .first_bad = c->point[c->count - 1],
                   .likely = c->point[c->count - 1],
                   .move = drift.slope * (double)(c->count - 1),
                   .move_error = spread * sqrt(12 / (double)c->count),
                   .trend_p = drift.p,
               });
    return 0;
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
    for (int v = HISTORY_WORSE; v <= HISTORY_BETTER; v++)
        if (any[v]) {
            j->verdict = (enum history_verdict)v;
            return;
        }
    j->verdict = HISTORY_STEADY;
}

/* The changes of a track from point `first` on. */
static int describe(const struct history_judgements *all, struct history_judgement *j,
                    const struct history_tracks *tracks, const struct history *h, size_t first,
                    const struct changepoint_plan *plan, double p_cut, struct err *err)
{
    struct track_curve c;
    size_t cut_count = 0;
    bool is_line = false;
    if (track_curve_open(&c, j->track, first, err))
        return -1;
    size_t *cuts = calloc(c.count + 1, sizeof *cuts);
    free(j->changes);
    j->change_count = 0;
    j->changes = calloc(c.count + 1, sizeof *j->changes);
    int failed = !cuts || !j->changes ? out_of_memory(err) : 0;
    failed = failed || changepoint_segment(c.x, c.count, plan, p_cut / track_weight(j->track), cuts,
                                           &cut_count, err);
    if (!failed && cut_count > 0)
        failed = changepoint_prefers_line(c.x, c.count, cuts, cut_count, &is_line, err);
    if (!failed && is_line)
        failed = describe_drift(all, j, &c, err);
    else if (!failed)
        failed = describe_steps(all, j, &c, plan, cuts, cut_count, err);
    for (size_t i = 0; !failed && i < j->change_count; i++)
        j->changes[i].accept =
            find_accept(h, tracks, j->track, j->changes[i].last_good, j->changes[i].first_bad);
    free(cuts);
    track_curve_close(&c);
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

int history_explain(const struct history_judgements *all, struct history_judgement *j,
                    const struct history_tracks *tracks, const struct history *h,
                    const struct changepoint_plan *plan, double p_cut, struct err *err)
{
    if (describe(all, j, tracks, h, history_first_point(&all->request, j->track), plan, p_cut, err))
        return -1;
    /* A drift that was accepted up to a commit is looked at again from there. */
    if (j->change_count == 1 && j->changes[0].is_drift && j->changes[0].accept) {
        struct history_change accepted = j->changes[0];
        size_t first = point_behind(tracks, j->track, accepted.accept);
        if (describe(all, j, tracks, h, first, plan, p_cut, err))
            return -1;
        if (j->change_count == 0)
            j->changes[j->change_count++] = accepted;
    }
    conclude(j);
    return 0;
}
