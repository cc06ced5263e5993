#include "bench/report/history/judge.h"

#include "bench/report/history/explain.h"
#include "bench/stats/changepoint.h"
#include "bench/stats/fdr.h"

#include <math.h>
#include <stdlib.h>

enum { POINTS_MIN = CHANGEPOINT_BEFORE_MIN + CHANGEPOINT_AFTER_MIN };

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

size_t history_first_point(const struct history_request *request, const struct track *t)
{
    bool is_all = request->newest == 0 || request->newest >= t->point_count;
    return is_all ? 0 : t->point_count - request->newest;
}

static int test_track(struct history_judgement *j, const struct history_request *request,
                      const struct changepoint_plan *plan, struct err *err)
{
    struct track_curve c;
    struct changepoint_test test;
    size_t first = history_first_point(request, j->track);
    if (track_curve_open(&c, j->track, first, err))
        return -1;
    j->point_count = c.count;
    j->spike_count = j->track->point_count - first - c.count;
    j->verdict = c.count < POINTS_MIN ? HISTORY_TOO_SHORT : HISTORY_STEADY;
    int failed = changepoint_test(c.x, c.count, plan, &test, err);
    if (!failed) {
        j->p_worse = fmin(1, test.up.p * track_weight(j->track));
        j->p_better = fmin(1, test.down.p * track_weight(j->track));
        j->watch_from = c.count ? c.point[test.up.at] : 0;
    }
    track_curve_close(&c);
    return failed;
}

/* Replaces the p-values of those judged by adjusted ones; *p_cut is what was asked of one series.
 */
static int correct(struct history_judgements *all, double *p_cut, struct err *err)
{
    double *p = calloc(2 * all->judged + 1, sizeof *p);
    double *worse = p, *better = p + all->judged;
    size_t n = 0, rejected[2] = {0};
    if (!p)
        return out_of_memory(err);
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
    size_t most = rejected[0] > rejected[1] ? rejected[0] : rejected[1];
    *p_cut = all->request.alpha * (double)most / (double)(n ? n : 1);
    free(p);
    return failed ? -1 : 0;
}

int history_judge(struct history_judgements *out, struct history_tracks *tracks,
                  const struct history *h, const struct history_request *request, struct err *err)
{
    struct changepoint_plan plan = plan_for(request, tracks);
    double p_cut = 0;
    *out = (struct history_judgements){
        .items = calloc(tracks->count + 1, sizeof *out->items),
        .request = *request,
    };
    if (!out->items)
        return out_of_memory(err);
    for (size_t i = 0; i < tracks->count; i++) {
        struct history_judgement *j = &out->items[out->count++];
        j->track = &tracks->items[i];
        if (test_track(j, request, &plan, err))
            return -1;
        out->judged += j->verdict != HISTORY_TOO_SHORT;
    }
    if (correct(out, &p_cut, err))
        return -1;
    for (size_t i = 0; i < out->count; i++) {
        struct history_judgement *j = &out->items[i];
        if (j->verdict != HISTORY_TOO_SHORT && fmin(j->p_worse, j->p_better) <= request->alpha &&
            history_explain(out, j, tracks, h, &plan, p_cut, err))
            return -1;
        if (j->verdict == HISTORY_STEADY && j->p_worse <= HISTORY_WATCH)
            j->verdict = HISTORY_WATCH_IT;
        out->verdicts[j->verdict]++;
    }
    return 0;
}

void history_judgements_release(struct history_judgements *j)
{
    for (size_t i = 0; i < j->count; i++)
        free(j->items[i].changes);
    free(j->items);
    *j = (struct history_judgements){0};
}
