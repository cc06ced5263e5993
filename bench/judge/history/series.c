/* From points to tracks: regimes found, linked and shifted; see history_series.h. */
#include "bench/judge/history/build.h"

#include <fnmatch.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t history_order_of(const struct history_tracks *t, const char *commit)
{
    for (size_t i = 0; i < t->commit_count; i++)
        if (history_same_commit(t->commits[i], commit))
            return i;
    return t->commit_count;
}

static bool same_regime(const struct history_regime *r, const struct history_point *p)
{
    bool same_anchor =
        r->anchor && p->anchor ? history_same_commit(r->anchor, p->anchor) : r->anchor == p->anchor;
    return same_anchor && !strcmp(r->machine, p->machine);
}

/* Commits in the order of their first line, and the regimes. */
static void list_commits(struct history_builder *b)
{
    for (size_t i = 0; i < b->h->point_count; i++) {
        const struct history_point *p = &b->h->points[i];
        size_t order = history_order_of(b->out, p->commit), regime = 0;
        if (order == b->out->commit_count)
            b->out->commits[b->out->commit_count++] = p->commit;
        while (regime < b->regime_count && !same_regime(&b->regimes[regime], p))
            regime++;
        if (regime == b->regime_count)
            b->regimes[b->regime_count++] =
                (struct history_regime){p->machine, p->anchor, SIZE_MAX};
        b->point_order[i] = order;
        b->point_regime[i] = regime;
    }
    for (size_t i = 0; i < b->regime_count; i++)
        if (b->regimes[i].anchor)
            b->regimes[i].anchor_order = history_order_of(b->out, b->regimes[i].anchor);
}

static int add_entry(struct history_series *s, struct history_entry entry)
{
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 16;
        struct history_entry *more = realloc(s->entries, room * sizeof *more);
        if (!more)
            return -1;
        s->entries = more;
        s->room = room;
    }
    s->entries[s->count++] = entry;
    return 0;
}

/* ---- One series --------------------------------------------------------------------- */

/* The regime of the newest entry that has no track yet; regime_count when all have. */
static size_t newest_free(const struct history_builder *b, const struct history_series *s,
                          const bool *is_placed)
{
    size_t found = b->regime_count, newest = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct history_entry *e = &s->entries[i];
        if (!is_placed[e->regime] && (found == b->regime_count || e->order >= newest)) {
            found = e->regime;
            newest = e->order;
        }
    }
    return found;
}

static int by_order(const void *a, const void *b)
{
    const struct track_point *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

/* The entries of the track's regimes; of a commit measured in several, the nearest to the
 * reference. */
static void collect_points(const struct history_series *s, struct track *t, const size_t *regime_of)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct history_entry *e = &s->entries[i];
        size_t regime = 0, at = t->point_count;
        while (regime < t->regime_count && regime_of[regime] != e->regime)
            regime++;
        if (regime == t->regime_count)
            continue;
        /* Most lines are of a commit newer than all before. */
        if (at > 0 && t->points[at - 1].order >= e->order)
            for (at = 0; at < t->point_count && t->points[at].order != e->order;)
                at++;
        if (at < t->point_count &&
            t->regimes[t->points[at].regime].depth < t->regimes[regime].depth)
            continue;
        t->points[at] = (struct track_point){
            .point = e->point,
            .order = e->order,
            .regime = regime,
            .value = history_entry_log(e) + t->regimes[regime].shift,
        };
        t->point_count += at == t->point_count;
    }
    qsort(t->points, t->point_count, sizeof *t->points, by_order);
}

static int build_track(const struct history_builder *b, const struct history_series *s,
                       size_t first, bool *is_placed, struct err *err)
{
    struct track *more = realloc(b->out->items, (b->out->count + 1) * sizeof *b->out->items);
    size_t *regime_of = calloc(b->regime_count, sizeof *regime_of);
    if (more)
        b->out->items = more;
    if (!more || !regime_of) {
        free(regime_of);
        return err_set(err, ERR_SYSTEM, "history: out of memory");
    }
    struct track *t = &b->out->items[b->out->count++];
    const struct history_regime *reference = &b->regimes[first];
    *t = (struct track){
        .series = s->name,
        .unit = s->entries[s->count - 1].value->unit,
        .higher_is_better = s->entries[s->count - 1].value->higher_is_better,
        .is_anchored = reference->anchor != NULL,
        .regimes = calloc(b->regime_count, sizeof *t->regimes),
        .points = calloc(s->count, sizeof *t->points),
    };
    int failed = !t->regimes || !t->points ? err_set(err, ERR_SYSTEM, "history: out of memory") : 0;
    if (!failed) {
        t->regimes[t->regime_count++] =
            (struct track_regime){.machine = reference->machine, .anchor = reference->anchor};
        regime_of[0] = first;
        is_placed[first] = true;
        failed = t->is_anchored ? history_chain(b, s, t, regime_of, is_placed, err) : 0;
    }
    if (!failed)
        collect_points(s, t, regime_of);
    free(regime_of);
    return failed;
}

static int build_tracks(const struct history_builder *b, const struct history_series *s,
                        struct err *err)
{
    size_t before = b->out->count, first;
    bool *is_placed = calloc(b->regime_count, sizeof *is_placed);
    if (!is_placed)
        return err_set(err, ERR_SYSTEM, "history: out of memory");
    int failed = 0;
    while (!failed && (first = newest_free(b, s, is_placed)) < b->regime_count)
        failed = build_track(b, s, first, is_placed, err);
    for (size_t i = before; i < b->out->count; i++)
        b->out->items[i].track_count = b->out->count - before;
    free(is_placed);
    return failed;
}

/* ---- All series --------------------------------------------------------------------- */

/* The series by name, in the order in which they are first met; `index` maps names to places. */
static int gather(const struct history_builder *b, const char *pattern, json_t *index,
                  struct history_series **all, size_t *count)
{
    for (size_t i = 0; i < b->h->point_count; i++) {
        const struct history_point *p = &b->h->points[i];
        for (size_t j = 0; j < p->value_count && !p->is_replaced; j++) {
            const struct history_value *v = &p->values[j];
            if (pattern && fnmatch(pattern, v->series, 0))
                continue;
            const json_t *known = json_object_get(index, v->series);
            size_t at = known ? (size_t)json_integer_value(known) : *count;
            if (!known) {
                struct history_series *more = realloc(*all, (*count + 1) * sizeof **all);
                if (!more || json_object_set_new(index, v->series, json_integer((json_int_t)at)))
                    return -1;
                *all = more;
                more[(*count)++] = (struct history_series){.name = v->series};
            }
            if (add_entry(&(*all)[at],
                          (struct history_entry){p, v, b->point_order[i], b->point_regime[i]}))
                return -1;
        }
    }
    return 0;
}

int history_tracks_of(struct history_tracks *out, const struct history *h, const char *pattern,
                      struct err *err)
{
    size_t room = h->point_count + 1, count = 0;
    struct history_series *all = NULL;
    json_t *index = json_object();
    *out = (struct history_tracks){.commits = calloc(room, sizeof *out->commits)};
    struct history_builder b = {
        .h = h,
        .out = out,
        .regimes = calloc(room, sizeof *b.regimes),
        .point_order = calloc(room, sizeof *b.point_order),
        .point_regime = calloc(room, sizeof *b.point_regime),
    };
    int failed = !index || !out->commits || !b.regimes || !b.point_order || !b.point_regime;
    if (!failed) {
        list_commits(&b);
        failed = gather(&b, pattern, index, &all, &count);
    }
    if (failed)
        err_set(err, ERR_SYSTEM, "%s: out of memory", h->path);
    for (size_t i = 0; i < count; i++) {
        failed = failed || build_tracks(&b, &all[i], err);
        free(all[i].entries);
    }
    free(all);
    json_decref(index);
    free(b.regimes);
    free(b.point_order);
    free(b.point_regime);
    return failed ? -1 : 0;
}

void history_tracks_release(struct history_tracks *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->items[i].regimes);
        free(t->items[i].points);
    }
    free(t->items);
    free(t->commits);
    *t = (struct history_tracks){0};
}

double track_plain_value(const struct track *t, size_t point)
{
    double value = t->points[point].value;
    return exp(t->higher_is_better ? -value : value);
}
