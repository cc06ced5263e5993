/* From points to tracks: regimes found, linked and shifted; see history_series.h. */
#include "bench/report/history_series.h"

#include "bench/stats/summary.h"

#include <fnmatch.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One number of one series. */
struct entry {
    const struct history_point *point;
    const struct history_value *value;
    size_t order;  /* of its commit */
    size_t regime; /* in the builder's list */
};

struct regime {
    const char *machine, *anchor;
    size_t anchor_order; /* of the anchor's commit; SIZE_MAX where it is not in the history */
};

struct builder {
    const struct history *h;
    struct history_tracks *out;
    struct regime *regimes;
    size_t regime_count;
    size_t *point_order, *point_regime; /* a point of the history each */
};

/* All entries of one series, in the order of the file. */
struct series {
    const char *name;
    struct entry *entries;
    size_t count, room;
};

size_t history_order_of(const struct history_tracks *t, const char *commit)
{
    for (size_t i = 0; i < t->commit_count; i++)
        if (history_same_commit(t->commits[i], commit))
            return i;
    return t->commit_count;
}

static bool same_regime(const struct regime *r, const struct history_point *p)
{
    bool same_anchor =
        r->anchor && p->anchor ? history_same_commit(r->anchor, p->anchor) : r->anchor == p->anchor;
    return same_anchor && !strcmp(r->machine, p->machine);
}

/* Commits in the order of their first line, and the regimes. */
static void list_commits(struct builder *b)
{
    for (size_t i = 0; i < b->h->point_count; i++) {
        const struct history_point *p = &b->h->points[i];
        size_t order = history_order_of(b->out, p->commit), regime = 0;
        if (order == b->out->commit_count)
            b->out->commits[b->out->commit_count++] = p->commit;
        while (regime < b->regime_count && !same_regime(&b->regimes[regime], p))
            regime++;
        if (regime == b->regime_count)
            b->regimes[b->regime_count++] = (struct regime){p->machine, p->anchor, SIZE_MAX};
        b->point_order[i] = order;
        b->point_regime[i] = regime;
    }
    for (size_t i = 0; i < b->regime_count; i++)
        if (b->regimes[i].anchor)
            b->regimes[i].anchor_order = history_order_of(b->out, b->regimes[i].anchor);
}

static int add_entry(struct series *s, struct entry entry)
{
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 16;
        struct entry *more = realloc(s->entries, room * sizeof *more);
        if (!more)
            return -1;
        s->entries = more;
        s->room = room;
    }
    s->entries[s->count++] = entry;
    return 0;
}

/* ---- One series --------------------------------------------------------------------- */

static double log_value(const struct entry *e)
{
    double raw = log(e->point->anchor ? e->value->ratio : e->value->median);
    return e->value->higher_is_better ? -raw : raw;
}

/* The log ratio of a commit in a regime; an anchor's own is 0. Whether there is one. */
static bool value_in(const struct builder *b, const struct series *s, size_t regime, size_t order,
                     double *out)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->entries[i].regime == regime && s->entries[i].order == order) {
            *out = log_value(&s->entries[i]);
            return true;
        }
    *out = 0;
    return b->regimes[regime].anchor_order == order;
}

/*
 * What must be added to `from` so that it reads as `to`: the median over the commits measured in
 * both.  An anchor's own 1 counts where the other side measured it, on the same machine: what
 * holds on another machine is not known.  `links` is how many commits there were.
 */
static int find_shift(const struct builder *b, const struct series *s, size_t from, size_t to,
                      double *shift, size_t *links, struct err *err)
{
    bool same_machine = !strcmp(b->regimes[from].machine, b->regimes[to].machine);
    double *shifts = malloc((2 * s->count + 1) * sizeof *shifts);
    *links = 0;
    if (!shifts)
        return err_set(err, ERR_SYSTEM, "history: out of memory");
    for (size_t i = 0; i < s->count; i++) {
        const struct entry *e = &s->entries[i];
        bool is_from = e->regime == from, is_to = e->regime == to;
        double other;
        if (!is_from && !is_to)
            continue;
        size_t there = is_from ? to : from;
        bool is_anchor = b->regimes[there].anchor_order == e->order;
        if (!value_in(b, s, there, e->order, &other) || (is_anchor && !same_machine))
            continue;
        /* A commit measured on both sides is met twice; take it from one. */
        if (is_to && !is_anchor)
            continue;
        shifts[(*links)++] = is_from ? other - log_value(e) : log_value(e) - other;
    }
    samples_sort(shifts, *links);
    *shift = *links > 0 ? median_of_sorted(shifts, *links) : 0;
    free(shifts);
    return 0;
}

/* The regime of the newest entry that has no track yet; regime_count when all have. */
static size_t newest_free(const struct builder *b, const struct series *s, const bool *is_placed)
{
    size_t found = b->regime_count, newest = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct entry *e = &s->entries[i];
        if (!is_placed[e->regime] && (found == b->regime_count || e->order >= newest)) {
            found = e->regime;
            newest = e->order;
        }
    }
    return found;
}

static bool has_regime(const struct series *s, size_t regime)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->entries[i].regime == regime)
            return true;
    return false;
}

/* Links regime after regime to those placed, the best measured link first. */
static int chain(const struct builder *b, const struct series *s, struct track *t,
                 size_t *regime_of, bool *is_placed, struct err *err)
{
    for (;;) {
        size_t best = b->regime_count, best_links = 0, best_to = 0;
        double best_shift = 0;
        for (size_t r = 0; r < b->regime_count; r++) {
            if (is_placed[r] || !b->regimes[r].anchor || !has_regime(s, r))
                continue;
            for (size_t to = 0; to < t->regime_count; to++) {
                double shift;
                size_t links;
                if (find_shift(b, s, r, regime_of[to], &shift, &links, err))
                    return -1;
                if (links > best_links) {
                    best = r;
                    best_links = links;
                    best_to = to;
                    best_shift = shift;
                }
            }
        }
        if (best == b->regime_count)
            return 0;
        const struct track_regime *to = &t->regimes[best_to];
        regime_of[t->regime_count] = best;
        is_placed[best] = true;
        t->regimes[t->regime_count++] = (struct track_regime){
            .machine = b->regimes[best].machine,
            .anchor = b->regimes[best].anchor,
            .shift = to->shift + best_shift,
            .shift_variances = to->shift_variances + 2 / (double)best_links,
            .depth = to->depth + 1,
        };
    }
}

static int by_order(const void *a, const void *b)
{
    const struct track_point *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

/* The entries of the track's regimes; of a commit measured in several, the nearest to the
 * reference. */
static void collect_points(const struct series *s, struct track *t, const size_t *regime_of)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct entry *e = &s->entries[i];
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
            .value = log_value(e) + t->regimes[regime].shift,
        };
        t->point_count += at == t->point_count;
    }
    qsort(t->points, t->point_count, sizeof *t->points, by_order);
}

static int build_track(const struct builder *b, const struct series *s, size_t first,
                       bool *is_placed, struct err *err)
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
    const struct regime *reference = &b->regimes[first];
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
        failed = t->is_anchored ? chain(b, s, t, regime_of, is_placed, err) : 0;
    }
    if (!failed)
        collect_points(s, t, regime_of);
    free(regime_of);
    return failed;
}

static int build_tracks(const struct builder *b, const struct series *s, struct err *err)
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
static int gather(const struct builder *b, const char *pattern, json_t *index, struct series **all,
                  size_t *count)
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
                struct series *more = realloc(*all, (*count + 1) * sizeof **all);
                if (!more || json_object_set_new(index, v->series, json_integer((json_int_t)at)))
                    return -1;
                *all = more;
                more[(*count)++] = (struct series){.name = v->series};
            }
            if (add_entry(&(*all)[at], (struct entry){p, v, b->point_order[i], b->point_regime[i]}))
                return -1;
        }
    }
    return 0;
}

int history_tracks_of(struct history_tracks *out, const struct history *h, const char *pattern,
                      struct err *err)
{
    size_t room = h->point_count + 1, count = 0;
    struct series *all = NULL;
    json_t *index = json_object();
    *out = (struct history_tracks){.commits = calloc(room, sizeof *out->commits)};
    struct builder b = {
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
