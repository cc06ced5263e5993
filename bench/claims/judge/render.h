/* Verdicts as text for a terminal, Markdown and JSON. */
#ifndef CONTEND_CLAIMS_JUDGE_RENDER_H
#define CONTEND_CLAIMS_JUDGE_RENDER_H

#include "bench/claims/judge/judge.h"
#include "bench/report/render.h"

/* Everything there is to be shown; borrowed. */
struct claims_page {
    const struct result *result;
    const struct verdicts *verdicts;
    /* The interpreter beside it: both NULL when none was asked, or when there is none. */
    const struct result *reference;
    const struct verdicts *reference_verdicts;
    const char *reference_missing; /* why there is none, though one was asked; NULL otherwise */
    const struct substitutions *substitutions;
    const struct opt_list *plugins;
    struct style style;
};

extern const char *const claims_formats[]; /* "text", "markdown", "json", NULL */

/* In the format of that index. 0, or -1 with ERR_SYSTEM. */
int claims_render(const struct claims_page *page, size_t format, struct buf *out, struct err *err);

/* The claims without verdicts, for --list. */
int claims_list_render(const struct claim_list *claims, size_t format, const struct style *style,
                       struct buf *out, struct err *err);

/* ---- Shared by the formats --------------------------------------------------------- */

/* "1.95x [1.90x, 1.99x]", "0 in 11 rounds", "none". */
void effect_text(const struct part_verdict *p, char *out, size_t size);
/* "above 1.25", "0.8 to 1.25", "never". */
void bounds_text(const struct claim_part *p, char *out, size_t size);
/* What the reference says of the same claim or part; NULL where it was not asked. */
const struct claim_verdict *reference_of(const struct claims_page *page, size_t i);
const struct part_verdict *reference_part(const struct claim_verdict *v,
                                          const struct claim_part *part);
/* "17 claims: 16 confirmed, 1 undecided" */
void counts_text(const struct verdicts *v, struct buf *out);

void claims_render_text(const struct claims_page *page, struct buf *out);
void claims_render_markdown(const struct claims_page *page, struct buf *out);
int claims_render_json(const struct claims_page *page, struct buf *out, struct err *err);

#endif
