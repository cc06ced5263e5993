/*
 * What a side did not deliver.
 *
 * A slot counts for a metric only where both sides have a value.  Where one side lacks it more
 * often than the other, what is left is no fair sample of that side: a run that prints nothing, or
 * whose time cannot be told, may be just the one that took ten times as long.  So that is a finding
 * of its own, and never "same".
 */
#ifndef CONTEND_JUDGE_DUEL_MISSING_H
#define CONTEND_JUDGE_DUEL_MISSING_H

#include <stdbool.h>
#include <stddef.h>

struct missing {
    size_t slots;                  /* that count */
    size_t base, head;             /* of these without a value of base, of head */
    size_t base_alone, head_alone; /* without one of this side alone */
};

/* Of the values of slots from..to; NaN is what is missing. */
struct missing missing_of(const double *base, const double *head, size_t from, size_t to);

/*
 * Whether that is a finding: one side lacks some and the other none, or one lacks more than a fair
 * coin explains (two-sided exact sign test at 5 % on the slots in which one alone lacks it).
 */
bool missing_is_lopsided(const struct missing *m);

/* Some, of either side, and not all of both. */
bool missing_is_partial(const struct missing *m);

/* Lopsided, and not just that one side never has it and the other always. */
bool missing_comes_and_goes(const struct missing *m);

#endif
