/* Summaries and ratios as the numbers of a page (page/number.h). */
#ifndef CONTEND_JUDGE_PARTS_NUMBER_H
#define CONTEND_JUDGE_PARTS_NUMBER_H

#include "bench/page/number.h"
#include "bench/stats/robust.h"
#include "bench/stats/summary.h"

#include <string.h>

static inline struct page_value value_of_summary(const struct summary *s)
{
    return (struct page_value){s->center, s->lo, s->hi, s->level, s->n};
}

static inline struct page_value value_of_ratio(const struct ratio *r)
{
    return (struct page_value){.center = r->center, .lo = r->lo, .hi = r->hi, .level = r->level};
}

static inline void number_of_summary(struct number *out, const struct summary *s, const char *unit,
                                     const char *nature)
{
    struct page_value v = value_of_summary(s);
    number_of_value(out, &v, unit, !strcmp(nature, "exact"), 0);
}

static inline enum ratio_standing number_ratio_standing(const struct ratio *r)
{
    struct page_value v = value_of_ratio(r);
    return number_standing(&v);
}

static inline void number_of_ratio(struct number *out, const struct ratio *r)
{
    struct page_value v = value_of_ratio(r);
    number_of_quotient(out, &v, false);
}

#endif
