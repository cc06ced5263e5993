/*
 * What a ladder means, in sentences short enough for a screen.  Only usable cells are spoken of;
 * what could have been said of others is named as not said, and why.
 */
#ifndef CONTEND_JUDGE_SUMMARY_MEANING_H
#define CONTEND_JUDGE_SUMMARY_MEANING_H

#include "bench/judge/summary/summary.h"

struct meaning {
    VEC(char *);       /* each owned; the weightiest first */
    struct buf unsaid; /* "what starting costs, what waiting gains"; empty: nothing */
};

/* Of the rows of one result. 0 or -1 with ERR_SYSTEM; meaning_release() also then. */
int meaning_of(struct meaning *out, const struct ladder *l, const struct result *r,
               struct err *err);
void meaning_release(struct meaning *m);

#endif
