#include "bench/report/compare/rows.h"
#include "bench/stats/evalue.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int compare_correct(struct comparison *c, struct err *err)
{
    double *slower = calloc(c->count + 1, sizeof *slower),
           *faster = calloc(c->count + 1, sizeof *faster);
    bool *is_slower = calloc(c->count + 1, sizeof *is_slower),
         *is_faster = calloc(c->count + 1, sizeof *is_faster);
    int status = slower && faster && is_slower && is_faster
                     ? 0
                     : err_set(err, ERR_SYSTEM, "compare: out of memory");
    size_t n = 0;
    for (size_t i = 0; i < c->count && !status; i++)
        if (c->rows[i].shift.degrees >= 1) {
            slower[n] = c->rows[i].shift.slower_ln;
            faster[n++] = c->rows[i].shift.faster_ln;
        }
    c->judged = n;
    if (!status)
        status = evalue_reject(slower, n, COMPARE_ALPHA, is_slower, NULL, err) ||
                         evalue_reject(faster, n, COMPARE_ALPHA, is_faster, NULL, err)
                     ? -1
                     : 0;
    n = 0;
    for (size_t i = 0; i < c->count && !status; i++) {
        struct compare_row *row = &c->rows[i];
        if (row->shift.degrees < 1)
            continue;
        row->detectable =
            moment_detectable(&row->shift, c->tolerance, log((double)c->judged / COMPARE_ALPHA));
        if ((row->verdict == VERDICT_SLOWER && !is_slower[n]) ||
            (row->verdict == VERDICT_FASTER && !is_faster[n])) {
            row->verdict = VERDICT_UNDECIDED;
            row->limit = LIMIT_CORRECTION;
        }
        if (row->is_neutral && (row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_FASTER)) {
            row->verdict = VERDICT_SHIFTED;
            snprintf(row->reason, sizeof row->reason, "of this metric neither direction is worse");
        }
        n++;
    }
    free(slower);
    free(faster);
    free(is_slower);
    free(is_faster);
    return status;
}
