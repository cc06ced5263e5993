/* Which of the four forms of prime is done first, round by round. */
#include "bench/judge/fidelity/parts.h"
#include "bench/stats/equivalence.h"

#include <math.h>
#include <stdlib.h>

/* Evidence that form a takes less than form b by more than the tolerance, and that it does not. */
struct ordered {
    double is_less, is_not_less;
};

static int order_evidence(const struct fidelity_series *a, const struct fidelity_series *b,
                          double tolerance, double *x, struct ordered *out, struct err *err)
{
    struct equivalence_evidence e;
    for (size_t i = 0; i < a->count; i++)
        x[i] = fidelity_bounded_ln(a->values[i]) - fidelity_bounded_ln(b->values[i]);
    if (equivalence_of(x, a->count, log1p(-tolerance), (double)INFINITY, &e, err))
        return -1;
    *out = (struct ordered){e.below_lo, e.within};
    return 0;
}

/* Whether one side puts a before b and the other b before a. */
static int judge_pair(const struct fidelity_series *e, const struct fidelity_series *r, size_t a,
                      size_t b, double tolerance, double *x, struct fidelity_judged *j,
                      struct err *err)
{
    struct ordered ab[2], ba[2];
    for (int side = 0; side < 2; side++) {
        const struct fidelity_series *s = side ? r : e;
        if (order_evidence(&s[a], &s[b], tolerance, x, &ab[side], err) ||
            order_evidence(&s[b], &s[a], tolerance, x, &ba[side], err))
            return -1;
    }
    enum { REVERSALS = FIDELITY_FORMS * (FIDELITY_FORMS - 1) };
    double kept = fmin(fmax(ab[0].is_not_less, ba[1].is_not_less),
                       fmax(ba[0].is_not_less, ab[1].is_not_less)) -
                  M_LN2;
    double turned = fmax(fmin(ab[0].is_less, ba[1].is_less), fmin(ba[0].is_less, ab[1].is_less));
    j->within = fmin(j->within, kept);
    j->beyond = fmax(j->beyond, turned - log(REVERSALS));
    return 0;
}

int fidelity_judge_order(struct fidelity_row *row, const struct result *emulated,
                         const struct result *real, struct fidelity_judged *j, struct err *err)
{
    enum { ALL = 2 * FIDELITY_FORMS };
    struct fidelity_series all[ALL] = {0};
    static const struct fidelity_cell none = {0};
    const struct result *sides[] = {emulated, real};
    double tolerance = row->rule->tolerance, *x = NULL, times[ALL];
    int failed = 0;
    for (size_t i = 0; i < ALL && !failed; i++)
        failed = fidelity_series_of(sides[i / FIDELITY_FORMS], row->rule,
                                    &fidelity_forms[i % FIDELITY_FORMS].cell, &none, -1, &all[i],
                                    row->reason, sizeof row->reason, err);
    /* Once through and once more: then all have the rounds that all have. */
    for (size_t i = 1; i < 2 * ALL && !failed && !row->reason[0]; i++)
        fidelity_series_meet(&all[0], &all[i % ALL]);
    row->rounds = row->reason[0] ? 0 : all[0].count;
    if (!failed && row->rounds) {
        x = malloc(row->rounds * sizeof *x);
        failed = x ? 0 : err_set(err, ERR_SYSTEM, "the order of prime: out of memory");
    }
    for (size_t a = 0; a < FIDELITY_FORMS && x && !failed; a++)
        for (size_t b = a + 1; b < FIDELITY_FORMS && !failed; b++)
            failed = judge_pair(all, all + FIDELITY_FORMS, a, b, tolerance, x, j, err);
    for (size_t i = 0; i < ALL; i++) {
        times[i] = fidelity_median(all[i].values, all[i].count, err);
        fidelity_series_release(&all[i]);
    }
    if (row->rounds) {
        fidelity_order_text(times, tolerance, row->emulated_text, sizeof row->emulated_text);
        fidelity_order_text(times + FIDELITY_FORMS, tolerance, row->real_text,
                            sizeof row->real_text);
    }
    free(x);
    return failed;
}
