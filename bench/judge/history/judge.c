#include "bench/judge/history/judge.h"

#include "bench/judge/history/explain.h"
#include "bench/stats/changepoint.h"
#include "bench/stats/fdr.h"
#include "bench/stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_MIN = CHANGEPOINT_BEFORE_MIN + CHANGEPOINT_AFTER_MIN };

/* Of a level: around a change that is watched, what came just before it, and what there is now. */
enum { POINTS_BEFORE = 10, POINTS_NEWEST = 5 };

const char *history_verdict_name(enum history_verdict v)
{
    static const char *const names[] = {
        [HISTORY_WORSE] = "worse",         [HISTORY_ACCEPTED] = "accepted",
        [HISTORY_RECOVERED] = "recovered", [HISTORY_BETTER] = "better",
        [HISTORY_WATCH_IT] = "watch",      [HISTORY_STEADY] = "steady",
        [HISTORY_TOO_SHORT] = "too short",
    };
    return names[v];
}

static int out_of_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "history: out of memory");
}

/* ---- Testing ------------------------------------------------------------------------ */

/* Enough that the smallest p, counted for all series, lies well below alpha. */
static struct changepoint_plan plan_for(const struct history_request *r,
                                        const struct history_tracks *tracks)
{
    enum { FEWEST = 2000, MOST = 1000000, RESERVE = 4 };
    double weight = 1;
    for (size_t i = 0; i < tracks->count; i++)
        weight = fmax(weight, track_weight(&tracks->items[i]));
    double wanted = RESERVE * weight * (double)tracks->count / r->alpha;
    return (struct changepoint_plan){
        .before_min = CHANGEPOINT_BEFORE_MIN,
        .after_min = CHANGEPOINT_AFTER_MIN,
        .permutations = (size_t)fmax(FEWEST, fmin(MOST, wanted)),
        .seed = r->seed,
    };
}

/* The first point of a track that is looked at. */
static size_t first_point(const struct history_request *request, const struct track *t)
{
    bool is_all = request->newest == 0 || request->newest >= t->point_count;
    return is_all ? 0 : t->point_count - request->newest;
}

static int search_track(struct history_judgement *j, struct history_search *found,
                        const struct history_request *request, const struct changepoint_plan *plan,
                        struct err *err)
{
    size_t first = first_point(request, j->track);
    if (history_search(found, j->track, first, request, plan, err))
        return -1;
    double weight = track_weight(j->track);
    j->point_count = found->curve.count;
    j->spike_count = found->curve.spike_count;
    j->verdict = j->point_count < POINTS_MIN ? HISTORY_TOO_SHORT : HISTORY_STEADY;
    j->dependence = found->plan.dependence;
    j->p_worse = fmin(1, found->cuts.up.p * weight);
    j->p_better = fmin(1, found->cuts.down.p * weight);
    return 0;
}

/*
 * Replaces the p-values of those judged by adjusted ones; the limits are what was asked of one
 * series.
 */
static int correct(struct history_judgements *all, struct history_context *v, struct err *err)
{
    double *p = calloc(2 * all->judged + 1, sizeof *p);
    size_t n = 0, rejected[2] = {0};
    if (!p)
        return out_of_memory(err);
    double *worse = p, *better = p + all->judged;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].verdict != HISTORY_TOO_SHORT) {
            worse[n] = all->items[i].p_worse;
            better[n++] = all->items[i].p_better;
        }
    int failed = fdr_adjust(worse, n, worse, err) || fdr_adjust(better, n, better, err);
    n = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].verdict != HISTORY_TOO_SHORT) {
            all->items[i].p_worse = worse[n];
            all->items[i].p_better = better[n++];
            rejected[0] += worse[n - 1] <= all->request.alpha;
            rejected[1] += better[n - 1] <= all->request.alpha;
        }
    double each = all->request.alpha / (double)(n ? n : 1);
    v->worse_limit = each * (double)rejected[0];
    v->better_limit = each * (double)rejected[1];
    free(p);
    return failed ? -1 : 0;
}

/* The median of x[from] to x[to - 1]; NaN when memory ran out. */
static double level_of(const struct track_curve *c, size_t from, size_t to)
{
    double *sorted = malloc((to - from) * sizeof *sorted), level = (double)NAN;
    if (sorted) {
        memcpy(sorted, c->x + from, (to - from) * sizeof *sorted);
        samples_sort(sorted, to - from);
        level = median_of_sorted(sorted, to - from);
    }
    free(sorted);
    return level;
}

/*
 * Whether what may have changed at that point (0: little by little) is there in the newest points,
 * and half as large as what would count: what is smaller, or back, needs no watching however surely
 * it was seen.
 */
static bool is_worth_watching(const struct history_context *v, const struct history_judgement *j,
                              const struct history_search *found, size_t at)
{
    const struct track_curve *c = &found->curve;
    size_t third = c->count / 3, from = at > POINTS_BEFORE ? at - POINTS_BEFORE : 0;
    size_t to = at ? at : third, behind = at ? c->count - at : third;
    size_t newest = at && behind > POINTS_NEWEST ? POINTS_NEWEST : behind;
    if (from >= to || !newest)
        return true;
    double rise = level_of(c, c->count - newest, c->count) - level_of(c, from, to);
    return !(rise < history_least_move(v, j->track) / 2);
}

/* What is too weak, or would count were the points independent, is named. */
static void consider_watching(const struct history_context *v, struct history_judgement *j,
                              const struct history_search *found)
{
    const struct history_judgements *all = v->all;
    if (j->verdict != HISTORY_STEADY && j->verdict != HISTORY_BETTER)
        return;
    const struct changepoint_side *up = &found->cuts.up, *independent = &found->independent_up;
    double p = independent->p * track_weight(j->track) * (double)all->judged;
    if (j->doubt == HISTORY_ONE_POINT || j->doubt == HISTORY_FEW_POINTS) {
        j->verdict = HISTORY_WATCH_IT;
    } else if (j->p_worse <= HISTORY_WATCH && is_worth_watching(v, j, found, up->at)) {
        j->verdict = HISTORY_WATCH_IT;
        j->watch_from = up->at > 0 ? found->curve.first + up->at : 0;
    } else if (j->dependence > 0 && p <= all->request.alpha &&
               is_worth_watching(v, j, found, independent->at)) {
        j->verdict = HISTORY_WATCH_IT;
        j->doubt = HISTORY_RESEMBLING;
        j->watch_from = independent->at > 0 ? found->curve.first + independent->at : 0;
    }
}

static int judge_all(struct history_judgements *out, struct history_tracks *tracks,
                     const struct history *h, struct history_search *found, struct err *err)
{
    struct changepoint_plan plan = plan_for(&out->request, tracks);
    struct history_context v = {.all = out, .tracks = tracks, .h = h, .plan = &plan};
    for (size_t i = 0; i < tracks->count; i++) {
        struct history_judgement *j = &out->items[out->count++];
        j->track = &tracks->items[i];
        if (search_track(j, &found[i], &out->request, &plan, err))
            return -1;
        out->judged += j->verdict != HISTORY_TOO_SHORT;
    }
    if (correct(out, &v, err))
        return -1;
    for (size_t i = 0; i < out->count; i++) {
        struct history_judgement *j = &out->items[i];
        if (j->verdict != HISTORY_TOO_SHORT) {
            if (fmin(j->p_worse, j->p_better) <= out->request.alpha &&
                history_explain(&v, j, &found[i], err))
                return -1;
            consider_watching(&v, j, &found[i]);
        }
        out->verdicts[j->verdict]++;
    }
    return 0;
}

int history_judge(struct history_judgements *out, struct history_tracks *tracks,
                  const struct history *h, const struct history_request *request, struct err *err)
{
    struct history_search *found = calloc(tracks->count + 1, sizeof *found);
    *out = (struct history_judgements){
        .items = calloc(tracks->count + 1, sizeof *out->items),
        .request = *request,
    };
    int failed = !out->items || !found ? out_of_memory(err) : 0;
    failed = failed || judge_all(out, tracks, h, found, err);
    for (size_t i = 0; found && i < tracks->count; i++)
        history_search_release(&found[i]);
    free(found);
    return failed ? -1 : 0;
}

void history_judgements_release(struct history_judgements *j)
{
    for (size_t i = 0; i < j->count; i++)
        free(j->items[i].changes);
    free(j->items);
    *j = (struct history_judgements){0};
}
