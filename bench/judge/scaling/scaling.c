#include "bench/judge/scaling/scaling.h"

#include "bench/base/hash.h"
#include "bench/base/vec.h"

#include "bench/judge/parts/dim.h"
#include "bench/stats/robust.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 };

/* Cells that differ in their tasks alone, in ascending order of these. */
struct kin {
    VEC(const struct result_cell *);
};

static const char tasks_word[] = "/tasks=";

const char *scaling_behind_tasks(const char *id, size_t *before)
{
    const char *at = strstr(id, tasks_word);
    if (!at) {
        *before = strlen(id);
        return id + *before;
    }
    *before = (size_t)(at - id);
    at += sizeof tasks_word - 1;
    while (isdigit((unsigned char)*at))
        at++;
    return at;
}

static bool is_same_but_tasks(const struct result_cell *a, const struct result_cell *b)
{
    size_t a_before, b_before;
    const char *a_rest = scaling_behind_tasks(a->id, &a_before);
    const char *b_rest = scaling_behind_tasks(b->id, &b_before);
    return a_before == b_before && !strncmp(a->id, b->id, a_before) && !strcmp(a_rest, b_rest);
}

/* The same for those; compared first, so that many cells are told apart in little time.  Never 0.
 */
static uint64_t kind_of(const struct result_cell *c)
{
    size_t before;
    const char *rest = scaling_behind_tasks(c->id, &before);
    return hash_fnv1a(hash_fnv1a(HASH_FNV1A, c->id, before), rest, strlen(rest)) | 1;
}

static int by_tasks(const void *a, const void *b)
{
    const struct result_cell *const *left = a, *const *right = b;
    return ((*left)->tasks > (*right)->tasks) - ((*left)->tasks < (*right)->tasks);
}

/* All of first's kind from `first` on; the kind of those taken is 0. */
static void gather(struct kin *s, const struct entries *all, size_t first, uint64_t *kinds)
{
    const uint64_t kind = kinds[first];
    s->count = 0;
    for (size_t i = first; i < all->count; i++) {
        const struct entry *e = &all->items[i];
        if (kinds[i] != kind || e->result != all->items[first].result ||
            !is_same_but_tasks(e->cell, all->items[first].cell))
            continue;
        kinds[i] = 0;
        if (result_role_value(e->cell, ROLE_RATE))
            vec_add(s, e->cell);
    }
    if (s->count)
        qsort(s->items, s->count, sizeof s->items[0], by_tasks);
}

static int add_point(struct sweep *s, const struct result_cell *c, struct err *err)
{
    struct scaling_point *p = &s->points[s->count++];
    *p = (struct scaling_point){.cell = c, .throughput = result_role_value(c, ROLE_RATE)};
    const struct scaling_point *base = &s->points[0];
    const struct result_metric *m = p->throughput, *b = base->throughput;
    if (p == base) {
        p->speedup = (struct ratio){.center = 1, .lo = NAN, .hi = NAN, .level = 1};
        p->efficiency_ratio = 1;
        return 0;
    }
    if (ratio_of_samples(m->samples, m->sample_count, b->samples, b->sample_count, SUMMARY_LEVEL,
                         &p->speedup, err))
        return -1;
    if (!isfinite(p->speedup.center) || !isfinite(p->speedup.lo) || !isfinite(p->speedup.hi))
        p->speedup.center = p->speedup.lo = p->speedup.hi = NAN;
    p->efficiency_ratio = p->speedup.center * (double)base->cell->tasks / (double)c->tasks;
    return 0;
}

static int fit(struct sweep *s, enum usl_weights weights, struct err *err)
{
    struct usl_point *points = calloc(s->count, sizeof *points);
    if (!points)
        return err_set(err, ERR_SYSTEM, "scaling: out of memory");
    for (size_t i = 0; i < s->count; i++) {
        const struct result_metric *m = s->points[i].throughput;
        points[i] =
            (struct usl_point){(double)s->points[i].cell->tasks, m->samples, m->sample_count};
    }
    int status = usl_fit(points, s->count, weights, SEED, &s->law, err);
    free(points);
    return status;
}

static int add_sweep(struct scaling *out, const struct kin *kin, const char *label,
                     enum usl_weights weights, struct err *err)
{
    struct sweep *grown = realloc(out->sweeps, sizeof *grown * (out->count + 1));
    struct scaling_point *points = calloc(kin->count, sizeof *points);
    if (grown)
        out->sweeps = grown;
    if (!grown || !points) {
        free(points);
        return err_set(err, ERR_SYSTEM, "scaling: out of memory");
    }
    struct sweep *s = &out->sweeps[out->count++];
    *s = (struct sweep){.label = label, .points = points};
    for (size_t i = 0; i < kin->count; i++)
        if (add_point(s, kin->items[i], err))
            return -1;
    return fit(s, weights, err);
}

static int add_sweeps(struct scaling *out, const struct entries *all, bool with_labels,
                      enum usl_weights weights, uint64_t *kinds, struct err *err)
{
    struct kin kin = {0};
    int failed = 0;
    for (size_t i = 0; i < all->count && !failed; i++) {
        if (!kinds[i])
            continue;
        gather(&kin, all, i, kinds);
        if (kin.failed)
            failed = err_set(err, ERR_SYSTEM, "scaling: out of memory");
        else if (kin.count >= 2)
            failed =
                add_sweep(out, &kin, with_labels ? all->items[i].result->label : "", weights, err);
    }
    vec_release(&kin);
    if (failed)
        return -1;
    if (out->count)
        return 0;
    return err_set(err, ERR_INPUT,
                   "--scaling: of no cell throughput_per_s was measured with several numbers of "
                   "tasks");
}

int scaling_of(struct scaling *out, const struct result *results, size_t count, const char *filter,
               enum usl_weights weights, struct err *err)
{
    *out = (struct scaling){.weights = weights};
    struct entries all;
    if (entries_of_results(&all, results, count, err))
        return -1;
    uint64_t *kinds = NULL;
    int status = entries_filter(&all, filter, err);
    if (!status && !(kinds = calloc(all.count + 1, sizeof *kinds)))
        status = err_set(err, ERR_SYSTEM, "%zu cells: out of memory", all.count);
    for (size_t i = 0; !status && i < all.count; i++)
        kinds[i] = kind_of(all.items[i].cell);
    if (!status)
        status = add_sweeps(out, &all, count > 1, weights, kinds, err);
    free(kinds);
    entries_release(&all);
    if (status)
        scaling_release(out);
    return status;
}

void scaling_release(struct scaling *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->sweeps[i].points);
    free(s->sweeps);
    *s = (struct scaling){0};
}
