/* A comparison as a picture: how much worse each row is, with its interval, the worst first. */
#include "bench/base/vec.h"
#include "bench/judge/compare/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 24 };

/* Rows with a number, those of a verdict together: that is their order already. */
static bool is_drawn(const struct compare_row *row)
{
    return row->verdict != VERDICT_NOT_COMPARABLE && !row->is_exact && !row->is_control &&
           isfinite(row->shift.effect);
}

static void add_row(struct page *p, const struct compare_row *row)
{
    struct buf name = {0};
    buf_printf(&name, "%s: %s, %s", verdict_name(row->verdict), row->id, row->metric);
    page_point(p,
               &(struct page_point){.y = exp(row->shift.effect),
                                    .lo = exp(row->shift.lo),
                                    .hi = exp(row->shift.hi),
                                    .label = page_text_of(p, &name),
                                    .flags = row->verdict == VERDICT_UNDECIDED ? PAGE_ROUGH : 0});
    page_settle(p, &name);
}

/* "slower" in the colour of what is bad, "faster" in that of what is good. */
static unsigned tint_of(enum verdict v)
{
    return v == VERDICT_SLOWER ? 2 : v == VERDICT_FASTER ? 3 : v == VERDICT_UNDECIDED ? 8 : 1;
}

struct rows {
    VEC(const struct compare_row *);
};

static int worst_first(const void *left, const void *right)
{
    double a = (*(const struct compare_row *const *)left)->shift.effect;
    double b = (*(const struct compare_row *const *)right)->shift.effect;
    return a > b ? -1 : a < b;
}

static void add_verdict(struct page *p, const struct comparison *c, enum verdict v, size_t *left)
{
    struct rows rows = {0};
    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].verdict == v && is_drawn(&c->rows[i]))
            vec_add(&rows, &c->rows[i]);
    p->failed |= rows.failed;
    if (rows.count && *left) {
        qsort(rows.items, rows.count, sizeof *rows.items, worst_first);
        page_series(p, &(struct page_series_form){.name = verdict_name(v), .tint = tint_of(v)});
        for (size_t i = 0; i < rows.count && *left; i++, --*left)
            add_row(p, rows.items[i]);
    }
    vec_release(&rows);
}

void compare_chart(struct page *p, const struct comparison *c)
{
    struct buf title = {0}, subtitle = {0}, note = {0};
    size_t drawn = 0, left = ROWS;
    for (size_t i = 0; i < c->count; i++)
        drawn += is_drawn(&c->rows[i]);
    if (!drawn)
        return;
    compare_counts_text(c, &title);
    buf_printf(&subtitle,
               "%s against %s: how many times as bad, with intervals at %.0f %%; left of the line "
               "is better.",
               c->head->results[0].label, c->base->results[0].label, 100 * COMPARE_LEVEL);
    if (drawn > ROWS)
        buf_printf(&note, "%zu more rows stand in the tables.", drawn - ROWS);
    page_chart(p, &(struct page_chart_form){
                      .key = "differences",
                      .title = page_text_of(p, &title),
                      .subtitle = page_text_of(p, &subtitle),
                      .note = page_text_of(p, &note),
                      .kind = PAGE_DOTS,
                      .y = {.name = "times as bad", .unit = "ratio", .scale = PAGE_LOG}});
    for (enum verdict v = VERDICT_SLOWER; v < VERDICT_NOT_COMPARABLE; v++)
        add_verdict(p, c, v, &left);
    page_series(p, &(struct page_series_form){.name = "no change", .mark = PAGE_RULE, .tint = 8});
    page_point(p, &(struct page_point){.y = 1, .lo = (double)NAN, .hi = (double)NAN});
    page_settle(p, &title);
    page_settle(p, &subtitle);
    page_settle(p, &note);
}
