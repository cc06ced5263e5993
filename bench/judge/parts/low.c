#include "bench/judge/parts/low.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double low_of(const struct result_metric *m, bool *failed)
{
    if (m->distribution->p10 > 0)
        return m->distribution->p10;
    if (!m->sample_count)
        return m->summary.n ? m->summary.lo : (double)NAN;
    double *sorted = malloc(m->sample_count * sizeof *sorted);
    if (!sorted) {
        *failed = true;
        return (double)NAN;
    }
    memcpy(sorted, m->samples, m->sample_count * sizeof *sorted);
    samples_sort(sorted, m->sample_count);
    double low = quantile_of_sorted(sorted, m->sample_count, LOW_QUANTILE);
    free(sorted);
    return low;
}

static bool has_warning(const struct result_cell *c, const char *code)
{
    for (size_t i = 0; i < c->warning_count; i++)
        if (!strcmp(c->warnings[i].code, code))
            return true;
    return false;
}

bool cell_is_unusable(const struct result_cell *c)
{
    return has_warning(c, "unusable");
}

bool cell_was_kept_waiting(const struct result_cell *c)
{
    return has_warning(c, "kept_waiting");
}

struct usable_count result_usable(const struct result *r)
{
    struct usable_count count = {0};
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *c = &r->cells[i];
        if (c->status != CELL_OK || !strcmp(c->role, "control"))
            continue;
        count.measured++;
        count.unusable += cell_is_unusable(c);
        count.kept_waiting += !cell_is_unusable(c) && cell_was_kept_waiting(c);
    }
    return count;
}
