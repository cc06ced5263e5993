/*
 * Verdicts of two results that were measured at two moments: launches of either side say how far it
 * varies, and what lies within that is undecided.
 */
#include "bench/judge/fidelity/parts.h"
#include "bench/judge/parts/interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A quantile of the pooled distribution, or the median of the samples; NaN with the reason. */
static double figure(const struct result *r, const struct result_cell *c,
                     const struct fidelity_rule *rule, char *reason, size_t size)
{
    const struct result_metric *m = fidelity_metric(r, c, rule->metric, reason, size);
    if (!m)
        return NAN;
    if (rule->quantile <= 0)
        return m->summary.center;
    double value = rule->quantile > 0.5 ? m->distribution->p90 : m->distribution->p50;
    if (isfinite(value))
        return value;
    snprintf(reason, size, "%s: %s: %s has no distribution", r->runtime, c->id, rule->metric);
    return NAN;
}

static int by_value(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/*
 * The center with what launches say about its spread: their order-statistic interval where there
 * are enough of them for 95 %, else all of it (94 % with five).  Both cells' launches of one round
 * make one ratio.  A quantile that launches do not have by themselves is taken to be known no
 * better, relatively, than their medians.
 */
static struct fidelity_value with_spread(double center, const struct result_metric *subject,
                                         const struct result_metric *base, char *reason,
                                         size_t size)
{
    struct fidelity_value v = {center, center, center};
    size_t n = subject->sample_count;
    if (n < 2 || (base && base->sample_count != n))
        return v;
    double *each = malloc(n * sizeof *each);
    if (!each) {
        snprintf(reason, size, "%zu launches: out of memory", n);
        return (struct fidelity_value){NAN, NAN, NAN};
    }
    for (size_t i = 0; i < n; i++)
        each[i] = base ? subject->samples[i] / base->samples[i] : subject->samples[i];
    qsort(each, n, sizeof each[0], by_value);
    struct summary s = summary_of_sorted(each, n, SUMMARY_LEVEL);
    double middle = s.center;
    bool has_interval = n >= 6 && isfinite(s.lo) && isfinite(s.hi);
    double lo = has_interval ? s.lo : each[0], hi = has_interval ? s.hi : each[n - 1];
    free(each);
    if (!(middle > 0) || !isfinite(lo) || !isfinite(hi))
        return v;
    v.lo = fmin(center, center * lo / middle);
    v.hi = fmax(center, center * hi / middle);
    return v;
}

/* The row's figure for one runtime; NaN with the reason. */
static struct fidelity_value value_of(const struct result *r, const struct fidelity_rule *rule,
                                      char *reason, size_t size)
{
    const struct fidelity_value none = {NAN, NAN, NAN};
    const struct result_cell *c = fidelity_find(r, &rule->subject, reason, size), *base = NULL;
    bool has_base = rule->base.workload != NULL;
    double value = c ? figure(r, c, rule, reason, size) : (double)NAN, divisor = 1;
    if (isnan(value) || (has_base && !(base = fidelity_find(r, &rule->base, reason, size))))
        return none;
    if (base)
        divisor = figure(r, base, rule, reason, size);
    else if (rule->kind == FIDELITY_INTERVALS)
        divisor = (double)switch_interval_ns(c);
    else if (rule->kind == FIDELITY_DURATIONS)
        divisor = json_number_value(json_object_get(c->params, "duration"));
    if (isnan(divisor))
        return none;
    if (divisor <= 0) {
        snprintf(reason, size, "%s: %s: nothing to divide by", r->runtime, c->id);
        return none;
    }
    const struct result_metric *over =
        base ? fidelity_metric(r, base, rule->metric, reason, size) : NULL;
    struct fidelity_value v = with_spread(
        value / divisor, fidelity_metric(r, c, rule->metric, reason, size), over, reason, size);
    if (rule->kind == FIDELITY_COLLAPSE)
        v = (struct fidelity_value){1 - v.center, 1 - v.hi, 1 - v.lo};
    return v;
}

void fidelity_value_text(const struct fidelity_rule *rule, double value, char *out, size_t size)
{
    if (rule->kind == FIDELITY_COLLAPSE)
        snprintf(out, size, "%.1f %%", 100 * value);
    else if (rule->kind == FIDELITY_RATE)
        snprintf(out, size, value < 100 ? "%.1f" : "%.0f", value);
    else
        snprintf(out, size, value < 0.1 ? "%.4f" : value < 10 ? "%.3f" : "%.1f", value);
}

void fidelity_shape_text(double p50, double p90, char *out, size_t size)
{
    snprintf(out, size, "%.*f/%.1f", p50 < 10 ? 2 : 1, p50, p90);
}

/* What lies out of tolerance differs only when all that either side may be does. */
static enum fidelity_verdict verdict_of(double least, double lo, double center, double hi,
                                        double most)
{
    if (center >= least && center <= most)
        return FIDELITY_AGREES;
    return hi >= least && lo <= most ? FIDELITY_UNDECIDED : FIDELITY_DIFFERS;
}

static void judge_collapse(struct fidelity_row *row)
{
    const struct fidelity_value *e = &row->emulated, *r = &row->real;
    double least = row->rule->tolerance;
    /* Where the real one keeps more than expected, the emulation has to keep as much. */
    row->difference = e->center - r->center;
    row->verdict =
        verdict_of(-(1 - least), e->lo - r->hi, row->difference, e->hi - r->lo, 1 - least);
    if (e->center >= least && r->center >= least)
        row->verdict = FIDELITY_AGREES;
    else if (row->verdict == FIDELITY_DIFFERS && e->hi >= least && r->hi >= least)
        row->verdict = FIDELITY_UNDECIDED;
}

static void judge(struct fidelity_row *row)
{
    const struct fidelity_value *e = &row->emulated, *r = &row->real;
    double tolerance = row->rule->tolerance;
    if (row->rule->kind == FIDELITY_COLLAPSE) {
        judge_collapse(row);
    } else if (r->center > 0) {
        row->difference = e->center / r->center - 1;
        double most = r->lo > 0 ? e->hi / r->lo - 1 : (double)INFINITY;
        row->verdict = verdict_of(-tolerance, e->lo / r->hi - 1, row->difference, most, tolerance);
    } else {
        row->difference = e->center > 0 ? (double)INFINITY : 0;
        row->verdict = e->center <= 0 ? FIDELITY_AGREES : FIDELITY_DIFFERS;
    }
}

/* ---- The order of the four --------------------------------------------------------- */

const struct fidelity_form fidelity_forms[FIDELITY_FORMS] = {
    {'S', {.workload = "prime", .executor = "serial", .tasks = 2}},
    {'2', {.workload = "prime", .executor = "thread", .tasks = 2}},
    {'4', {.workload = "prime", .executor = "thread", .tasks = 4}},
    {'P', {.workload = "prime", .executor = "process", .tasks = 2}},
};

static bool times_of_forms(const struct result *r, const struct fidelity_rule *rule, double *out,
                           char *reason, size_t size)
{
    for (size_t i = 0; i < FIDELITY_FORMS; i++) {
        const struct result_cell *c = fidelity_find(r, &fidelity_forms[i].cell, reason, size);
        out[i] = c ? figure(r, c, rule, reason, size) : (double)NAN;
        if (isnan(out[i]))
            return false;
    }
    return true;
}

/* -1, 0 or 1; times closer than the tolerance have no order. */
static int order(double a, double b, double tolerance)
{
    return a < b * (1 - tolerance) ? -1 : b < a * (1 - tolerance) ? 1 : 0;
}

/* "P<S=2<4" */
void fidelity_order_text(const double *times, double tolerance, char *out, size_t size)
{
    size_t at[FIDELITY_FORMS] = {0, 1, 2, 3}, n = 0;
    for (size_t i = 1; i < FIDELITY_FORMS; i++)
        for (size_t k = i; k > 0 && times[at[k]] < times[at[k - 1]]; k--) {
            size_t other = at[k];
            at[k] = at[k - 1];
            at[k - 1] = other;
        }
    for (size_t i = 0; i < FIDELITY_FORMS && n + 3 < size; i++) {
        if (i > 0)
            out[n++] = order(times[at[i - 1]], times[at[i]], tolerance) ? '<' : '=';
        out[n++] = fidelity_forms[at[i]].letter;
    }
    out[n] = '\0';
}

static void compare_orders(struct fidelity_row *row, const struct result *emulated,
                           const struct result *real)
{
    double a[FIDELITY_FORMS], b[FIDELITY_FORMS], tolerance = row->rule->tolerance;
    if (!times_of_forms(emulated, row->rule, a, row->reason, sizeof row->reason) ||
        !times_of_forms(real, row->rule, b, row->reason, sizeof row->reason))
        return;
    fidelity_order_text(a, tolerance, row->emulated_text, sizeof row->emulated_text);
    fidelity_order_text(b, tolerance, row->real_text, sizeof row->real_text);
    row->verdict = FIDELITY_AGREES;
    for (size_t i = 0; i < FIDELITY_FORMS; i++)
        for (size_t k = i + 1; k < FIDELITY_FORMS; k++)
            if (order(a[i], a[k], tolerance) * order(b[i], b[k], tolerance) < 0)
                row->verdict = FIDELITY_DIFFERS;
}

/* ---- A row ------------------------------------------------------------------------ */

/* No interpreter here has the variant: held against what is known of it. */
static void judge_variant(struct fidelity_row *row, const struct result *emulated)
{
    const struct fidelity_rule *rule = row->rule;
    row->emulated = value_of(emulated, rule, row->reason, sizeof row->reason);
    const struct fidelity_value *e = &row->emulated;
    if (isnan(e->center))
        return;
    fidelity_value_text(rule, e->center, row->emulated_text, sizeof row->emulated_text);
    row->verdict = verdict_of(rule->least, e->lo, e->center, e->hi, rule->most);
}

static void compare(struct fidelity_row *row, const struct result *emulated,
                    const struct result *real)
{
    row->emulated = value_of(emulated, row->rule, row->reason, sizeof row->reason);
    char other[FIDELITY_REASON_MAX] = "";
    row->real = value_of(real, row->rule, other, sizeof other);
    if (!isnan(row->emulated.center))
        fidelity_value_text(row->rule, row->emulated.center, row->emulated_text,
                            sizeof row->emulated_text);
    if (!isnan(row->real.center))
        fidelity_value_text(row->rule, row->real.center, row->real_text, sizeof row->real_text);
    if (isnan(row->emulated.center))
        return;
    if (isnan(row->real.center))
        snprintf(row->reason, sizeof row->reason, "%s", other);
    else
        judge(row);
}

/* Of two moments there is no distribution a launch: its median and its 90th percentile have to do.
 */
static void compare_shapes(struct fidelity_row *row, const struct result *emulated,
                           const struct result *real)
{
    enum { QUANTILES = 2 };
    static const double quantiles[QUANTILES] = {0.5, 0.9}, tolerance = 0.35;
    struct fidelity_rule rule = *row->rule;
    struct fidelity_value e[QUANTILES], r[QUANTILES];
    rule.kind = FIDELITY_INTERVALS;
    row->difference = 0;
    for (size_t i = 0; i < QUANTILES; i++) {
        rule.quantile = quantiles[i];
        e[i] = value_of(emulated, &rule, row->reason, sizeof row->reason);
        r[i] = row->reason[0] ? e[i] : value_of(real, &rule, row->reason, sizeof row->reason);
        if (row->reason[0]) {
            row->difference = NAN;
            return;
        }
        double difference = r[i].center > 0 ? e[i].center / r[i].center - 1 : 0;
        if (fabs(difference) >= fabs(row->difference))
            row->difference = difference;
    }
    row->emulated = e[0];
    row->real = r[0];
    fidelity_shape_text(e[0].center, e[1].center, row->emulated_text, sizeof row->emulated_text);
    fidelity_shape_text(r[0].center, r[1].center, row->real_text, sizeof row->real_text);
    row->verdict = fabs(row->difference) <= tolerance ? FIDELITY_AGREES : FIDELITY_UNDECIDED;
    if (row->verdict == FIDELITY_UNDECIDED)
        snprintf(row->reason, sizeof row->reason,
                 "p50 or p90 differ by %+.0f %%; distributions are told apart only by an "
                 "interleaved run",
                 100 * row->difference);
}

void fidelity_judge_moments(struct fidelity_row *row, const struct result *emulated,
                            const struct result *real)
{
    if (row->rule->kind == FIDELITY_ORDER)
        compare_orders(row, emulated, real);
    else if (row->rule->kind == FIDELITY_VARIANT)
        judge_variant(row, emulated);
    else if (row->rule->kind == FIDELITY_SHAPE)
        compare_shapes(row, emulated, real);
    else
        compare(row, emulated, real);
}
