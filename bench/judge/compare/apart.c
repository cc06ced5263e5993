#include "bench/judge/compare/apart.h"

#include "bench/judge/compare/rows.h"
#include "bench/judge/parts/metric_choice.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The cell in each result; false where one lacks it. Plans of one command agree in their order. */
static const struct result_cell *cell_in(const struct result *r, const char *id)
{
    for (size_t i = 0; i < r->cell_count; i++)
        if (!strcmp(r->cells[i].id, id))
            return r->cells[i].status == CELL_OK ? &r->cells[i] : NULL;
    return NULL;
}

/* The centers of one row; false where a result has no value above zero. */
static bool centers_of(const struct result *results, size_t count, const char *id,
                       const char *metric, struct row_scratch *scratch, double *centers)
{
    for (size_t i = 0; i < count; i++) {
        const struct result_cell *c = cell_in(&results[i], id);
        const struct result_metric *m = c ? result_value_find(c, metric) : NULL;
        if (!m || compare_center(c, m, scratch, &centers[i]))
            return false;
    }
    return true;
}

static struct apart_kind *kind_of(struct apart *a, const char *group)
{
    for (size_t i = 0; i < a->count; i++)
        if (!strcmp(a->kinds[i].group, group))
            return &a->kinds[i];
    if (a->count == APART_KINDS_MOST)
        return NULL;
    a->kinds[a->count] = (struct apart_kind){.group = group};
    return &a->kinds[a->count++];
}

/* Sums of squares first; roots when all rows are in. */
static int add_rows(struct apart *out, const struct result *results, size_t count,
                    struct row_scratch *scratch, double *centers, struct err *err)
{
    const struct metric_choice usual = {0};
    const struct result *first = &results[0];
    for (size_t i = 0; i < first->cell_count; i++)
        for (size_t j = 0; j < first->cells[i].metric_count; j++) {
            const struct result_metric *m = &first->cells[i].metrics[j];
            if (!metric_is_chosen(&usual, m) || !strcmp(m->nature, "exact") ||
                !centers_of(results, count, first->cells[i].id, m->name, scratch, centers))
                continue;
            struct apart_kind *k = kind_of(out, m->group);
            if (!k)
                return err_set(err, ERR_INPUT, "moments: metrics of more than %d groups",
                               APART_KINDS_MOST);
            k->sd += 2 * gsl_stats_variance(centers, 1, count);
            k->rows++;
        }
    return 0;
}

int apart_of(struct apart *out, const struct result *results, size_t count, struct err *err)
{
    struct row_scratch scratch = {0};
    *out = (struct apart){0};
    if (count < APART_RESULTS_LEAST)
        return err_set(err, ERR_INPUT, "%zu moments say nothing of what moments differ by (%d do)",
                       count, APART_RESULTS_LEAST);
    double *centers = calloc(count, sizeof *centers);
    if (!centers)
        return err_set(err, ERR_SYSTEM, "moments: out of memory");
    int failed = add_rows(out, results, count, &scratch, centers, err);
    double degrees = (double)count - 1;
    for (size_t i = 0; i < out->count; i++) {
        struct apart_kind *k = &out->kinds[i];
        k->sd = sqrt(k->sd / (double)k->rows);
        k->sd_most = k->sd * sqrt(degrees / gsl_cdf_chisq_Pinv(0.1, degrees));
    }
    free(centers);
    numbers_release(&scratch.rounds);
    numbers_release(&scratch.pairs);
    return failed;
}
