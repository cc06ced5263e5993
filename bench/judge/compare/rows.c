#include "bench/judge/compare/rows.h"

#include "bench/stats/paired.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rounds ------------------------------------------------------------------------------ */

static int by_round(const void *a, const void *b)
{
    const double *one = a, *other = b;
    return one[0] < other[0] ? -1 : one[0] > other[0];
}

/*
 * The median of each round, so that samples of one round count once.  Rounds come in order in
 * every file contend writes; others are sorted.
 */
static int rounds_of(const struct result_cell *c, const struct result_metric *m,
                     struct row_scratch *scratch)
{
    struct numbers *pairs = &scratch->pairs, *rounds = &scratch->rounds;
    bool is_sorted = true;
    pairs->count = rounds->count = 0;
    for (size_t i = 0; i < m->sample_count; i++) {
        double round = (double)result_round(c, m, i);
        is_sorted &= i == 0 || pairs->items[pairs->count - 2] <= round;
        if (!numbers_add(pairs, round) || !numbers_add(pairs, m->samples[i]))
            return -1;
    }
    if (!is_sorted)
        qsort(pairs->items, m->sample_count, 2 * sizeof(double), by_round);
    for (size_t i = 0, end; i < m->sample_count; i = end) {
        size_t first = rounds->count;
        for (end = i; end < m->sample_count && pairs->items[2 * end] <= pairs->items[2 * i]; end++)
            if (!numbers_add(rounds, pairs->items[2 * end + 1]))
                return -1;
        if (end - i > 1) {
            samples_sort(rounds->items + first, end - i);
            rounds->items[first] = median_of_sorted(rounds->items + first, end - i);
            rounds->count = first + 1;
        }
    }
    return 0;
}

/* ---- one side of a row ------------------------------------------------------------------- */

/*
 * What a busy neighbour has been seen to do to two runs of one program, as a standard deviation
 * of their log ratio for each CPU of the machine taken by others: a single event (a start, a
 * latency) that has to wait for a CPU takes a hundred times as long, a total over a window loses
 * the share the neighbour took.  CPU time counts for its owner alone, and feels no more of a
 * neighbour than the caches it cools, unless both share a core.  How these were found:
 * docs/compare.md.
 */
#define DISTURBANCE_EVENT 2.0
#define DISTURBANCE_TOTAL 0.3
#define DISTURBANCE_CPU   0.02

static double disturbance_of(const struct result *r, const struct result_cell *c,
                             const struct result_metric *m)
{
    if (isnan(c->foreign_cpus))
        return 0;
    double share = c->foreign_cpus / (r->cpus_allowed > 0 ? (double)r->cpus_allowed : 1);
    if (!strcmp(m->group, "cpu") && r->has_cores_apart)
        return share * DISTURBANCE_CPU;
    bool is_event = !strcmp(m->group, "startup") || !strcmp(m->group, "latency");
    return share * (is_event ? DISTURBANCE_EVENT : DISTURBANCE_TOTAL);
}

/*
 * A lock that goes from hand to hand all the time: what an operation costs is then mostly what
 * handing over does, and that hangs on which CPUs, caches and neighbours the two have just now.
 * Eight results of one program within twelve minutes had medians of 531 to 886 ns of CPU time for
 * such an operation, rounds of each a few per cent apart: 30 % between two of them.
 */
#define HANDED_OVER_OFTEN_PER_S  1e4
#define MOMENT_FLOOR_HANDED_OVER 0.3

static bool is_handed_over(const struct result_cell *c)
{
    const struct result_metric *m = result_metric_find(c, "handoffs_per_s");
    size_t often = 0;
    for (size_t i = 0; m && i < m->sample_count; i++)
        often += m->samples[i] > HANDED_OVER_OFTEN_PER_S;
    return m && 2 * often > m->sample_count;
}

static bool is_of_work(const struct result_metric *m)
{
    return !strcmp(m->group, "cpu") || !strcmp(m->group, "throughput");
}

/* What two moments differ by at least; `wished`: as somebody measured it, 0: nobody did. */
static double floor_of(const struct result_cell *c, const struct result_metric *m, double wished)
{
    double floor = wished > 0               ? wished
                   : isnan(c->foreign_cpus) ? MOMENT_FLOOR_NO_LEDGER
                                            : MOMENT_FLOOR;
    return is_of_work(m) && is_handed_over(c) ? fmax(floor, MOMENT_FLOOR_HANDED_OVER) : floor;
}

struct side {
    struct moment moment;
    double center; /* in the metric's unit */
    size_t rounds;
};

void compare_say(struct compare_row *row, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    free(row->reason);
    if (vasprintf(&row->reason, format, args) < 0)
        row->reason = NULL;
    row->has_lost |= !row->reason;
    va_end(args);
}

static bool refuse(struct compare_row *row, const char *which, const char *why, const char *detail)
{
    row->verdict = VERDICT_NOT_COMPARABLE;
    compare_say(row, "%.24s: %.110s%s%.60s", which, why, *detail ? ": " : "", detail);
    return false;
}

/* The metric's value in this file, or NULL with the reason in the row. */
static const struct result_metric *value_in(struct compare_row *row, const char *which,
                                            const struct result_cell *c)
{
    const struct result_metric *m = result_metric_find(c, row->metric);
    if (c->status != CELL_OK)
        refuse(row, which, cell_status_name(c->status), c->reason);
    else if (!m)
        refuse(row, which, "has no such metric", "");
    else if (m->sample_count == 0 && m->summary.n > 0)
        refuse(row, which, "has a summary and no samples", "");
    else if (m->sample_count == 0)
        refuse(row, which, "could not be had", m->reason ? m->reason : "");
    else
        return m;
    return NULL;
}

static enum moment_rounds rounds_that_count(const struct result_metric *m)
{
    return strcmp(m->group, "cpu") ? MOMENT_ALL_ROUNDS : MOMENT_MOST_ROUNDS;
}

static bool all_above_zero(const struct result_metric *m)
{
    for (size_t i = 0; i < m->sample_count; i++)
        if (!(m->samples[i] > 0))
            return false;
    return true;
}

int compare_center(const struct result_cell *c, const struct result_metric *m,
                   struct row_scratch *scratch, double *center)
{
    if (m->sample_count == 0 || !all_above_zero(m) || rounds_of(c, m, scratch))
        return -1;
    samples_sort(scratch->rounds.items, scratch->rounds.count);
    *center = log(median_of_sorted(scratch->rounds.items, scratch->rounds.count));
    return 0;
}

/* 1 with the side, 0 with a reason in the row, -1 when memory runs out. */
static int side_of(struct compare_row *row, const char *which, const struct cell_files *files,
                   double moment_sd, double control_shift, struct row_scratch *scratch,
                   struct side *out)
{
    size_t count = 0;
    *out = (struct side){0};
    for (size_t i = 0; i < files->count; i++) {
        const struct result_cell *c = files->cells[i];
        const struct result_metric *m = c ? value_in(row, which, c) : NULL;
        if (!m)
            continue;
        if (!all_above_zero(m)) {
            refuse(row, which, "holds values of zero or less, which have no ratio", "");
            return 0;
        }
        if (rounds_of(c, m, scratch))
            return -1;
        struct numbers *rounds = &scratch->rounds;
        scratch->moments[count++] =
            moment_of(rounds->items, rounds->count, fmax(floor_of(c, m, moment_sd), control_shift),
                      disturbance_of(&files->results[i], c, m), rounds_that_count(m));
        out->rounds += rounds->count;
    }
    if (count == 0)
        return 0;
    row->verdict = VERDICT_UNDECIDED;
    out->moment = moment_pool(scratch->moments, count);
    out->center = exp(out->moment.center);
    return 1;
}

/* ---- exact counts ------------------------------------------------------------------------ */

static bool exact_of(struct compare_row *row, const char *which, const struct cell_files *files,
                     double *out)
{
    bool found = false;
    for (size_t i = 0; i < files->count; i++) {
        const struct result_metric *m =
            files->cells[i] ? value_in(row, which, files->cells[i]) : NULL;
        for (size_t j = 0; m && j < m->sample_count; j++) {
            if (found && (m->samples[j] < *out || m->samples[j] > *out)) {
                char text[64];
                snprintf(text, sizeof text, "%.15g and %.15g", *out, m->samples[j]);
                return refuse(row, which, "an exact count that varies", text);
            }
            *out = m->samples[j];
            found = true;
        }
    }
    return found;
}

static void judge_exact(struct compare_row *row, const struct cell_files *base,
                        const struct cell_files *head)
{
    if (!exact_of(row, "base", base, &row->base) || !exact_of(row, "head", head, &row->head))
        return;
    double worse = row->higher_is_better ? row->base - row->head : row->head - row->base;
    row->base_rounds = row->head_rounds = 1;
    row->detectable = 0;
    row->verdict = worse > 0 || worse < 0 ? VERDICT_SHIFTED : VERDICT_SAME;
    if (row->verdict == VERDICT_SAME) {
        compare_say(row, "exact: %.15g", row->head);
        return;
    }
    if (!row->is_neutral)
        row->verdict = worse > 0 ? VERDICT_SLOWER : VERDICT_FASTER;
    compare_say(row, "exact: was %.15g, is %.15g", row->base, row->head);
}

/* ---- a row ------------------------------------------------------------------------------- */

/* The largest part of what makes the interval wide. */
static enum compare_limit limit_of(const struct moment_shift *shift, const struct moment *base,
                                   const struct moment *head, double control_shift)
{
    double floor = fmax(base->floor, head->floor) * M_SQRT1_2,
           spread = fmax(base->spread, head->spread),
           disturbance = fmax(base->disturbance, head->disturbance);
    if (shift->source == MOMENT_NONE)
        return LIMIT_ROUNDS;
    if (shift->source == MOMENT_FEW)
        return LIMIT_FEW;
    if (shift->source == MOMENT_BETWEEN)
        return LIMIT_BETWEEN;
    if (disturbance >= fmax(floor, spread))
        return LIMIT_DISTURBANCE;
    if (spread >= floor)
        return LIMIT_SPREAD;
    return control_shift * M_SQRT1_2 >= floor ? LIMIT_CONTROL : LIMIT_MOMENT;
}

static void judge_noisy(struct compare_row *row, const struct side *base, const struct side *head,
                        double tolerance, double control_shift)
{
    row->base = base->center;
    row->head = head->center;
    row->base_rounds = base->rounds;
    row->head_rounds = head->rounds;
    row->shift =
        moment_shift_of(&base->moment, &head->moment, row->higher_is_better, COMPARE_LEVEL);
    row->spread = fmax(base->moment.spread, head->moment.spread);
    row->disturbance = fmax(base->moment.disturbance, head->moment.disturbance);
    row->moment_sd = fmax(base->moment.floor, head->moment.floor);
    row->verdict = moment_verdict(&row->shift, tolerance);
    row->limit = limit_of(&row->shift, &base->moment, &head->moment, control_shift);
}

static bool cells_agree(struct compare_row *row, const struct cell_files *base,
                        const struct cell_files *head, const struct compare_request *request)
{
    const struct result_cell *first = NULL;
    struct difference d;
    for (size_t i = 0; i < base->count + head->count; i++) {
        const struct result_cell *c =
            i < base->count ? base->cells[i] : head->cells[i - base->count];
        if (!c)
            continue;
        first = first ? first : c;
        const struct result_metric *a = result_metric_find(first, row->metric),
                                   *b = result_metric_find(c, row->metric);
        if (!cells_comparable(first, c, request->allowed, &d) ||
            (a && b && !metrics_comparable(first, a, c, b, request->allowed, &d)))
            return refuse(row, d.dimension, d.text, "");
    }
    return true;
}

int compare_row_of(struct compare_row *row, const struct cell_files *base,
                   const struct cell_files *head, const struct result_metric *metric,
                   const struct compare_request *request, double control_shift,
                   struct row_scratch *scratch)
{
    struct side sides[2];
    *row = (struct compare_row){
        .metric = metric->name,
        .unit = metric->unit,
        .group = metric->group,
        .is_neutral = !strcmp(metric->better, "neutral"),
        .higher_is_better = !strcmp(metric->better, "higher"),
        .is_exact = !strcmp(metric->nature, "exact"),
        .verdict = VERDICT_NOT_COMPARABLE,
        .base = NAN,
        .head = NAN,
        .detectable = INFINITY,
        .shift = {.effect = NAN, .lo = -INFINITY, .hi = INFINITY, .p_slower = NAN, .p_faster = NAN},
    };
    if (!cells_agree(row, base, head, request))
        return row->has_lost ? -1 : 0;
    if (row->is_exact) {
        judge_exact(row, base, head);
        return row->has_lost ? -1 : 0;
    }
    int status = side_of(row, "base", base, request->moment_sd, control_shift, scratch, &sides[0]);
    if (status == 1)
        status = side_of(row, "head", head, request->moment_sd, control_shift, scratch, &sides[1]);
    if (status < 1) {
        row->verdict = VERDICT_NOT_COMPARABLE;
        return row->has_lost ? -1 : status;
    }
    judge_noisy(row, &sides[0], &sides[1], log_ratio_of_change(request->tolerance), control_shift);
    return row->has_lost ? -1 : 0;
}
