/*
 * What a history has to show.  At a terminal a block a series, the worst first; in a document a row
 * a series; for programs a row a change, and one for each series without any; for a job a verdict a
 * series.
 */
#include "bench/judge/history/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 2 };
#define TREND_SPAN 0.05 /* 5 % from the lowest bar to the highest, at least */

/* What an accepted, quiet or short series is shown for in a check: nothing. */
static bool is_shown(const struct history_judgement *j, bool is_check)
{
    return !is_check || (j->verdict != HISTORY_STEADY && j->verdict != HISTORY_TOO_SHORT);
}

static enum page_tone tone_of(enum history_verdict v)
{
    return v == HISTORY_WORSE      ? PAGE_BAD
           : v == HISTORY_BETTER   ? PAGE_GOOD
           : v == HISTORY_WATCH_IT ? PAGE_DOUBTFUL
                                   : PAGE_PLAIN;
}

/* As the figure is read: a line that rises is a figure that rises. */
static void add_trend(struct page *p, const struct track *t)
{
    double *values = calloc(t->point_count + 1, sizeof *values);
    p->failed |= !values;
    for (size_t i = 0; i < t->point_count && values; i++)
        values[i] = t->higher_is_better ? -t->points[i].value : t->points[i].value;
    page_trend(p, values, values ? t->point_count : 0, TREND_SPAN);
    free(values);
}

static void add_watch(struct buf *out, const struct history_judgement *j)
{
    const char *commit = j->track->points[j->watch_from].point->commit;
    if (j->watch_from > 0)
        buf_printf(out, "may be worse since %.*s", history_shown(commit), commit);
    else
        buf_add(out, "may be drifting");
    if (j->doubt == HISTORY_ONE_POINT)
        buf_add(out, " (one point alone says so); more points or a duel settle it");
    else if (j->doubt == HISTORY_FEW_POINTS)
        buf_add(out, " (too few points say so); more of them or a duel settle it");
    else if (j->doubt == HISTORY_RESEMBLING)
        buf_printf(out, " (p %.2g, as points resemble each other); a duel settles it", j->p_worse);
    else
        buf_printf(out, " (p %.2g, too weak to say); a duel settles it", j->p_worse);
}

/* The sentences about a series, one after the other: its changes, what may be one, the note. */
static size_t sentence_count(const struct history_judgement *j)
{
    return j->change_count + 2;
}

static void add_sentence(struct buf *out, const struct history_judgement *j, size_t i)
{
    if (i < j->change_count)
        history_change_text(out, j, &j->changes[i]);
    else if (i > j->change_count)
        history_track_note(out, j);
    else if (j->verdict == HISTORY_WATCH_IT)
        add_watch(out, j);
}

static void add_sentences(struct buf *out, const struct history_judgement *j)
{
    struct buf one = {0};
    for (size_t i = 0; i < sentence_count(j); i++) {
        buf_reset(&one);
        add_sentence(&one, j, i);
        if (one.len)
            buf_printf(out, "%s%s", out->len ? "; " : "", buf_text(&one));
    }
    buf_settle(out, &one);
}

/* ---- A terminal --------------------------------------------------------------------------- */

static void add_block(struct page *p, const struct history_judgement *j)
{
    static const struct page_column name[] = {{.key = "verdict"}, {.key = "series"}, {0}};
    static const struct page_column trend[] = {{.key = "trend"}, {0}};
    struct buf line = {0};
    page_grid(p, &(struct page_grid_form){.columns = name, .is_headless = true});
    page_row(p);
    page_toned(p, tone_of(j->verdict), "%s", history_verdict_name(j->verdict));
    page_text(p, "%s", j->track->series);
    page_indent(p, INDENT);
    page_grid(p, &(struct page_grid_form){.columns = trend, .is_headless = true});
    page_row(p);
    add_trend(p, j->track);
    history_value_text(&line, j->track);
    page_say(p, PAGE_SENTENCE, "%s", page_text_of(p, &line));
    for (size_t i = 0; i < sentence_count(j); i++) {
        buf_reset(&line);
        add_sentence(&line, j, i);
        if (*page_text_of(p, &line))
            page_say(p, PAGE_SENTENCE, "%s", buf_text(&line));
    }
    page_indent(p, 0);
    page_gap(p);
    page_settle(p, &line);
}

/* ---- A document --------------------------------------------------------------------------- */

static void add_row(struct page *p, const struct history_judgement *j)
{
    struct buf now = {0}, words = {0};
    history_value_text(&now, j->track);
    add_sentences(&words, j);
    page_row(p);
    page_toned(p, tone_of(j->verdict), "%s", history_verdict_name(j->verdict));
    page_text(p, "%s", j->track->series);
    add_trend(p, j->track);
    page_texts(p, page_text_of(p, &now), page_text_of(p, &words), NULL);
    page_settle(p, &now);
    page_settle(p, &words);
}

/* ---- Programs ------------------------------------------------------------------------------ */

static void add_change(struct page *p, const struct history_judgement *j,
                       const struct history_change *c)
{
    double move = expm1(j->track->higher_is_better ? -c->move : c->move);
    page_text(p, "%s", c->is_drift ? "drift" : "step");
    page_number(p, move, NULL, 15);
    page_texts(p, j->track->points[c->last_good].point->commit,
               j->track->points[c->first_bad].point->commit,
               j->track->points[c->likely].point->commit, NULL);
}

/* A row a change, and one where there is none. */
static void add_data(struct page *p, const struct history_judgement *j)
{
    const struct track *t = j->track;
    bool is_judged = j->verdict != HISTORY_TOO_SHORT;
    struct buf words = {0};
    add_sentences(&words, j);
    for (size_t i = 0; i == 0 || i < j->change_count; i++) {
        page_row(p);
        page_texts(p, t->series, history_verdict_name(j->verdict),
                   t->is_anchored ? "ratio" : t->unit, t->higher_is_better ? "higher" : "lower",
                   NULL);
        page_number(p, track_plain_value(t, t->point_count - 1), NULL, 15);
        page_count(p, t->point_count);
        page_number(p, is_judged ? j->p_worse : (double)NAN, NULL, 15);
        page_number(p, is_judged ? j->p_better : (double)NAN, NULL, 15);
        page_text(p, "%s", page_text_of(p, &words));
        if (i < j->change_count)
            add_change(p, j, &j->changes[i]);
    }
    page_settle(p, &words);
}

/* ---- A job --------------------------------------------------------------------------------- */

static void add_verdict(struct page *p, const struct history_judgement *j)
{
    static const enum page_severity severities[] = {
        [HISTORY_WORSE] = PAGE_FAIL,      [HISTORY_ACCEPTED] = PAGE_PASS,
        [HISTORY_RECOVERED] = PAGE_PASS,  [HISTORY_BETTER] = PAGE_PASS,
        [HISTORY_WATCH_IT] = PAGE_WARNED, [HISTORY_STEADY] = PAGE_PASS,
        [HISTORY_TOO_SHORT] = PAGE_SKIP,
    };
    const char *series = j->track->series, *slash = strrchr(series, '/');
    struct buf id = {0}, words = {0};
    buf_add_bytes(&id, series, slash ? (size_t)(slash - series) : strlen(series));
    add_sentences(&words, j);
    page_verdict(p, &(struct page_verdict){.id = page_text_of(p, &id),
                                           .name = slash ? slash + 1 : j->track->unit,
                                           .word = history_verdict_name(j->verdict),
                                           .severity = severities[j->verdict],
                                           .text = page_text_of(p, &words)});
    page_settle(p, &id);
    page_settle(p, &words);
}

/* ---- All of it ------------------------------------------------------------------------------ */

/* The worst first. */
static void add_each(struct page *p, const struct history_judgements *all, bool is_check,
                     void (*add)(struct page *, const struct history_judgement *))
{
    for (int v = 0; v <= HISTORY_TOO_SHORT; v++)
        for (size_t i = 0; i < all->count; i++)
            if (all->items[i].verdict == (enum history_verdict)v &&
                is_shown(&all->items[i], is_check))
                add(p, &all->items[i]);
}

void history_page(struct page *p, const struct history_judgements *all,
                  const struct history_tracks *tracks, const struct history *h, bool is_check)
{
    static const struct page_column table[] = {
        {.key = "verdict"}, {.key = "series"}, {.key = "trend"},
        {.key = "now"},     {.key = "what"},   {0},
    };
    static const struct page_column data[] = {
        {.key = "series"},    {.key = "verdict"},      {.key = "unit"},
        {.key = "better"},    {.key = "value"},        {.key = "points"},
        {.key = "p_worse"},   {.key = "p_better"},     {.key = "grounds"},
        {.key = "change"},    {.key = "change_ratio"}, {.key = "last_good"},
        {.key = "first_bad"}, {.key = "likely"},       {0},
    };
    const size_t *counts = all->verdicts;
    size_t hidden = is_check ? counts[HISTORY_STEADY] + counts[HISTORY_TOO_SHORT] : 0;
    struct buf summary = {0};
    page_init(p, is_check ? "contend history check" : "contend history show");
    history_summary_text(&summary, all, tracks);
    page_to(p, PAGE_TERMINAL);
    add_each(p, all, is_check, add_block);
    page_to(p, PAGE_DOCUMENT);
    page_say_after(p, "History:", PAGE_SUMMARY, "%s", page_text_of(p, &summary));
    if (all->count > hidden) {
        page_grid(p, &(struct page_grid_form){.key = "series", .columns = table});
        add_each(p, all, is_check, add_row);
    }
    page_to(p, PAGE_VIEWER);
    add_each(p, all, is_check, history_chart);
    page_to(p, PAGE_DATA);
    page_grid(p, &(struct page_grid_form){.key = "changes", .columns = data});
    add_each(p, all, false, add_data);
    page_to(p, PAGE_GATE);
    add_each(p, all, false, add_verdict);
    page_to(p, PAGE_TERMINAL | PAGE_GATE);
    page_say(p, PAGE_SUMMARY, "%s", page_text_of(p, &summary));
    page_document(p, history_document(all, tracks, h), JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    page_settle(p, &summary);
}
