/* Waiting for a lock, and whether everybody gets a turn. */
#include "bench/judge/charts/pick.h"

#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/metric_names.h"

#include "bench/judge/parts/number.h"

#include <string.h>

enum { ROWS = 12 };

static const struct side {
    const char *metric, *title;
    bool is_percent;
} sides[] = {
    {"lock_wait_ratio", "waiting for the lock, of the units' time", true},
    {"fairness_ratio", "fairness: 1 is even turns (Jain's index)", false},
};

/* Several units that compete for a lock which keeps them apart. */
static bool is_contest(const struct result_cell *c)
{
    return c->tasks > 1 && cell_is_locked(c) && result_value_find(c, sides[0].metric);
}

static void add_side(struct page *p, const struct chart_cells *cells, const struct side *side)
{
    const struct page_axis y = {
        .name = side->title, .unit = "ratio", .to = 1, .is_percent = side->is_percent};
    struct buf name = {0};
    char head[64];
    page_panel(p, side->title, NULL, &y);
    page_series(p, &(struct page_series_form){.name = metric_head(head, sizeof head, side->metric),
                                              .tint = side->is_percent ? 2 : 3});
    for (size_t i = 0; i < cells->count; i++) {
        const struct result_metric *m = result_value_find(cells->items[i], side->metric);
        if (!m)
            continue;
        buf_reset(&name);
        add_cell_name(&name, cells->items[i]);
        page_row_point(p, page_text_of(p, &name), value_of_summary(&m->summary),
                       cell_flags(cells->items[i]));
    }
    page_settle(p, &name);
}

/* Of all cells, those without room as well.  Returns the one it rests on. */
static const struct result_cell *add_finding(struct buf *out, const struct chart_cells *cells)
{
    const struct result_cell *least = NULL;
    const struct result_metric *worst = NULL;
    bool is_of_all = true;
    for (size_t i = 0; i < cells->count; i++) {
        const struct result_metric *m = result_value_find(cells->items[i], sides[1].metric);
        is_of_all &= !cell_flags(cells->items[i]);
        if (!m || cell_flags(cells->items[i]) ||
            (worst && m->summary.center >= worst->summary.center))
            continue;
        least = cells->items[i];
        worst = m;
    }
    if (!worst)
        buf_add(out, "Waiting for a lock");
    else if (worst->summary.center > 0.9)
        buf_printf(out, "Turns are fair %s: %.3g at the least",
                   is_of_all ? "everywhere" : "in all usable cells", worst->summary.center);
    else {
        const struct page_value v = value_of_summary(&worst->summary);
        buf_printf(out, "Turns are least fair (%s%.2f) with ", number_is_rough(&v) ? "~" : "",
                   worst->summary.center);
        add_cell_name(out, least);
    }
    return least;
}

static int add(struct page *p, const struct chart_subject *s, struct err *err)
{
    struct chart_cells cells = {0};
    struct buf title = {0}, note = {0};
    for (size_t i = 0; i < s->cells.count; i++)
        if (is_contest(s->cells.items[i]))
            vec_add(&cells, s->cells.items[i]);
    bool failed = cells.failed;
    if (cells.count && !failed) {
        const struct result_cell *named = add_finding(&title, &cells);
        add_left_out(&note, cells_cut(&cells, ROWS, named));
        page_chart(p, &(struct page_chart_form){
                          .key = "contention",
                          .title = page_text_of(p, &title),
                          .subtitle = "Medians of rounds with their 95 % intervals, of the "
                                      "launches that measure: no ledger is kept there.",
                          .note = page_text_of(p, &note),
                          .kind = PAGE_BARS,
                          .y = {.name = "share", .unit = "ratio", .to = 1}});
        for (size_t i = 0; i < 2; i++)
            add_side(p, &cells, &sides[i]);
    }
    vec_release(&cells);
    page_settle(p, &title);
    page_settle(p, &note);
    return failed ? err_set(err, ERR_SYSTEM, "charts: out of memory") : 0;
}

const struct chart chart_contention = {
    .name = "contention",
    .summary = "waiting for a lock, and whether everybody gets a turn",
    .wants = "cells of several tasks under a lock, with lock_wait_ratio",
    .add = add,
};
