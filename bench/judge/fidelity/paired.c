/*
 * Verdicts of an interleaved run: each round has both runtimes next to each other, and the
 * difference between them is one number a round.  What a slow hour does to a machine falls on both
 * and is not in it.
 *
 * A row is a set of conditions, each a series and the bounds it has to keep (equivalence.h).  It
 * agrees when each one is shown to be kept, at 5 % the row, however often one looks; it differs
 * when one is shown to be broken, at 5 % all rows together.
 */
#include "bench/judge/fidelity/parts.h"
#include "bench/stats/equivalence.h"
#include "bench/stats/robust.h"
#include "bench/stats/verdict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALPHA 0.05

double fidelity_bounded_ln(double value)
{
    return value > 0 ? fmax(-20, fmin(20, log(value))) : -20;
}

static struct fidelity_value value_of_series(const struct fidelity_series *s, struct err *err)
{
    struct fidelity_value v = {NAN, NAN, NAN};
    struct summary sum;
    if (s->count && !summary_of(s->values, s->count, SUMMARY_LEVEL, &sum, err))
        v = (struct fidelity_value){sum.center, sum.lo, sum.hi};
    return v;
}

double fidelity_median(const double *x, size_t count, struct err *err)
{
    struct summary sum;
    return count && !summary_of(x, count, SUMMARY_LEVEL, &sum, err) ? sum.center : (double)NAN;
}

/* ---- Conditions -------------------------------------------------------------------- */

/* Rounds still to come where each adds what those so far did: single ones that something disturbed
 * are in it, as they are not in how far rounds usually differ.  0: there is no such pace. */
static size_t lacking_at_this_pace(double evidence_ln, double needed_ln, size_t count)
{
    double more = (needed_ln - evidence_ln) / evidence_ln * (double)count;
    return evidence_ln > 0 && more > 0 && more < 1e6 ? (size_t)ceil(more) : 0;
}

static void settle_in_sight(const double *x, size_t count, double lo, double hi,
                            const struct equivalence_evidence *e, double parts_ln,
                            struct fidelity_judged *out, struct err *err)
{
    double middle = isinf(lo) ? hi - M_LN2 : isinf(hi) ? lo + M_LN2 : (lo + hi) / 2;
    double half = isinf(lo) ? hi - middle : middle - lo;
    double effect = fidelity_median(x, count, err) - middle;
    out->spread = 0;
    out->lies = effect / half;
    if (count > 1)
        mad_of(x, count, &out->spread, err);
    bool is_beyond = fabs(out->lies) > 1;
    double needed_ln = is_beyond ? out->needed + parts_ln : log(1 / ALPHA);
    double evidence_ln = is_beyond ? fmax(e->below_lo, e->above_hi) : e->within;
    size_t total = verdict_pairs_to_settle(effect, out->spread, half, needed_ln);
    size_t by_pace = lacking_at_this_pace(evidence_ln, needed_ln, count);
    out->lacking = total > count ? total - count : total ? 1 : 0;
    if (out->lacking && by_pace > out->lacking)
        out->lacking = by_pace;
}

/* One more condition: all must hold. `parts` is how many of them share the risk. */
static int add_condition(struct fidelity_judged *j, const double *x, size_t count, double lo,
                         double hi, size_t parts, struct err *err)
{
    struct equivalence_evidence e;
    if (equivalence_of(x, count, lo, hi, &e, err))
        return -1;
    if (e.within <= j->within) {
        j->within = e.within;
        settle_in_sight(x, count, lo, hi, &e, equivalence_price_ln(parts), j, err);
    }
    j->beyond = fmax(j->beyond, equivalence_beyond_ln(&e, parts));
    return 0;
}

/* ---- Kinds of rows ----------------------------------------------------------------- */

static int both_series(struct fidelity_row *row, const struct result *emulated,
                       const struct result *real, int edge, struct fidelity_series *e,
                       struct fidelity_series *r, struct err *err)
{
    const struct fidelity_rule *rule = row->rule;
    *r = (struct fidelity_series){0};
    if (fidelity_series_of(emulated, rule, &rule->subject, &rule->base, edge, e, row->reason,
                           sizeof row->reason, err))
        return -1;
    if (row->reason[0] == '\0' && fidelity_series_of(real, rule, &rule->subject, &rule->base, edge,
                                                     r, row->reason, sizeof row->reason, err)) {
        fidelity_series_release(e);
        return -1;
    }
    fidelity_series_meet(e, r);
    if (!e->count && !row->reason[0])
        snprintf(row->reason, sizeof row->reason, "no round has both runtimes");
    row->rounds = e->count;
    return 0;
}

/* The difference of each round, on the scale of the row's tolerance. */
static void differences(const struct fidelity_rule *rule, const struct fidelity_series *e,
                        const struct fidelity_series *r, double *out)
{
    bool is_plain = rule->kind == FIDELITY_COLLAPSE || rule->kind == FIDELITY_SHAPE;
    for (size_t i = 0; i < e->count; i++)
        out[i] = is_plain ? e->values[i] - r->values[i]
                          : fidelity_bounded_ln(e->values[i]) - fidelity_bounded_ln(r->values[i]);
}

static int judge_ratio(struct fidelity_row *row, const struct fidelity_series *e,
                       const struct fidelity_series *r, double *x, struct fidelity_judged *j,
                       struct err *err)
{
    double tolerance = row->rule->tolerance;
    differences(row->rule, e, r, x);
    row->difference = expm1(fidelity_median(x, e->count, err));
    return add_condition(j, x, e->count, log1p(-tolerance), log1p(tolerance), 1, err);
}

/*
 * Both keep next to nothing, or about the same: two ways to agree, one shown is enough.  It differs
 * when neither can be: one keeps more, and not as much as the other.
 */
static int judge_collapse(struct fidelity_row *row, const struct fidelity_series *e,
                          const struct fidelity_series *r, double *x, struct fidelity_judged *j,
                          struct err *err)
{
    const struct fidelity_series *sides[] = {e, r};
    double limit = 1 - row->rule->tolerance;
    struct fidelity_judged little = *j, same = *j;
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < e->count; i++)
            x[i] = fidelity_bounded_ln(sides[side]->values[i]);
        if (add_condition(&little, x, e->count, -(double)INFINITY, log(limit), 2, err))
            return -1;
    }
    differences(row->rule, e, r, x);
    row->difference = -fidelity_median(x, e->count, err);
    if (add_condition(&same, x, e->count, -limit, limit, 1, err))
        return -1;
    *j = little.within >= same.within ? little : same;
    j->within -= M_LN2;
    j->beyond = fmin(little.beyond, same.beyond);
    return 0;
}

static int judge_shape(struct fidelity_row *row, const struct result *emulated,
                       const struct result *real, double *x, size_t room, struct fidelity_judged *j,
                       struct err *err)
{
    int failed = 0;
    row->difference = 0;
    for (int edge = 0; edge < FIDELITY_EDGES && !failed; edge++) {
        struct fidelity_series e, r;
        if (both_series(row, emulated, real, edge, &e, &r, err))
            return -1;
        size_t count = e.count < room ? e.count : room;
        differences(row->rule, &e, &r, x);
        double center = fidelity_median(x, count, err);
        if (fabs(center) > fabs(row->difference))
            row->difference = center;
        failed = add_condition(j, x, count, -row->rule->tolerance, row->rule->tolerance,
                               FIDELITY_EDGES, err);
        fidelity_series_release(&e);
        fidelity_series_release(&r);
    }
    return failed;
}

/* ---- Rows -------------------------------------------------------------------------- */

static int judge_variant(struct fidelity_row *row, const struct result *emulated,
                         struct fidelity_judged *j, struct err *err)
{
    const struct fidelity_rule *rule = row->rule;
    struct fidelity_series e;
    if (fidelity_series_of(emulated, rule, &rule->subject, &rule->base, -1, &e, row->reason,
                           sizeof row->reason, err))
        return -1;
    row->rounds = e.count;
    row->emulated = value_of_series(&e, err);
    for (size_t i = 0; i < e.count; i++)
        e.values[i] = fidelity_bounded_ln(e.values[i]);
    int failed = 0;
    if (e.count)
        failed = add_condition(j, e.values, e.count,
                               rule->least > 0 ? log(rule->least) : -(double)INFINITY,
                               log(rule->most), 1, err);
    fidelity_series_release(&e);
    return failed;
}

/* Median and 90th percentile of the rounds, to be shown. */
static int show_shape(struct fidelity_row *row, const struct result *emulated,
                      const struct result *real, struct err *err)
{
    double shown[2][2] = {{NAN, NAN}, {NAN, NAN}};
    struct fidelity_rule rule = *row->rule;
    const struct fidelity_rule *own = row->rule;
    for (size_t i = 0; i < 2; i++) {
        struct fidelity_series e, r;
        rule.quantile = i ? 0.9 : 0.5;
        row->rule = &rule;
        int failed = both_series(row, emulated, real, -1, &e, &r, err);
        row->rule = own;
        if (failed)
            return -1;
        struct fidelity_value a = value_of_series(&e, err), b = value_of_series(&r, err);
        if (i == 0) {
            row->emulated = a;
            row->real = b;
        }
        shown[0][i] = a.center;
        shown[1][i] = b.center;
        fidelity_series_release(&e);
        fidelity_series_release(&r);
    }
    if (row->reason[0])
        return 0;
    fidelity_shape_text(shown[0][0], shown[0][1], row->emulated_text, sizeof row->emulated_text);
    fidelity_shape_text(shown[1][0], shown[1][1], row->real_text, sizeof row->real_text);
    return 0;
}

static int judge_both(struct fidelity_row *row, const struct result *emulated,
                      const struct result *real, struct fidelity_judged *j, struct err *err)
{
    bool is_shape = row->rule->kind == FIDELITY_SHAPE;
    struct fidelity_series e, r;
    if (both_series(row, emulated, real, is_shape ? 0 : -1, &e, &r, err))
        return -1;
    size_t count = e.count;
    double *x = malloc((count + 1) * sizeof *x);
    int failed = x ? 0 : err_set(err, ERR_SYSTEM, "%zu rounds: out of memory", count);
    row->emulated = value_of_series(&e, err);
    row->real = value_of_series(&r, err);
    if (!failed && count)
        failed = is_shape ? judge_shape(row, emulated, real, x, count, j, err)
                 : row->rule->kind == FIDELITY_COLLAPSE ? judge_collapse(row, &e, &r, x, j, err)
                                                        : judge_ratio(row, &e, &r, x, j, err);
    free(x);
    fidelity_series_release(&e);
    fidelity_series_release(&r);
    if (failed || !is_shape || row->reason[0])
        return failed;
    return show_shape(row, emulated, real, err);
}

static void say_what_lacks(struct fidelity_row *row, const struct fidelity_judged *j)
{
    enum {
        FEWEST = 6, /* 5 that agree without any noise come to 15 of the 20 */
        REACH = 1000
    };
    char *out = row->reason;
    size_t size = sizeof row->reason;
    row->rounds_lacking = row->rounds < FEWEST  ? FEWEST - row->rounds
                          : j->lacking <= REACH ? j->lacking
                                                : 0;
    if (row->rounds < FEWEST)
        snprintf(out, size, "%zu rounds: %d is the least that can show anything", row->rounds,
                 FEWEST);
    else if (row->rule->kind == FIDELITY_ORDER)
        snprintf(out, size,
                 "%zu rounds do not settle which is done first: more rounds, or less "
                 "that runs beside it",
                 row->rounds);
    else if (!row->rounds_lacking)
        snprintf(out, size,
                 "%zu rounds differ by %.1f %% among themselves and lie at %.2f of the tolerance: "
                 "more than %d at this noise, or less that runs beside it",
                 row->rounds, 100 * j->spread, fabs(j->lies), REACH);
    else
        snprintf(out, size,
                 "%zu rounds differ by %.1f %% among themselves and lie at %.2f of the tolerance: "
                 "some %zu more at this noise, or less that runs beside it",
                 row->rounds, 100 * j->spread, fabs(j->lies), j->lacking);
}

static void show(struct fidelity_row *row)
{
    if (row->rule->kind == FIDELITY_COLLAPSE) {
        struct fidelity_value *values[] = {&row->emulated, &row->real};
        for (size_t i = 0; i < 2; i++)
            *values[i] = (struct fidelity_value){1 - values[i]->center, 1 - values[i]->hi,
                                                 1 - values[i]->lo};
    }
    if (!row->emulated_text[0] && !isnan(row->emulated.center))
        fidelity_value_text(row->rule, row->emulated.center, row->emulated_text,
                            sizeof row->emulated_text);
    if (!row->real_text[0] && !isnan(row->real.center))
        fidelity_value_text(row->rule, row->real.center, row->real_text, sizeof row->real_text);
}

int fidelity_judge_rounds(struct fidelity_row *row, const struct result *emulated,
                          const struct result *real, size_t tests, struct err *err)
{
    struct fidelity_judged j = {.within = (double)INFINITY, .needed = log((double)tests / ALPHA)};
    enum fidelity_kind kind = row->rule->kind;
    int failed = kind == FIDELITY_ORDER     ? fidelity_judge_order(row, emulated, real, &j, err)
                 : kind == FIDELITY_VARIANT ? judge_variant(row, emulated, &j, err)
                                            : judge_both(row, emulated, real, &j, err);
    if (failed)
        return -1;
    show(row);
    if (!row->rounds || row->reason[0])
        return 0;
    static const enum fidelity_verdict verdicts[] = {[EQUIVALENCE_WITHIN] = FIDELITY_AGREES,
                                                     [EQUIVALENCE_BEYOND] = FIDELITY_DIFFERS,
                                                     [EQUIVALENCE_OPEN] = FIDELITY_UNDECIDED};
    row->verdict = verdicts[equivalence_decide(j.within, j.beyond, log(1 / ALPHA), j.needed)];
    if (row->verdict == FIDELITY_UNDECIDED)
        say_what_lacks(row, &j);
    return 0;
}
