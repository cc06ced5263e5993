#include "bench/duel/judge.h"

#include "bench/stats/evalue.h"
#include "bench/stats/paired.h"
#include "bench/stats/robust.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How seldom a control may fire for nothing. */
#define CONTROL_ALPHA 0.01

/* How sure a control must be of a bias before it widens what is tolerated. */
#define CONTROL_LEVEL 0.99

const char *tolerance_source_name(enum tolerance_source source)
{
    static const char *const names[] = {"threshold", "floor", "layout", "null"};
    return names[source];
}

/* Log ratios of an arm, where both it and base have a value; to be freed. */
struct ratios {
    double *x;
    size_t count;
};

/* -1: a value without a logarithm (reason is set) or no memory (err is set). */
static int ratios_of(const struct observed_metric *m, enum duel_arm arm, size_t from, size_t to,
                     struct ratios *out, char *reason, size_t size, struct err *err)
{
    size_t most = to - from + 1, count = 0;
    double *base = malloc(3 * most * sizeof *base);
    *out = (struct ratios){0};
    if (!base)
        return err_set(err, ERR_SYSTEM, "no memory to judge %zu slots", most);
    double *other = base + most, *x = other + most;
    for (size_t i = from; i < to; i++) {
        base[count] = m->values[ARM_BASE][i];
        other[count] = m->values[arm][i];
        count += !isnan(base[count]) && !isnan(other[count]);
    }
    struct err why = {0};
    if (paired_log_ratios(base, other, count, m->higher_is_better, x, &why)) {
        snprintf(reason, size, "%.200s", why.text);
        count = 0;
    }
    /* The block begins with what is kept. */
    memmove(base, x, count * sizeof *x);
    *out = (struct ratios){base, count};
    return 0;
}

static int effect_of(const struct ratios *r, struct arm_effect *out, struct err *err)
{
    struct summary sure;
    *out = (struct arm_effect){.mean = paired_mean(r->x, r->count), .spread = NAN};
    if (summary_of(r->x, r->count, SUMMARY_LEVEL, &out->effect, err) ||
        summary_of(r->x, r->count, CONTROL_LEVEL, &sure, err))
        return -1;
    if (sure.level >= CONTROL_LEVEL && (sure.lo > 0 || sure.hi < 0))
        out->shown_ln = fabs(sure.center);
    return r->count ? mad_of(r->x, r->count, &out->spread, err) : 0;
}

/*
 * Three bets at once, each a third of the money: on signs, which hold for any noise; on how far
 * pairs lie out, for effects small against it; on the mean, for a rare convoy.
 */
static double evidence_ln(const struct ratios *r, double shift, bool *by_mean, double needed_ln)
{
    const double ln[] = {evalue_median_ln(r->x, r->count, shift),
                         evalue_scaled_ln(r->x, r->count, shift),
                         evalue_flips_ln(r->x, r->count, shift)};
    if (by_mean)
        *by_mean = fmax(ln[0], ln[1]) < needed_ln && ln[2] > fmax(ln[0], ln[1]);
    return evalue_mean_ln(ln, 3);
}

static void mirror(struct ratios *r)
{
    for (size_t i = 0; i < r->count; i++)
        r->x[i] = -r->x[i];
}

static double median_of(const double *values, size_t from, size_t to)
{
    struct summary s = {.center = NAN};
    double *kept = malloc((to - from + 1) * sizeof *kept);
    size_t count = 0;
    for (size_t i = from; i < to && kept; i++)
        if (!isnan(values[i]))
            kept[count++] = values[i];
    if (count && summary_of(kept, count, SUMMARY_LEVEL, &s, NULL))
        s.center = NAN;
    free(kept);
    return s.center;
}

static void choose_tolerance(struct duel_row *row, const struct judge_limits *limits)
{
    double threshold = log_ratio_of_change(limits->threshold);
    double floor = !strcmp(row->unit, "ns") && row->base > 0
                       ? log_ratio_of_change(limits->floor_ns / row->base)
                       : 0;
    const double candidates[] = {
        [TOLERANCE_THRESHOLD] = threshold,
        [TOLERANCE_FLOOR] = floor,
        [TOLERANCE_LAYOUT] = row->arms[ARM_LAYOUT].shown_ln,
        [TOLERANCE_NULL] = 2 * row->arms[ARM_NULL].shown_ln,
    };
    row->threshold_ln = fmax(threshold, floor);
    row->tolerance_source = TOLERANCE_THRESHOLD;
    for (int i = TOLERANCE_FLOOR; i <= TOLERANCE_NULL; i++)
        if (candidates[i] > candidates[row->tolerance_source])
            row->tolerance_source = (enum tolerance_source)i;
    row->tolerance_ln = candidates[row->tolerance_source];
}

/* Whether base differs from itself by more than the user would let pass. */
static bool has_fired(struct ratios *null, double threshold_ln, size_t rows_judged)
{
    double needed_ln = log(2 * (double)rows_judged / CONTROL_ALPHA);
    bool fired = evidence_ln(null, threshold_ln, NULL, 0) >= needed_ln;
    mirror(null);
    fired |= evidence_ln(null, threshold_ln, NULL, 0) >= needed_ln;
    mirror(null);
    return fired;
}

/* Which verdict is near, and what it asks of the interval. */
static size_t pairs_to_settle(const struct duel_row *row, const struct arm_effect *e,
                              double suspect_ln, double interval_ln)
{
    double size = fabs(e->effect.center);
    if (size > row->tolerance_ln) /* to be suspected */
        return verdict_pairs_to_settle(size, e->spread, row->tolerance_ln, suspect_ln);
    if (size > row->threshold_ln) /* shifted: to leave 0 out */
        return verdict_pairs_to_settle(size, e->spread, 0, interval_ln);
    return verdict_pairs_to_settle(size, e->spread, row->threshold_ln, interval_ln);
}

static void judge_head(struct ratios *head, const struct judge_limits *limits, size_t rows_judged,
                       struct duel_row *row)
{
    /* Half of what both looks together must show. */
    double needed_ln = log(2 / limits->alpha) / 2;
    bool worse_by_mean, better_by_mean;
    row->worse_ln = evidence_ln(head, row->tolerance_ln, &worse_by_mean, needed_ln);
    mirror(head);
    row->better_ln = evidence_ln(head, row->tolerance_ln, &better_by_mean, needed_ln);
    mirror(head);
    row->by_mean = row->worse_ln > row->better_ln ? worse_by_mean : better_by_mean;
    samples_sort(head->x, head->count);
    evalue_interval_of_sorted(head->x, head->count, 1 - limits->alpha, &row->anytime_lo,
                              &row->anytime_hi);
    const struct arm_effect *e = &row->arms[ARM_HEAD];
    double one_ln = needed_ln + log((double)rows_judged);
    row->detectable_ln = verdict_detectable(head->count, e->spread, row->tolerance_ln, one_ln);
    row->pairs_to_settle = pairs_to_settle(row, e, one_ln, log(2 / limits->alpha));
}

int judge_metric(const struct observed_metric *m, size_t from, size_t slot_count,
                 const struct judge_limits *limits, size_t rows_judged, struct duel_row *out,
                 struct err *err)
{
    struct confirmation confirmation = out->confirmation;
    *out = (struct duel_row){.higher_is_better = m->higher_is_better,
                             .is_gated = m->is_gated,
                             .worse_ln = NAN,
                             .better_ln = NAN,
                             .detectable_ln = INFINITY,
                             .anytime_lo = -INFINITY,
                             .anytime_hi = INFINITY,
                             .suspicion = VERDICT_UNDECIDED,
                             .verdict = VERDICT_UNDECIDED,
                             .confirmation = confirmation};
    snprintf(out->metric, sizeof out->metric, "%s", m->name);
    snprintf(out->unit, sizeof out->unit, "%s", m->unit);
    struct ratios arms[ARM_COUNT] = {0};
    int failed = 0;
    for (int arm = ARM_HEAD; arm < ARM_COUNT && !failed; arm++)
        failed = ratios_of(m, (enum duel_arm)arm, from, slot_count, &arms[arm], out->reason,
                           sizeof out->reason, err) ||
                 effect_of(&arms[arm], &out->arms[arm], err);
    out->base = median_of(m->values[ARM_BASE], from, slot_count);
    out->head = median_of(m->values[ARM_HEAD], from, slot_count);
    if (!failed) {
        if (*m->absent && !arms[ARM_HEAD].count)
            snprintf(out->reason, sizeof out->reason, "%s", m->absent);
        else if (!*out->reason && isnan(out->base) != isnan(out->head))
            snprintf(out->reason, sizeof out->reason, "only %s has this metric",
                     isnan(out->base) ? "head" : "base");
        choose_tolerance(out, limits);
        out->control_fired = has_fired(&arms[ARM_NULL], out->threshold_ln, rows_judged);
        judge_head(&arms[ARM_HEAD], limits, rows_judged, out);
    }
    for (int arm = 0; arm < ARM_COUNT; arm++)
        free(arms[arm].x);
    return failed ? -1 : 0;
}

int judge_confirmation(const struct observed_metric *m, size_t from, size_t slot_count,
                       const struct duel_row *first, struct confirmation *out, struct err *err)
{
    struct ratios head;
    char reason[224];
    double seconds = out->seconds;
    *out = (struct confirmation){.was_tried = true, .seconds = seconds, .evidence_ln = NAN};
    if (ratios_of(m, ARM_HEAD, from, slot_count, &head, reason, sizeof reason, err))
        return -1;
    int failed = effect_of(&head, &out->head, err);
    if (first->suspicion == VERDICT_FASTER)
        mirror(&head);
    out->evidence_ln = evidence_ln(&head, first->tolerance_ln, NULL, 0);
    out->has_agreed = out->evidence_ln >= log(1 / JUDGE_AGREEMENT_ALPHA);
    free(head.x);
    return failed;
}
