/* Claims as a picture: how each stands, and the effects that are ratios, with their intervals. */
#include "bench/judge/claims/show.h"

#include <math.h>
#include <stdio.h>

/* Those with a ratio to draw, of that standing. */
static bool is_drawn(const struct part_verdict *part, enum standing standing)
{
    return part->part->effect == EFFECT_RATIO && part->verdict == standing && part->effect.n > 0 &&
           part->effect.center > 0;
}

static void add_part(struct page *p, const struct claim_verdict *c, const struct part_verdict *part)
{
    const struct summary *e = &part->effect;
    bool has_interval = e->level > 0 && e->lo > 0;
    char name[160];
    if (c->part_count > 1)
        snprintf(name, sizeof name, "%d %s, part %d", c->claim->number, c->claim->name,
                 (int)(part - c->parts) + 1);
    else
        snprintf(name, sizeof name, "%d %s", c->claim->number, c->claim->name);
    page_point(p,
               &(struct page_point){.y = e->center,
                                    .lo = has_interval ? e->lo : (double)NAN,
                                    .hi = has_interval ? e->hi : (double)NAN,
                                    .label = name,
                                    .flags = part->verdict == STANDING_UNDECIDED ? PAGE_ROUGH : 0});
}

static size_t add_standing(struct page *p, const struct verdicts *v, enum standing standing,
                           unsigned tint, bool draws)
{
    size_t count = 0;
    for (size_t i = 0; i < v->count; i++)
        for (size_t k = 0; k < v->items[i].part_count; k++) {
            const struct part_verdict *part = &v->items[i].parts[k];
            if (!is_drawn(part, standing))
                continue;
            if (draws && !count)
                page_series(
                    p, &(struct page_series_form){.name = standing_name(standing), .tint = tint});
            if (draws)
                add_part(p, &v->items[i], part);
            count++;
        }
    return count;
}

void claims_chart(struct page *p, const struct verdicts *v)
{
    static const struct {
        enum standing standing;
        unsigned tint;
    } rows[] = {{STANDING_REFUTED, 2}, {STANDING_CONFIRMED, 3}, {STANDING_UNDECIDED, 8}};
    enum { ROWS = sizeof rows / sizeof *rows };
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++)
        count += add_standing(p, v, rows[i].standing, rows[i].tint, false);
    if (!count)
        return;
    char title[96];
    snprintf(title, sizeof title, "%zu of %zu claims confirmed, %zu refuted",
             v->counts[STANDING_CONFIRMED], v->count, v->counts[STANDING_REFUTED]);
    page_chart(p,
               &(struct page_chart_form){
                   .key = "claims",
                   .title = title,
                   .subtitle = "Effects that are ratios, with 95 % intervals: what the claim "
                               "speaks of over what it "
                               "is held against. Which side of 1 is claimed stands in the table.",
                   .kind = PAGE_DOTS,
                   .y = {.name = "ratio", .unit = "ratio", .scale = PAGE_LOG}});
    for (size_t i = 0; i < ROWS; i++)
        add_standing(p, v, rows[i].standing, rows[i].tint, true);
    page_series(p, &(struct page_series_form){.name = "equal", .mark = PAGE_RULE, .tint = 8});
    page_point(p, &(struct page_point){.y = 1, .lo = (double)NAN, .hi = (double)NAN});
}
