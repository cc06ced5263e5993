/* What claims there are: the lines of claims.def, in the order of the chapter. */
#ifndef CONTEND_JUDGE_CLAIMS_CLAIMS_H
#define CONTEND_JUDGE_CLAIMS_CLAIMS_H

#include "bench/base/err.h"
#include "bench/base/opts.h"
#include "bench/judge/claims/textbook/claim.h"

enum { CLAIMS_MAX = 64 };

/* The i-th, NULL behind the last. */
const struct claim *claim_at(size_t i);

/* By name or number; NULL with ERR_USAGE that names the nearest known one. */
const struct claim *claim_find(const char *word, struct err *err);

/* Some of the claims, each once, in the order of the chapter. */
struct claim_list {
    const struct claim *items[CLAIMS_MAX];
    size_t count;
};

/* Those that are named, "a,b" allowed in each word; all when none is. 0, or -1 with ERR_USAGE. */
int claims_choose(struct claim_list *out, const struct opt_list *words, struct err *err);

/* How many parts the claim has; each is judged by itself. */
size_t claim_part_count(const struct claim *c);

#endif
