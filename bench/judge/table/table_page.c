#include "bench/judge/table/table_page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUP_GAP = 3, RATIO_TEXT = 96 };

/* ---- Readers ------------------------------------------------------------------------------ */

/* Where no cell of a table was measured there is no column for the reasons to stand in. */
static const struct page_column reasons = {.key = "status", .head = "", .gap = GROUP_GAP};

/* The caption goes before what tells the tables apart. */
static void add_title(struct buf *out, const struct tables *t, const struct grid *g)
{
    buf_add(out, t->caption ? t->caption : g->title);
    if (t->caption && t->count > 1)
        buf_printf(out, ": %s", g->title);
}

/* A column of its own for the intervals of ratios, where they do not stand with all numbers. */
static bool has_ends(const struct page *p, const struct tables *t, const struct grid_column *c)
{
    return t->shows_ends && c->is_ratio && !p->with_intervals;
}

static void begin_grid(struct page *p, const struct tables *t, const struct grid *g)
{
    struct buf title = {0};
    struct page_column *columns =
        calloc(g->labels.count + 2 * g->column_count + 2, sizeof *columns);
    size_t n = 0;
    if (!columns) {
        p->failed = true;
        return;
    }
    for (size_t l = 0; l < g->labels.count; l++)
        columns[n++] = (struct page_column){
            .key = g->labels.names[l],
            .flags = l + 1 < g->labels.count ? PAGE_LABEL | PAGE_ONCE : PAGE_LABEL,
        };
    for (size_t c = 0; c < g->column_count; c++) {
        columns[n++] = (struct page_column){.key = g->columns[c].metric,
                                            .head = g->columns[c].title,
                                            .group = g->columns[c].group,
                                            .align = PAGE_RIGHT};
        if (has_ends(p, t, &g->columns[c]))
            columns[n++] = (struct page_column){
                .key = "interval", .group = g->columns[c].group, .align = PAGE_RIGHT};
    }
    if (!g->column_count)
        columns[n++] = reasons;
    add_title(&title, t, g);
    page_grid(p, &(struct page_grid_form){.key = "cells",
                                          .title = page_text_of(p, &title),
                                          .subtitle = g->subtitle,
                                          .columns = columns,
                                          .margin = 2});
    page_settle(p, &title);
    free(columns);
}

static void add_label(struct page *p, const struct dim_value *v)
{
    if (v->is_number)
        page_shown(p, page_exactly(v->number), "%s", dim_text(v));
    else if (dim_text(v)[0])
        page_text(p, "%s", dim_text(v));
    else
        page_empty(p);
}

/* Its interval says more than "~", which stands for one that holds 1. */
static char *ratio_text(char *out, size_t size, const struct page *p, const struct tables *t,
                        const struct slot *s)
{
    const struct page_value v = value_of_ratio(&s->ratio);
    struct number n = s->number; /* "1x" of a base, which has no interval */
    if (p->with_intervals && v.lo < v.hi)
        return number_of_quotient_in_ends(out, size, &v);
    if (t->shows_ends && v.lo < v.hi)
        number_of_quotient(&n, &v, true);
    snprintf(out, size, "%s", n.text);
    return out;
}

static void add_ratio(struct page *p, const struct tables *t, const struct slot *s)
{
    char text[RATIO_TEXT];
    const struct page_value v = value_of_ratio(&s->ratio);
    page_shown(p, v, "%s", ratio_text(text, sizeof text, p, t, s));
}

static void add_slot(struct page *p, const struct tables *t, const struct slot *s)
{
    switch (s->kind) {
    case SLOT_EMPTY:
        page_empty(p);
        return;
    case SLOT_VALUE:
        page_value(p, value_of_summary(&s->metric->summary), s->metric->unit,
                   !strcmp(s->metric->nature, "exact"));
        return;
    case SLOT_RATIO:
        add_ratio(p, t, s);
        return;
    case SLOT_ABSENT:
        if (s->metric->is_reference)
            page_text(p, "reference");
        else
            page_missing(p, s->metric->reason);
        return;
    case SLOT_STATUS:
        page_text(p, "%s", cell_status_name(s->entry.cell->status));
        return;
    }
}

static void add_ends(struct page *p, const struct slot *s)
{
    char text[64];
    const struct page_value v = value_of_ratio(&s->ratio);
    if (s->kind == SLOT_RATIO && number_ends_of_quotient(text, sizeof text, &v, "-")[0])
        page_shown(p, v, "%s", text);
    else
        page_empty(p);
}

static void add_grid(struct page *p, const struct tables *t, const struct grid *g)
{
    begin_grid(p, t, g);
    for (size_t r = 0; r < g->row_count && !p->failed; r++) {
        const struct result_cell *unmeasured = grid_row_unmeasured(g, r);
        page_row(p);
        for (size_t l = 0; l < g->labels.count; l++)
            add_label(p, grid_label(g, r, l));
        if (unmeasured)
            page_status(p, cell_status_name(unmeasured->status), unmeasured->reason);
        for (size_t c = 0; c < g->column_count && !unmeasured; c++) {
            add_slot(p, t, grid_slot(g, r, c));
            if (has_ends(p, t, &g->columns[c]))
                add_ends(p, grid_slot(g, r, c));
        }
    }
}

/* What the marks in these tables mean, one text; nothing when there are none. */
static void add_legend(struct buf *out, const struct page *p, const struct tables *t)
{
    bool has_tilde = false, has_rough = false, has_absent = false, has_peers = false;
    char text[RATIO_TEXT];
    for (size_t i = 0; i < t->count; i++) {
        has_peers |= t->grids[i].has_peers;
        for (size_t s = 0; s < t->grids[i].row_count * t->grids[i].column_count; s++) {
            const struct slot *slot = &t->grids[i].slots[s];
            const char *shown = slot->kind == SLOT_RATIO ? ratio_text(text, sizeof text, p, t, slot)
                                                         : slot->number.text;
            has_tilde |= shown[0] == '~' && !shown[1];
            has_rough |= shown[0] == '~' && shown[1];
            has_absent |= slot->kind == SLOT_ABSENT && !slot->metric->is_reference;
        }
    }
    if (has_tilde)
        buf_add(out, "~ no difference can be told");
    if (has_rough)
        buf_printf(out,
                   "%s~5 rough: fewer than %d samples, or the ends of its interval differ by a "
                   "factor of %d or more",
                   out->len ? "; " : "", NUMBER_SAMPLES, NUMBER_FACTOR);
    if (has_absent)
        buf_printf(out, "%s- could not be had", out->len ? "; " : "");
    if (has_peers)
        buf_printf(out, "%speers are executors made of somebody else's library",
                   out->len ? "; " : "");
}

void tables_for_readers(struct page *p, const struct tables *t)
{
    struct buf legend = {0};
    for (size_t i = 0; i < t->count; i++) {
        page_gap(p);
        add_grid(p, t, &t->grids[i]);
    }
    if (t->count == 0) {
        page_to(p, PAGE_TERMINAL);
        page_gap(p);
        page_say(p, PAGE_SENTENCE, "no cells");
        page_to(p, PAGE_READERS);
    }
    add_legend(&legend, p, t);
    if (legend.len || legend.failed) {
        page_gap(p);
        page_say(p, PAGE_LEGEND, "%s", page_text_of(p, &legend));
    }
    page_settle(p, &legend);
}

/* ---- Programs ----------------------------------------------------------------------------- */

/* "duration=10ms;gil.interval=5ms" */
static void add_params(struct page *p, const struct entry *e)
{
    struct dims params = {0};
    struct dim_value value;
    struct buf text = {0};
    dims_of_params(&params, e, 1);
    for (size_t i = 0; i < params.count; i++)
        if (dim_value_of(e, params.names[i], &value))
            buf_printf(&text, "%s%s=%s", text.len ? ";" : "", params.names[i], dim_text(&value));
    text.failed |= params.failed; /* a parameter that is left out is no table */
    page_text(p, "%s", page_text_of(p, &text));
    page_settle(p, &text);
    dims_release(&params);
}

static void add_whole(struct page *p, double value)
{
    page_number(p, value, NULL, 15);
}

static void add_cell(struct page *p, const struct entry *e)
{
    const struct result_cell *c = e->cell;
    page_row(p);
    page_texts(p, e->result->label, e->result->hostname, c->id, c->workload, c->lock, c->executor,
               NULL);
    add_whole(p, (double)c->tasks);
    add_whole(p, (double)c->workers);
    page_text(p, "%s", c->placement);
    add_params(p, e);
    page_text(p, "%s", cell_status_name(c->status));
}

static void add_value(struct page *p, const struct page_value *v)
{
    add_whole(p, v->center);
    add_whole(p, v->lo);
    add_whole(p, v->hi);
    add_whole(p, v->level);
}

static void add_metric(struct page *p, const struct slot *s, const struct slot *ratio)
{
    static const struct page_value unknown = {(double)NAN, (double)NAN, (double)NAN, (double)NAN,
                                              0};
    const struct result_metric *m = s->metric;
    struct page_value v = m->summary.n ? value_of_summary(&m->summary) : unknown;
    struct page_value r =
        ratio && ratio->kind == SLOT_RATIO ? value_of_ratio(&ratio->ratio) : unknown;
    page_texts(p, m->name, m->unit, m->better, NULL);
    add_value(p, &v);
    page_count(p, m->summary.n);
    page_text(p, "%s", m->source);
    add_value(p, &r);
    page_text(p, "%s", m->reason ? m->reason : "");
}

/* A cell that was not measured has one row: no metric, the reason at the end. */
static void add_unmeasured(struct page *p, const struct entry *e)
{
    add_cell(p, e);
    for (int blank = 0; blank < 13; blank++)
        page_empty(p);
    page_text(p, "%s", e->cell->reason);
}

static void add_row(struct page *p, const struct grid *g, size_t row)
{
    const struct result_cell *said = NULL;
    for (size_t c = 0; c < g->column_count; c++) {
        const struct slot *s = grid_slot(g, row, c);
        if (s->kind == SLOT_VALUE || s->kind == SLOT_ABSENT) {
            bool is_followed = c + 1 < g->column_count && g->columns[c + 1].is_ratio;
            add_cell(p, &s->entry);
            add_metric(p, s, is_followed ? s + 1 : NULL);
        } else if (s->kind == SLOT_STATUS && s->entry.cell != said) {
            said = s->entry.cell;
            add_unmeasured(p, &s->entry);
        }
    }
    /* A grid without columns still has its unmeasured cells. */
    if (g->column_count == 0 && g->rows[row].only.cell)
        add_unmeasured(p, &g->rows[row].only);
}

void tables_for_programs(struct page *p, const struct tables *t)
{
    static const struct page_column columns[] = {
        {.key = "result"},    {.key = "host"},
        {.key = "id"},        {.key = "workload"},
        {.key = "lock"},      {.key = "executor"},
        {.key = "tasks"},     {.key = "workers"},
        {.key = "placement"}, {.key = "params"},
        {.key = "status"},    {.key = "metric"},
        {.key = "unit"},      {.key = "better"},
        {.key = "center"},    {.key = "lo"},
        {.key = "hi"},        {.key = "level"},
        {.key = "n"},         {.key = "source"},
        {.key = "ratio"},     {.key = "ratio_lo"},
        {.key = "ratio_hi"},  {.key = "ratio_level"},
        {.key = "reason"},    {0},
    };
    page_to(p, PAGE_DATA);
    page_grid(p, &(struct page_grid_form){.key = "cells", .columns = columns});
    for (size_t i = 0; i < t->count; i++)
        for (size_t r = 0; r < t->grids[i].row_count; r++)
            add_row(p, &t->grids[i], r);
}
