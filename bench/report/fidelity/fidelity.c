#include "bench/report/fidelity/fidelity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INTERVAL_NS = 5000000, FORMS = 4 };

static const char *const verdict_names[] = {"agrees", "differs", "undecided", "missing"};

const char *fidelity_verdict_name(enum fidelity_verdict v)
{
    return verdict_names[v];
}

/* ---- Cells ------------------------------------------------------------------------- */

static int64_t interval_of(const struct result_cell *c)
{
    const json_t *value = json_object_get(c->lock_params, "interval");
    return json_is_integer(value) ? json_integer_value(value) : INTERVAL_NS;
}

static bool has_lock(const struct result_cell *c, const struct fidelity_cell *w)
{
    int64_t interval_ns = w->interval_ns ? w->interval_ns : INTERVAL_NS;
    const char *forced = json_string_value(json_object_get(c->lock_params, "forced_switch"));
    return !strcmp(c->lock, w->lock ? w->lock : "gil") &&
           (w->lock || interval_of(c) == interval_ns) &&
           (forced && !strcmp(forced, "off")) == w->is_unforced;
}

static bool is_wanted(const struct result_cell *c, const struct fidelity_cell *w)
{
    bool is_serial = !strcmp(w->executor, "serial");
    const char *mode = json_string_value(json_object_get(c->params, "mode"));
    const char *scope = json_string_value(json_object_get(c->lock_params, "scope"));
    return !strcmp(c->workload, w->workload) && !strcmp(c->executor, w->executor) &&
           c->tasks == w->tasks && !strcmp(c->placement, "free") && (is_serial || has_lock(c, w)) &&
           (!w->mode || !strcmp(mode ? mode : "sleep", w->mode)) &&
           !(scope && !strcmp(scope, "shared"));
}

/* "mixed/gil/thread/tasks=3,mode=echo": how a missing cell is called. */
static void name_cell(const struct fidelity_cell *w, char *out, size_t size)
{
    bool has_mode = w->mode && strcmp(w->mode, "sleep") != 0;
    char interval[48] = "";
    if (w->interval_ns && w->interval_ns != INTERVAL_NS)
        snprintf(interval, sizeof interval, ",gil.interval=%lldms",
                 (long long)(w->interval_ns / 1000000));
    const char *lock = w->lock ? w->lock : "gil";
    snprintf(out, size, "%s/%s/%s/tasks=%lld%s%s%s%s", w->workload,
             strcmp(w->executor, "serial") ? lock : "none", w->executor, (long long)w->tasks,
             has_mode ? ",mode=" : "", has_mode ? w->mode : "", interval,
             w->is_unforced ? ",gil.forced_switch=off" : "");
}

const struct result_cell *fidelity_find(const struct result *r, const struct fidelity_cell *wanted,
                                        char *reason, size_t size)
{
    char name[120];
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *c = &r->cells[i];
        if (!is_wanted(c, wanted))
            continue;
        if (c->status == CELL_OK)
            return c;
        snprintf(reason, size, "%s: %s %s: %s", r->runtime, c->id, cell_status_name(c->status),
                 c->reason);
        return NULL;
    }
    name_cell(wanted, name, sizeof name);
    snprintf(reason, size, "%s: there is no cell %s", r->runtime, name);
    return NULL;
}

/* ---- Figures ----------------------------------------------------------------------- */

/* A turn at the lock is the time it was held, where only a hand-over ends that. */
static const struct result_metric *metric_of(const struct result_cell *c, const char *name)
{
    static const char *const holds[] = {"lock_hold_ns", "hold_ns"};
    const struct result_metric *m = result_metric_find(c, name);
    for (size_t i = 0; !m && !strcmp(name, "lock_slice_ns") && i < 2; i++)
        m = result_metric_find(c, holds[i]);
    return m;
}

/* A quantile of the pooled distribution, or the median of the samples; NaN with the reason. */
static double figure(const struct result *r, const struct result_cell *c,
                     const struct fidelity_rule *rule, char *reason, size_t size)
{
    const struct result_metric *m = metric_of(c, rule->metric);
    if (!m || m->summary.n == 0) {
        snprintf(reason, size, "%s: %s has no %s%s%s", r->runtime, c->id, rule->metric,
                 m && m->reason ? ": " : "", m && m->reason ? m->reason : "");
        return NAN;
    }
    if (rule->quantile <= 0)
        return m->summary.center;
    double value = rule->quantile > 0.5 ? m->distribution.p90 : m->distribution.p50;
    if (isfinite(value))
        return value;
    snprintf(reason, size, "%s: %s: %s has no distribution", r->runtime, c->id, rule->metric);
    return NAN;
}

enum { LAUNCHES_MAX = 256 };

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
                                         const struct result_metric *base)
{
    struct fidelity_value v = {center, center, center};
    double each[LAUNCHES_MAX];
    size_t n = subject->sample_count;
    if (n < 2 || n > LAUNCHES_MAX || (base && base->sample_count != n))
        return v;
    for (size_t i = 0; i < n; i++)
        each[i] = base ? subject->samples[i] / base->samples[i] : subject->samples[i];
    qsort(each, n, sizeof each[0], by_value);
    struct summary s = summary_of_sorted(each, n, SUMMARY_LEVEL);
    double middle = s.center;
    bool has_interval = n >= 6 && isfinite(s.lo) && isfinite(s.hi);
    double lo = has_interval ? s.lo : each[0], hi = has_interval ? s.hi : each[n - 1];
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
        divisor = (double)interval_of(c);
    else if (rule->kind == FIDELITY_DURATIONS)
        divisor = json_number_value(json_object_get(c->params, "duration"));
    if (isnan(divisor))
        return none;
    if (divisor <= 0) {
        snprintf(reason, size, "%s: %s: nothing to divide by", r->runtime, c->id);
        return none;
    }
    struct fidelity_value v = with_spread(value / divisor, metric_of(c, rule->metric),
                                          base ? metric_of(base, rule->metric) : NULL);
    if (rule->kind == FIDELITY_COLLAPSE)
        v = (struct fidelity_value){1 - v.center, 1 - v.hi, 1 - v.lo};
    return v;
}

static void value_text(const struct fidelity_rule *rule, double value, char *out, size_t size)
{
    if (rule->kind == FIDELITY_COLLAPSE)
        snprintf(out, size, "%.1f %%", 100 * value);
    else if (rule->kind == FIDELITY_RATE)
        snprintf(out, size, value < 100 ? "%.1f" : "%.0f", value);
    else
        snprintf(out, size, value < 0.1 ? "%.4f" : value < 10 ? "%.3f" : "%.1f", value);
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

static const struct {
    char letter;
    struct fidelity_cell cell;
} forms[FORMS] = {
    {'S', {.workload = "prime", .executor = "serial", .tasks = 2}},
    {'2', {.workload = "prime", .executor = "thread", .tasks = 2}},
    {'4', {.workload = "prime", .executor = "thread", .tasks = 4}},
    {'P', {.workload = "prime", .executor = "process", .tasks = 2}},
};

static bool times_of_forms(const struct result *r, const struct fidelity_rule *rule, double *out,
                           char *reason, size_t size)
{
    for (size_t i = 0; i < FORMS; i++) {
        const struct result_cell *c = fidelity_find(r, &forms[i].cell, reason, size);
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
static void order_text(const double *times, double tolerance, char *out, size_t size)
{
    size_t at[FORMS] = {0, 1, 2, 3}, n = 0;
    for (size_t i = 1; i < FORMS; i++)
        for (size_t k = i; k > 0 && times[at[k]] < times[at[k - 1]]; k--) {
            size_t other = at[k];
            at[k] = at[k - 1];
            at[k - 1] = other;
        }
    for (size_t i = 0; i < FORMS && n + 3 < size; i++) {
        if (i > 0)
            out[n++] = order(times[at[i - 1]], times[at[i]], tolerance) ? '<' : '=';
        out[n++] = forms[at[i]].letter;
    }
    out[n] = '\0';
}

static void compare_orders(struct fidelity_row *row, const struct result *emulated,
                           const struct result *real)
{
    double a[FORMS], b[FORMS], tolerance = row->rule->tolerance;
    if (!times_of_forms(emulated, row->rule, a, row->reason, sizeof row->reason) ||
        !times_of_forms(real, row->rule, b, row->reason, sizeof row->reason))
        return;
    order_text(a, tolerance, row->emulated_text, sizeof row->emulated_text);
    order_text(b, tolerance, row->real_text, sizeof row->real_text);
    row->verdict = FIDELITY_AGREES;
    for (size_t i = 0; i < FORMS; i++)
        for (size_t k = i + 1; k < FORMS; k++)
            if (order(a[i], a[k], tolerance) * order(b[i], b[k], tolerance) < 0)
                row->verdict = FIDELITY_DIFFERS;
}

/* ---- The table --------------------------------------------------------------------- */

/* No interpreter here has the variant: held against what is known of it. */
static void judge_variant(struct fidelity_row *row, const struct result *emulated)
{
    const struct fidelity_rule *rule = row->rule;
    row->emulated = value_of(emulated, rule, row->reason, sizeof row->reason);
    const struct fidelity_value *e = &row->emulated;
    if (isnan(e->center))
        return;
    value_text(rule, e->center, row->emulated_text, sizeof row->emulated_text);
    row->verdict = verdict_of(rule->least, e->lo, e->center, e->hi, rule->most);
}

static void compare(struct fidelity_row *row, const struct result *emulated,
                    const struct result *real)
{
    row->emulated = value_of(emulated, row->rule, row->reason, sizeof row->reason);
    char other[FIDELITY_REASON_MAX] = "";
    row->real = value_of(real, row->rule, other, sizeof other);
    if (!isnan(row->emulated.center))
        value_text(row->rule, row->emulated.center, row->emulated_text, sizeof row->emulated_text);
    if (!isnan(row->real.center))
        value_text(row->rule, row->real.center, row->real_text, sizeof row->real_text);
    if (isnan(row->emulated.center))
        return;
    if (isnan(row->real.center))
        snprintf(row->reason, sizeof row->reason, "%s", other);
    else
        judge(row);
}

void fidelity_of(struct fidelity *out, const struct result *emulated, const struct result *real)
{
    *out = (struct fidelity){0};
    for (const struct fidelity_rule *rule = fidelity_rules;
         rule->name && out->count < FIDELITY_ROWS_MAX; rule++) {
        struct fidelity_row *row = &out->rows[out->count++];
        *row = (struct fidelity_row){.rule = rule,
                                     .emulated = {NAN, NAN, NAN},
                                     .real = {NAN, NAN, NAN},
                                     .difference = NAN,
                                     .verdict = FIDELITY_MISSING};
        if (rule->kind == FIDELITY_ORDER)
            compare_orders(row, emulated, real);
        else if (rule->kind == FIDELITY_VARIANT)
            judge_variant(row, emulated);
        else
            compare(row, emulated, real);
        out->counts[row->verdict]++;
    }
}
