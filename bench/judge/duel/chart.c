/* A duel as a picture: head against base, and beside it base against itself. */
#include "bench/judge/duel/report.h"

#include <math.h>

enum { ROWS = 24 };

static bool is_drawn(const struct duel_row *row)
{
    return row->is_gated && row->arms[ARM_HEAD].effect.n > 1;
}

static unsigned tint_of(const struct duel_row *row)
{
    return row->verdict == VERDICT_SLOWER ? 2 : row->verdict == VERDICT_FASTER ? 3 : 1;
}

/* Logarithms of how many times as bad. */
static void add_arm(struct page *p, const struct duel_report *r, size_t subject,
                    const struct duel_row *row, enum duel_arm arm)
{
    const struct summary *e = &row->arms[arm].effect;
    struct buf name = {0};
    if (e->n < 2)
        return;
    buf_printf(&name, "%s: %s, %s", verdict_name(row->verdict), r->subjects[subject].name,
               row->metric);
    page_point(p, &(struct page_point){.y = exp(e->center),
                                       .lo = exp(e->lo),
                                       .hi = exp(e->hi),
                                       .label = page_text_of(p, &name),
                                       .flags = arm == ARM_HEAD && row->verdict == VERDICT_UNDECIDED
                                                    ? PAGE_ROUGH
                                                    : 0});
    page_settle(p, &name);
}

/* Those of one arm, of head those of one colour. */
static void add_series(struct page *p, const struct duel_report *r, enum duel_arm arm,
                       unsigned tint, const char *name)
{
    bool has_series = false;
    size_t drawn = 0;
    for (size_t i = 0; i < r->count; i++)
        for (size_t j = 0; j < r->outcomes[i].row_count && drawn < ROWS; j++) {
            const struct duel_row *row = &r->outcomes[i].rows[j];
            if (!is_drawn(row))
                continue;
            drawn++;
            if (arm == ARM_HEAD && tint_of(row) != tint)
                continue;
            if (!has_series)
                page_series(p, &(struct page_series_form){.name = name,
                                                          .tint = tint,
                                                          .mark = arm == ARM_HEAD ? PAGE_AS_CHART
                                                                                  : PAGE_TICK});
            has_series = true;
            add_arm(p, r, i, row, arm);
        }
}

void duel_chart(struct page *p, const struct duel_report *r)
{
    struct buf title = {0};
    size_t drawn = 0;
    for (size_t i = 0; i < r->count; i++)
        for (size_t j = 0; j < r->outcomes[i].row_count; j++)
            drawn += is_drawn(&r->outcomes[i].rows[j]);
    if (!drawn)
        return;
    duel_add_tally(&title, r);
    page_chart(p, &(struct page_chart_form){
                      .key = "duel",
                      .title = page_text_of(p, &title),
                      .subtitle = "How many times as bad head is as base, with 95 % intervals, "
                                  "measured in pairs; left "
                                  "of the line is better. Strokes: base against itself under "
                                  "another name, the control.",
                      .note = drawn > ROWS ? "More rows stand in the table." : NULL,
                      .kind = PAGE_DOTS,
                      .y = {.name = "times as bad", .unit = "ratio", .scale = PAGE_LOG}});
    add_series(p, r, ARM_HEAD, 2, "slower");
    add_series(p, r, ARM_HEAD, 3, "faster");
    add_series(p, r, ARM_HEAD, 1, "neither shown");
    add_series(p, r, ARM_NULL, 8, "base against itself");
    page_series(p, &(struct page_series_form){.name = "no change", .mark = PAGE_RULE, .tint = 8});
    page_point(p, &(struct page_point){.y = 1, .lo = (double)NAN, .hi = (double)NAN});
    page_settle(p, &title);
}
