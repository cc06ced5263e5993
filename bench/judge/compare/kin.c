/*
 * What other rows of the same kind say of these two moments.
 *
 * One file a side cannot know how much moments of this machine differ; its many rows can tell when
 * it is more than was assumed.  Rows of one workload and one group of metrics (startup, throughput,
 * latency) are a kind: how much most of them scatter between the two sides is taken for the scale
 * of each of them where that is larger.  Rows differ in how much they vary by themselves (a
 * contended lock, a loop alone): so they are looked at as they are and in units of their own scale,
 * and what is less counts.  It never narrows an interval: what all rows of a kind
 * share does not show in their scatter.
 */
#include "bench/judge/compare/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_judged(const struct compare_row *row)
{
    return !row->is_exact && !row->is_control && row->shift.source != MOMENT_NONE;
}

static bool is_kin(const struct compare_row *a, const struct compare_row *b)
{
    return !strcmp(a->workload, b->workload) && !strcmp(a->group, b->group);
}

static int by_kind(const void *a, const void *b)
{
    const struct compare_row *const *one = a, *const *other = b;
    int by_workload = strcmp((*one)->workload, (*other)->workload);
    return by_workload ? by_workload : strcmp((*one)->group, (*other)->group);
}

static void widen(struct compare_row **rows, size_t count, double *effects)
{
    double scale, factor, degrees, factor_degrees;
    for (size_t i = 0; i < count; i++)
        effects[i] = rows[i]->shift.effect;
    if (!moment_scatter(effects, count, &scale, &degrees))
        return;
    for (size_t i = 0; i < count; i++)
        effects[i] = rows[i]->shift.effect / rows[i]->shift.assumed;
    if (!moment_scatter(effects, count, &factor, &factor_degrees))
        return;
    for (size_t i = 0; i < count; i++) {
        double own = rows[i]->shift.assumed, theirs = fmin(scale, factor * own);
        if (!(theirs > own))
            continue;
        moment_shift_widen(&rows[i]->shift, theirs, fmin(degrees, factor_degrees), COMPARE_LEVEL);
        if (rows[i]->shift.source == MOMENT_KIN)
            rows[i]->limit = LIMIT_KIN;
    }
}

int compare_kin(struct comparison *c, struct err *err)
{
    struct compare_row **rows = calloc(c->count + 1, sizeof(struct compare_row *));
    double *effects = calloc(c->count + 1, sizeof *effects);
    int status = rows && effects ? 0 : err_set(err, ERR_SYSTEM, "compare: out of memory");
    size_t count = 0;
    for (size_t i = 0; i < c->count && !status; i++)
        if (is_judged(&c->rows[i]))
            rows[count++] = &c->rows[i];
    if (count > 0)
        qsort(rows, count, sizeof(struct compare_row *), by_kind);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && is_kin(rows[i], rows[end]);)
            end++;
        widen(rows + i, end - i, effects);
    }
    free(rows);
    free(effects);
    return status;
}
