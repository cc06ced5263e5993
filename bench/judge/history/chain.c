/* Regimes linked by the commits they have in common; see history_series.h. */
#include "bench/judge/history/build.h"

#include "bench/stats/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double history_entry_log(const struct history_entry *e)
{
    double raw = log(e->point->anchor ? e->value->ratio : e->value->median);
    return e->value->higher_is_better ? -raw : raw;
}

/* The log ratio of a commit in a regime; an anchor's own is 0. Whether there is one. */
static bool value_in(const struct history_builder *b, const struct history_series *s, size_t regime,
                     size_t order, double *out)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->entries[i].regime == regime && s->entries[i].order == order) {
            *out = history_entry_log(&s->entries[i]);
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
static int find_shift(const struct history_builder *b, const struct history_series *s, size_t from,
                      size_t to, double *shift, size_t *links, struct err *err)
{
    bool same_machine = !strcmp(b->regimes[from].machine, b->regimes[to].machine);
    double *shifts = malloc((2 * s->count + 1) * sizeof *shifts);
    *links = 0;
    if (!shifts)
        return err_set(err, ERR_SYSTEM, "history: out of memory");
    for (size_t i = 0; i < s->count; i++) {
        const struct history_entry *e = &s->entries[i];
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
        shifts[(*links)++] = is_from ? other - history_entry_log(e) : history_entry_log(e) - other;
    }
    samples_sort(shifts, *links);
    *shift = *links > 0 ? median_of_sorted(shifts, *links) : 0;
    free(shifts);
    return 0;
}

static bool has_regime(const struct history_series *s, size_t regime)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->entries[i].regime == regime)
            return true;
    return false;
}

int history_chain(const struct history_builder *b, const struct history_series *s, struct track *t,
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
