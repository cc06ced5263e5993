/* The history as JSON: contend.history-check/1. */
#include "bench/report/history/page.h"

#include <math.h>

#define CHECK_SCHEMA "contend.history-check/1"

static json_t *change_json(const struct history_judgement *j, const struct history_change *c)
{
    const struct track *t = j->track;
    double sign = t->higher_is_better ? -1 : 1;
    json_t *change = json_pack(
        "{ss ss sf sf ss ss ss ss sb so}", "kind", c->is_drift ? "drift" : "step", "direction",
        c->move > 0 ? "worse" : "better", "change_ratio", expm1(sign * c->move), "log_move_error",
        c->move_error, "last_before", t->points[c->last_before].point->commit, "last_good",
        t->points[c->last_good].point->commit, "first_bad", t->points[c->first_bad].point->commit,
        "likely", t->points[c->likely].point->commit, "recovered", c->is_recovered, "accepted",
        c->accept ? json_pack("{ss ss ss}", "from", c->accept->from, "to", c->accept->to, "reason",
                              c->accept->reason)
                  : json_null());
    if (change && c->is_drift)
        json_object_set_new(change, "mann_kendall_p", json_real(c->trend_p));
    return change;
}

static json_t *points_json(const struct track *t)
{
    json_t *points = json_array();
    for (size_t i = 0; i < t->point_count; i++)
        json_array_append_new(points,
                              json_pack("{ss sf sb}", "commit", t->points[i].point->commit, "value",
                                        track_plain_value(t, i), "spike", t->points[i].is_spike));
    return points;
}

static json_t *regimes_json(const struct track *t)
{
    json_t *regimes = json_array();
    for (size_t i = 0; i < t->regime_count; i++)
        json_array_append_new(regimes,
                              json_pack("{ss ss? sf}", "machine", t->regimes[i].machine, "anchor",
                                        t->regimes[i].anchor, "log_shift", t->regimes[i].shift));
    return regimes;
}

static json_t *series_json(const struct history_judgement *j)
{
    const struct track *t = j->track;
    json_t *changes = json_array();
    for (size_t i = 0; i < j->change_count; i++)
        json_array_append_new(changes, change_json(j, &j->changes[i]));
    json_t *series =
        json_pack("{ss ss ss ss so so so}", "series", t->series, "verdict",
                  history_verdict_name(j->verdict), "value", t->is_anchored ? "ratio" : t->unit,
                  "better", t->higher_is_better ? "higher" : "lower", "regimes", regimes_json(t),
                  "changes", changes, "points", points_json(t));
    if (j->verdict != HISTORY_TOO_SHORT) {
        json_object_set_new(series, "p_worse", json_real(j->p_worse));
        json_object_set_new(series, "p_better", json_real(j->p_better));
        json_object_set_new(series, "dependence", json_real(j->dependence));
    } else {
        struct buf why = {0};
        history_track_note(&why, j);
        json_object_set_new(series, "reason", json_string(buf_text(&why)));
        buf_release(&why);
    }
    return series;
}

json_t *history_document(const struct history_judgements *all, const struct history_tracks *tracks,
                         const struct history *h)
{
    json_t *series = json_array();
    for (size_t i = 0; i < all->count; i++)
        json_array_append_new(series, series_json(&all->items[i]));
    return json_pack("{ss ss sI sI sI sf sI so}", "schema", CHECK_SCHEMA, "file", h->path,
                     "commits", (json_int_t)tracks->commit_count, "judged", (json_int_t)all->judged,
                     "worse", (json_int_t)all->verdicts[HISTORY_WORSE], "alpha", all->request.alpha,
                     "seed", (json_int_t)all->request.seed, "series", series);
}
