/*
 * Series of the history as pictures: each commit's figure, the level between changes with what
 * points scatter by, and where it changed.  Viewers may look closer, and search changes themselves.
 */
#include "bench/judge/history/page.h"
#include "bench/stats/robust.h"
#include "bench/stats/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SCATTER 2 /* standard deviations of points about their level that a band is wide */

static const struct page_axis by_commit = {.name = "commit"};

static double plain(const struct track *t, double log_value)
{
    return exp(t->higher_is_better ? -log_value : log_value);
}

/* What a figure of the track is in the middle of these points' logarithms. */
static int level_of(const struct track *t, size_t from, size_t to, struct page_point *out,
                    struct err *err)
{
    size_t count = to - from;
    double *x = malloc((count + 1) * sizeof *x), spread = 0;
    if (!x)
        return err_set(err, ERR_SYSTEM, "history: out of memory");
    for (size_t i = 0; i < count; i++)
        x[i] = t->points[from + i].value;
    int failed = mad_of(x, count, &spread, err);
    samples_sort(x, count);
    double middle = median_of_sorted(x, count);
    /* Logarithms of one regime; what is plain has its own zero. */
    double offset = log(track_plain_value(t, from)) - log(plain(t, t->points[from].value));
    out->y = plain(t, middle) * exp(offset);
    out->lo = out->y * exp(-SCATTER * spread);
    out->hi = out->y * exp(SCATTER * spread);
    free(x);
    return failed;
}

static void add_level(struct page *p, const struct track *t, size_t from, size_t to)
{
    struct err err = {0};
    struct page_point level = {0};
    if (to <= from)
        return;
    p->failed |= level_of(t, from, to, &level, &err) != 0;
    for (int end = 0; end < 2; end++) {
        level.x = (double)(end ? to - 1 : from);
        page_point(p, &level);
    }
}

/* Between steps. */
static void add_levels(struct page *p, const struct history_judgement *j)
{
    size_t from = 0;
    page_series(p, &(struct page_series_form){.name = "level", .mark = PAGE_FIT, .tint = 1});
    for (size_t i = 0; i < j->change_count; i++) {
        const struct history_change *c = &j->changes[i];
        if (c->likely <= from)
            continue;
        add_level(p, j->track, from, c->likely);
        from = c->likely;
    }
    add_level(p, j->track, from, j->track->point_count);
}

static void add_changes(struct page *p, const struct history_judgement *j)
{
    struct buf words = {0};
    bool has_series = false;
    for (size_t i = 0; i < j->change_count; i++) {
        const struct history_change *c = &j->changes[i];
        if (c->is_drift)
            continue;
        if (!has_series)
            page_series(p,
                        &(struct page_series_form){.name = "change", .mark = PAGE_RULE, .tint = 2});
        has_series = true;
        buf_reset(&words);
        history_change_text(&words, j, c);
        page_point(p, &(struct page_point){.x = (double)c->likely - 0.5,
                                           .y = (double)NAN,
                                           .lo = (double)NAN,
                                           .hi = (double)NAN,
                                           .label = page_text_of(p, &words)});
    }
    page_settle(p, &words);
}

/* Commits are named by as much of them as git shows. */
static void add_point(struct page *p, const struct track *t, size_t i)
{
    const char *commit = t->points[i].point->commit;
    struct buf shown = {0};
    buf_add_bytes(&shown, commit, (size_t)history_shown(commit));
    page_point(p, &(struct page_point){.x = (double)i,
                                       .y = track_plain_value(t, i),
                                       .lo = (double)NAN,
                                       .hi = (double)NAN,
                                       .label = page_text_of(p, &shown)});
    page_settle(p, &shown);
}

void history_chart(struct page *p, const struct history_judgement *j)
{
    const struct track *t = j->track;
    struct buf title = {0}, now = {0};
    const struct page_axis y = {.name = t->is_anchored ? "times the anchor" : t->unit,
                                .unit = t->is_anchored ? "ratio" : t->unit};
    history_value_text(&now, t);
    buf_printf(&title, "%s: %s", history_verdict_name(j->verdict), t->series);
    page_chart(p, &(struct page_chart_form){.key = "history",
                                            .title = page_text_of(p, &title),
                                            .subtitle = page_text_of(p, &now),
                                            .kind = PAGE_LINES,
                                            .x = by_commit,
                                            .y = y,
                                            .is_searched = true});
    page_series(p,
                &(struct page_series_form){.name = t->is_anchored ? "ratio" : "median", .tint = 1});
    for (size_t i = 0; i < t->point_count; i++)
        add_point(p, t, i);
    bool has_drift = false;
    for (size_t i = 0; i < j->change_count; i++)
        has_drift |= j->changes[i].is_drift;
    if (j->verdict != HISTORY_TOO_SHORT && !has_drift)
        add_levels(p, j);
    add_changes(p, j);
    page_settle(p, &title);
    page_settle(p, &now);
}
