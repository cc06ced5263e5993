/* The history as JSON: contend.history-check/1. */
#include "bench/base/json_make.h"
#include "bench/judge/history/page.h"

#include <math.h>

#define CHECK_SCHEMA "contend.history-check/1"

static json_t *change_json(const struct history_judgement *j, const struct history_change *c)
{
    const struct track *t = j->track;
    double sign = t->higher_is_better ? -1 : 1;
    struct json_maker change = json_maker_take(json_pack(
        "{ss ss sf sf ss ss ss ss sb so}", "kind", c->is_drift ? "drift" : "step", "direction",
        c->move > 0 ? "worse" : "better", "change_ratio", expm1(sign * c->move), "log_move_error",
        c->move_error, "last_before", t->points[c->last_before].point->commit, "last_good",
        t->points[c->last_good].point->commit, "first_bad", t->points[c->first_bad].point->commit,
        "likely", t->points[c->likely].point->commit, "recovered", c->is_recovered, "accepted",
        c->accept ? json_pack("{ss ss ss}", "from", c->accept->from, "to", c->accept->to, "reason",
                              c->accept->reason)
                  : json_null()));
    if (c->is_drift)
        json_make_finite(&change, "mann_kendall_p", c->trend_p);
    return json_made(&change);
}

static json_t *points_json(const struct track *t)
{
    struct json_maker points = json_maker_list();
    for (size_t i = 0; i < t->point_count; i++)
        json_make_add(&points,
                      json_pack("{ss sf sb}", "commit", t->points[i].point->commit, "value",
                                track_plain_value(t, i), "spike", t->points[i].is_spike));
    return json_made(&points);
}

static json_t *regimes_json(const struct track *t)
{
    struct json_maker regimes = json_maker_list();
    for (size_t i = 0; i < t->regime_count; i++)
        json_make_add(&regimes, json_pack("{ss ss? sf}", "machine", t->regimes[i].machine, "anchor",
                                          t->regimes[i].anchor, "log_shift", t->regimes[i].shift));
    return json_made(&regimes);
}

static json_t *series_json(const struct history_judgement *j)
{
    const struct track *t = j->track;
    struct json_maker changes = json_maker_list();
    for (size_t i = 0; i < j->change_count; i++)
        json_make_add(&changes, change_json(j, &j->changes[i]));
    struct json_maker series = json_maker_take(
        json_pack("{ss ss ss ss so so so}", "series", t->series, "verdict",
                  history_verdict_name(j->verdict), "value", t->is_anchored ? "ratio" : t->unit,
                  "better", t->higher_is_better ? "higher" : "lower", "regimes", regimes_json(t),
                  "changes", json_made(&changes), "points", points_json(t)));
    if (j->verdict != HISTORY_TOO_SHORT) {
        json_make_finite(&series, "p_worse", j->p_worse);
        json_make_finite(&series, "p_better", j->p_better);
        json_make_finite(&series, "dependence", j->dependence);
    } else {
        struct buf why = {0};
        history_track_note(&why, j);
        json_make_text(&series, "reason", buf_text(&why));
        buf_release(&why);
    }
    return json_made(&series);
}

json_t *history_document(const struct history_judgements *all, const struct history_tracks *tracks,
                         const struct history *h)
{
    struct json_maker series = json_maker_list();
    for (size_t i = 0; i < all->count; i++)
        json_make_add(&series, series_json(&all->items[i]));
    return json_pack("{ss ss sI sI sI sf sI so}", "schema", CHECK_SCHEMA, "file", h->path,
                     "commits", (json_int_t)tracks->commit_count, "judged", (json_int_t)all->judged,
                     "worse", (json_int_t)all->verdicts[HISTORY_WORSE], "alpha", all->request.alpha,
                     "seed", (json_int_t)all->request.seed, "series", json_made(&series));
}
