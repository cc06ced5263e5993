#include "bench/judge/duel/judge.h"

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

/* Standard deviations of the pairs, beyond the tolerance, from which a pair lies far out. */
#define OUTLYING_SPREADS 5

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

/* Values that have no ratio: whose they are, and one of them. */
struct unusable {
    size_t pairs; /* seen, with a ratio or without */
    size_t base, head;
    bool is_zero; /* all of them are 0 */
};

/* Two that are equal are a ratio of 1 whatever they are: no errors here and none there. */
static bool is_usable_pair(double base, double head, struct unusable *u)
{
    u->pairs++;
    bool base_is = isfinite(base) && base > 0, head_is = isfinite(head) && head > 0;
    if ((base_is && head_is) || (base <= head && base >= head && isfinite(base)))
        return true;
    u->is_zero &= (base_is || (base >= 0 && base <= 0)) && (head_is || (head >= 0 && head <= 0));
    u->base += !base_is;
    u->head += !head_is;
    return false;
}

/* -1: no memory (err is set). Pairs without a ratio are left out, and counted. */
static int ratios_of(const struct observed_metric *m, enum duel_arm arm, size_t from, size_t to,
                     struct ratios *out, struct unusable *unusable, struct err *err)
{
    size_t most = to - from + 1, count = 0;
    double *x = malloc(most * sizeof *x);
    *out = (struct ratios){0};
    *unusable = (struct unusable){.is_zero = true};
    if (!x)
        return err_set(err, ERR_SYSTEM, "no memory to judge %zu slots", most);
    for (size_t i = from; i < to; i++) {
        double base = m->values[ARM_BASE][i], other = m->values[arm][i];
        if (isnan(base) || isnan(other) || !is_usable_pair(base, other, unusable))
            continue;
        x[count] = 0;
        if (base > 0)
            paired_log_ratios(&base, &other, 1, m->higher_is_better, &x[count], NULL);
        count++;
    }
    *out = (struct ratios){x, count};
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

/* How many ns one of a unit of time is; 0 of any other unit. */
static double ns_of_unit(const char *unit)
{
    static const struct {
        const char *unit;
        double ns;
    } times[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (!strcmp(times[i].unit, unit))
            return times[i].ns;
    return 0;
}

static double floor_ln(const struct duel_row *row, const struct judge_limits *limits,
                       bool is_clock_reading)
{
    double base_ns = row->base * ns_of_unit(row->unit);
    if (!(base_ns > 0) || !(is_clock_reading || limits->has_floor_asked))
        return 0;
    return log_ratio_of_change(limits->floor_ns / base_ns);
}

static void choose_tolerance(struct duel_row *row, const struct judge_limits *limits,
                             bool is_clock_reading)
{
    double threshold = log_ratio_of_change(limits->threshold);
    double floor = floor_ln(row, limits, is_clock_reading);
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

static double control_needs_ln(size_t rows_judged)
{
    return log(2 * (double)rows_judged / CONTROL_ALPHA);
}

/* So many pairs it takes where base differs from itself by 10 % beyond the threshold in each. */
static size_t control_pairs_least(size_t rows_judged)
{
    enum { MOST = 64 };
    double x[MOST];
    struct ratios r = {x, 0};
    for (double needed_ln = control_needs_ln(rows_judged); r.count < MOST;) {
        x[r.count++] = log_ratio_of_change(0.1);
        if (evidence_ln(&r, 0, NULL, 0) >= needed_ln)
            break;
    }
    return r.count;
}

/* Whether base differs from itself by more than the user would let pass. */
static bool has_fired(struct ratios *null, double threshold_ln, size_t rows_judged)
{
    double needed_ln = control_needs_ln(rows_judged);
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

static struct outlying outlying_of(const struct ratios *head, const struct duel_row *row)
{
    struct outlying o = {0};
    double reach = row->tolerance_ln + OUTLYING_SPREADS * row->arms[ARM_HEAD].spread;
    for (size_t i = 0; i < head->count; i++) {
        o.worse += head->x[i] > reach;
        o.better += head->x[i] < -reach;
    }
    return o;
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
    row->outlying = outlying_of(head, row);
    samples_sort(head->x, head->count);
    double alpha = limits->alpha * exp(-row->price_ln);
    evalue_interval_of_sorted(head->x, head->count, 1 - alpha, &row->anytime_lo, &row->anytime_hi);
    const struct arm_effect *e = &row->arms[ARM_HEAD];
    double one_ln = needed_ln + log((double)rows_judged);
    row->detectable_ln = verdict_detectable(head->count, e->spread, row->tolerance_ln, one_ln);
    row->pairs_to_settle = pairs_to_settle(row, e, one_ln, log(2 / alpha));
}

/* "head lacks it in 12 of 40 samples, base in 0" */
static void tell_missing(const struct observed_metric *m, struct duel_row *row)
{
    const struct missing *miss = &row->missing;
    bool by_head = miss->head > miss->base;
    size_t most = by_head ? miss->head : miss->base, least = by_head ? miss->base : miss->head;
    const char *who = by_head ? "head" : "base", *other = by_head ? "base" : "head";
    const char *why = *m->absent ? m->absent : "";
    if (most == miss->slots && least == 0)
        snprintf(row->reason, sizeof row->reason,
                 "only %s has this metric, in all of %zu samples%s%.120s", other, miss->slots,
                 *why ? ": " : "", why);
    else
        snprintf(
            row->reason, sizeof row->reason,
            "%s lacks it in %zu of %zu samples, %s in %zu: what is left is no fair sample%s%.120s",
            who, most, miss->slots, other, least, *why ? "; " : "", why);
}

static void tell_unusable(const struct unusable *u, struct duel_row *row)
{
    bool by_head = u->head > u->base;
    snprintf(row->reason, sizeof row->reason,
             "%s is %s in %zu of %zu pairs, %s in %zu: only values above 0 have a ratio",
             by_head ? "head" : "base", u->is_zero ? "0" : "0 or less", by_head ? u->head : u->base,
             u->pairs, by_head ? "base" : "head", by_head ? u->base : u->head);
}

/* Why there can be no verdict, if there cannot. */
static void find_reason(const struct observed_metric *m, const struct unusable *u,
                        struct duel_row *row)
{
    const struct missing *miss = &row->missing;
    if (miss->base == miss->slots && miss->head == miss->slots)
        snprintf(row->reason, sizeof row->reason, "%s",
                 *m->absent ? m->absent : "neither side has this metric");
    else if (missing_is_lopsided(miss))
        tell_missing(m, row);
    else if (u->base || u->head)
        tell_unusable(u, row);
}

int judge_metric(const struct observed_metric *m, size_t from, size_t slot_count,
                 const struct judge_limits *limits, size_t rows_judged, struct duel_row *out,
                 struct err *err)
{
    struct confirmation confirmation = out->confirmation;
    *out = (struct duel_row){
        .what = m->what,
        .higher_is_better = m->higher_is_better,
        .is_gated = m->is_gated,
        .worse_ln = NAN,
        .better_ln = NAN,
        .detectable_ln = INFINITY,
        .anytime_lo = -INFINITY,
        .anytime_hi = INFINITY,
        .suspicion = VERDICT_UNDECIDED,
        .verdict = VERDICT_UNDECIDED,
        .missing = missing_of(m->values[ARM_BASE], m->values[ARM_HEAD], from, slot_count),
        .price_ln = limits->share > 0 ? -log(limits->share) : 0,
        .control_pairs_least = control_pairs_least(rows_judged),
        .confirmation = confirmation};
    snprintf(out->metric, sizeof out->metric, "%s", m->name);
    snprintf(out->unit, sizeof out->unit, "%s", m->unit);
    struct ratios arms[ARM_COUNT] = {0};
    struct unusable unusable[ARM_COUNT];
    int failed = 0;
    for (int arm = ARM_HEAD; arm < ARM_COUNT && !failed; arm++)
        failed =
            ratios_of(m, (enum duel_arm)arm, from, slot_count, &arms[arm], &unusable[arm], err) ||
            effect_of(&arms[arm], &out->arms[arm], err);
    out->base = median_of(m->values[ARM_BASE], from, slot_count);
    out->head = median_of(m->values[ARM_HEAD], from, slot_count);
    if (!failed) {
        find_reason(m, &unusable[ARM_HEAD], out);
        choose_tolerance(out, limits, m->is_clock_reading);
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
    struct unusable unusable;
    double seconds = out->seconds;
    *out = (struct confirmation){.was_tried = true, .seconds = seconds, .evidence_ln = NAN};
    if (ratios_of(m, ARM_HEAD, from, slot_count, &head, &unusable, err))
        return -1;
    int failed = effect_of(&head, &out->head, err);
    if (first->suspicion == VERDICT_FASTER)
        mirror(&head);
    out->evidence_ln = evidence_ln(&head, first->tolerance_ln, NULL, 0);
    /* What one side alone leaves out confirms nothing. */
    struct missing missing = missing_of(m->values[ARM_BASE], m->values[ARM_HEAD], from, slot_count);
    out->has_agreed = out->evidence_ln >= log(1 / JUDGE_AGREEMENT_ALPHA) && !unusable.base &&
                      !unusable.head && !missing_is_lopsided(&missing);
    free(head.x);
    return failed;
}
