#include "bench/judge/compare/rows.h"
#include "bench/stats/fdr.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one group of metrics with their p in both directions, adjusted for their number. */
struct family {
    struct compare_row **rows;
    double *slower, *faster;
    size_t count;
};

static int take_back(struct comparison *c, struct compare_row *row, double slower, double faster)
{
    row->verdict = moment_verdict(&row->shift, c->tolerance);
    if ((row->verdict == VERDICT_SLOWER && slower > COMPARE_ALPHA) ||
        (row->verdict == VERDICT_FASTER && faster > COMPARE_ALPHA)) {
        row->verdict = VERDICT_UNDECIDED;
        row->limit = LIMIT_CORRECTION;
    } else if (row->verdict == VERDICT_UNDECIDED && (row->shift.lo > 0 || row->shift.hi < 0)) {
        row->limit = LIMIT_SIZE;
    }
    if (row->is_neutral && (row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_FASTER)) {
        row->verdict = VERDICT_SHIFTED;
        compare_say(row, "of this metric neither direction is worse");
    }
    return row->has_lost ? -1 : 0;
}

/* The p one more row would have to reach: Benjamini and Hochberg's line at its rank. */
static double needed_p(const struct family *f)
{
    size_t found = 0;
    for (size_t i = 0; i < f->count; i++)
        found += f->slower[i] <= COMPARE_ALPHA;
    double rank = (double)(found < f->count ? found + 1 : f->count);
    return COMPARE_ALPHA * rank / (double)f->count;
}

static int judge_family(struct comparison *c, struct family *f, struct err *err)
{
    for (size_t i = 0; i < f->count; i++) {
        f->slower[i] = f->rows[i]->shift.p_slower;
        f->faster[i] = f->rows[i]->shift.p_faster;
    }
    if (fdr_adjust(f->slower, f->count, f->slower, err) ||
        fdr_adjust(f->faster, f->count, f->faster, err))
        return -1;
    double needed = needed_p(f);
    for (size_t i = 0; i < f->count; i++) {
        struct compare_row *row = f->rows[i];
        row->family = f->count;
        row->detectable = moment_detectable(&row->shift, c->tolerance, COMPARE_LEVEL, needed);
        if (take_back(c, row, f->slower[i], f->faster[i]))
            return err_set(err, ERR_SYSTEM, "compare: out of memory");
    }
    return 0;
}

static int by_group(const void *a, const void *b)
{
    const struct compare_row *const *one = a, *const *other = b;
    return strcmp((*one)->group, (*other)->group);
}

int compare_correct(struct comparison *c, struct err *err)
{
    struct compare_row **rows = calloc(c->count + 1, sizeof(struct compare_row *));
    double *p = calloc(2 * c->count + 1, sizeof *p);
    int status =
        rows && p ? compare_kin(c, err) : err_set(err, ERR_SYSTEM, "compare: out of memory");
    size_t count = 0;
    for (size_t i = 0; i < c->count && !status; i++)
        if (c->rows[i].shift.source != MOMENT_NONE)
            rows[count++] = &c->rows[i];
    c->judged = count;
    if (count > 0)
        qsort(rows, count, sizeof(struct compare_row *), by_group);
    for (size_t i = 0, end; i < count && !status; i = end) {
        for (end = i + 1; end < count && !strcmp(rows[i]->group, rows[end]->group);)
            end++;
        struct family f = {rows + i, p, p + c->count, end - i};
        status = judge_family(c, &f, err);
    }
    free(rows);
    free(p);
    return status;
}
