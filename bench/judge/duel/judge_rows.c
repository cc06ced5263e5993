/* Rows together: who is suspected, who is confirmed, and what the others are. */
#include "bench/judge/duel/judge.h"
#include "bench/stats/evalue.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS_LEAST = 8 /* fewer never show that sides are the same */ };

/* So seldom the pairs far out may lean to one side by chance: for a verdict, and for an end. */
#define TORN_CHANCE  0.15
#define LEANS_CHANCE 0.3

/* e-BH over the rows there are and those still to come, which have shown nothing yet. */
static int reject(const double *evidence_ln, size_t count, size_t rows_judged, double alpha,
                  bool *rejected, struct err *err)
{
    size_t all = rows_judged > count ? rows_judged : count;
    double *ln = malloc((all + 1) * sizeof *ln);
    bool *marks = malloc(all + 1);
    int failed = ln && marks ? 0 : err_set(err, ERR_SYSTEM, "no memory for %zu rows", all);
    for (size_t i = 0; i < all && !failed; i++)
        ln[i] = i < count ? evidence_ln[i] : (double)NAN;
    failed = failed || evalue_reject(ln, all, alpha, marks, NULL, err);
    if (!failed)
        memcpy(rejected, marks, count);
    free(ln);
    free(marks);
    return failed ? -1 : 0;
}

/* Both directions, each with its own evidence and its own error. */
static int reject_both(struct duel_row *const *rows, size_t count, size_t rows_judged, double alpha,
                       double (*evidence)(const struct duel_row *, enum verdict),
                       enum verdict *found, struct err *err)
{
    static const enum verdict directions[] = {VERDICT_SLOWER, VERDICT_FASTER};
    double *ln = malloc((count + 1) * sizeof *ln);
    bool *rejected = malloc(count + 1);
    int failed = ln && rejected ? 0 : err_set(err, ERR_SYSTEM, "no memory for %zu rows", count);
    for (size_t i = 0; i < count; i++)
        found[i] = VERDICT_UNDECIDED;
    for (int d = 0; d < 2 && !failed; d++) {
        for (size_t i = 0; i < count; i++)
            ln[i] = *rows[i]->reason ? (double)NAN : evidence(rows[i], directions[d]);
        failed = reject(ln, count, rows_judged, alpha, rejected, err);
        for (size_t i = 0; i < count && !failed; i++)
            found[i] = rejected[i] ? directions[d] : found[i];
    }
    free(ln);
    free(rejected);
    return failed ? -1 : 0;
}

static double outlying_p(const struct duel_row *row)
{
    return paired_sign_p(row->outlying.worse, row->outlying.better);
}

bool judge_is_torn(const struct duel_row *row)
{
    return outlying_p(row) <= TORN_CHANCE;
}

/*
 * Where the interval lies.  A control that widens the tolerance makes verdicts more cautious in
 * both directions: a difference may be put down to it, but equality is shown within the user's
 * threshold.
 */
static enum verdict placed(const struct duel_row *row)
{
    if (*row->reason)
        return VERDICT_NOT_COMPARABLE;
    /* A side alone that ran in several processes now and then is another program then. */
    if (missing_comes_and_goes(&row->net_missing) || judge_is_torn(row))
        return VERDICT_UNDECIDED;
    enum verdict wide = verdict_of(row->anytime_lo, row->anytime_hi, row->tolerance_ln);
    enum verdict narrow = verdict_of(row->anytime_lo, row->anytime_hi, row->threshold_ln);
    if (narrow == VERDICT_SAME)
        return VERDICT_SAME;
    return wide == VERDICT_SHIFTED ? VERDICT_SHIFTED : VERDICT_UNDECIDED;
}

static double first_evidence(const struct duel_row *row, enum verdict direction)
{
    return direction == VERDICT_SLOWER ? row->worse_ln : row->better_ln;
}

/* Two independent bets one after the other: what the first one won is staked in the second. */
static double both_evidence(const struct duel_row *row, enum verdict direction)
{
    return row->suspicion == direction && row->confirmation.has_agreed
               ? first_evidence(row, direction) + row->confirmation.evidence_ln - row->price_ln
               : (double)NAN;
}

int judge_suspects(struct duel_row *const *rows, size_t count, size_t rows_judged, struct err *err)
{
    enum verdict *found = malloc((count + 1) * sizeof *found);
    int failed = !found ? err_set(err, ERR_SYSTEM, "no memory for %zu rows", count)
                        : reject_both(rows, count, rows_judged, JUDGE_SUSPICION_ALPHA,
                                      first_evidence, found, err);
    for (size_t i = 0; i < count && !failed; i++) {
        rows[i]->suspicion = found[i];
        rows[i]->verdict = found[i] != VERDICT_UNDECIDED ? found[i] : placed(rows[i]);
    }
    free(found);
    return failed;
}

int judge_rows(struct duel_row *const *rows, size_t count, size_t rows_judged, double alpha,
               struct err *err)
{
    enum verdict *found = malloc((count + 1) * sizeof *found);
    int failed = !found
                     ? err_set(err, ERR_SYSTEM, "no memory for %zu rows", count)
                     : reject_both(rows, count, rows_judged, alpha / 2, both_evidence, found, err);
    for (size_t i = 0; i < count && !failed; i++)
        rows[i]->verdict = found[i] != VERDICT_UNDECIDED ? found[i] : placed(rows[i]);
    free(found);
    return failed;
}

bool judge_is_new(const struct duel_row *row)
{
    const struct missing *m = &row->missing;
    return m->slots && m->base == m->slots && m->head == 0;
}

/* Without a verdict for good, and not by chance alone: what both sides lack may even out. */
static bool is_hopeless(const struct duel_row *row)
{
    const struct missing *m = &row->missing;
    bool lacks_all = m->base == m->slots && m->head == m->slots;
    return lacks_all || (m->slots >= PAIRS_LEAST && !(m->base && m->head));
}

bool judge_is_settled(const struct duel_row *row)
{
    const struct summary *e = &row->arms[ARM_HEAD].effect;
    if (row->control_fired)
        return true;
    if (row->verdict == VERDICT_NOT_COMPARABLE)
        return is_hopeless(row);
    if (row->verdict == VERDICT_UNDECIDED || e->n < PAIRS_LEAST)
        return false;
    /* Base seems to differ from itself, or head in few runs: whether it does is worth the rest of
     * the budget. */
    bool is_decided = row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_FASTER;
    if (row->arms[ARM_NULL].shown_ln > row->threshold_ln ||
        (!is_decided && outlying_p(row) <= LEANS_CHANCE))
        return false;
    /* Decided is not yet known: to a quarter of the threshold, or to a twentieth of itself. */
    double wanted = fmax(row->threshold_ln / 4, fabs(e->center) / 20);
    return (e->hi - e->lo) / 2 <= wanted &&
           row->arms[ARM_NULL].effect.n >= row->control_pairs_least;
}
