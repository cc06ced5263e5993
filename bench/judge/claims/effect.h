/* The sample of a part's effect: one value for each round in which all it needs was measured. */
#ifndef CONTEND_JUDGE_CLAIMS_EFFECT_H
#define CONTEND_JUDGE_CLAIMS_EFFECT_H

#include "bench/judge/claims/cells.h"
#include "bench/result/result.h"

/* What a part is measured by in one result. */
struct evidence {
    const struct result_cell *subject, *base; /* base NULL where the effect needs none */
    double *effects;                          /* owned; in the order of the rounds */
    size_t count;
    double load_ratio; /* of the machine, taken by others while the worse of these cells was
                          measured */
};

/*
 * 0 with the evidence, 1 with the reason in words why there is none, or -1 with ERR_SYSTEM.
 * evidence_release() after 0.
 */
int evidence_of(const struct claim_part *part, const struct substitutions *s,
                const struct result *r, bool is_python, struct evidence *out, char *reason,
                size_t size, struct err *err);
void evidence_release(struct evidence *e);

#endif
