/* Claims and their verdicts as pages. */
#ifndef CONTEND_JUDGE_CLAIMS_SHOW_H
#define CONTEND_JUDGE_CLAIMS_SHOW_H

#include "bench/judge/claims/judge.h"
#include "bench/page/page.h"

/* Everything there is to be shown; borrowed. */
struct claims_view {
    const struct result *result;
    const struct verdicts *verdicts;
    /* The interpreter beside it: both NULL when none was asked, or when there is none. */
    const struct result *reference;
    const struct verdicts *reference_verdicts;
    const char *reference_missing; /* why there is none, though one was asked; NULL otherwise */
    const struct substitutions *substitutions;
    const struct opt_list *plugins;
};

/* Every claim with its verdict and what it rests on, onto a page that this begins. */
void claims_page(struct page *p, const struct claims_view *v);

/* How each stands, as a chart; nothing where no effect is a ratio. */
void claims_chart(struct page *p, const struct verdicts *v);

/* The claims without verdicts, for --list. */
void claims_list_page(struct page *p, const struct claim_list *claims);

/* contend.claims/1, numbers unrounded. NULL when memory ran out. */
json_t *claims_document(const struct claims_view *p);

/* "1.95x [1.90x, 1.99x]", "0 in 11 rounds", "none". */
void effect_text(const struct part_verdict *p, char *out, size_t size);

/* What the reference says of the same claim; NULL where it was not asked. */
const struct claim_verdict *reference_of(const struct claims_view *v, size_t i);

#endif
