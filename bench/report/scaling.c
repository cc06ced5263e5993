#include "bench/report/scaling.h"

#include "bench/report/dim.h"
#include "bench/report/number.h"
#include "bench/stats/robust.h"
#include "bench/stats/usl.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEP_MAX = 64, SEED = 1 };

/* Cells that differ in their tasks alone, in ascending order of these. */
struct sweep {
    const struct result_cell *cells[SWEEP_MAX];
    size_t count;
};

static const char metric_name[] = "throughput_per_s";
static const char tasks_word[] = "/tasks=";

/* The id without its number of tasks, in two pieces: before and behind the digits. */
static const char *behind_tasks(const char *id, size_t *before)
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
    const char *a_rest = behind_tasks(a->id, &a_before);
    const char *b_rest = behind_tasks(b->id, &b_before);
    return a_before == b_before && !strncmp(a->id, b->id, a_before) && !strcmp(a_rest, b_rest);
}

static int by_tasks(const void *a, const void *b)
{
    const struct result_cell *const *left = a, *const *right = b;
    return ((*left)->tasks > (*right)->tasks) - ((*left)->tasks < (*right)->tasks);
}

/* All of first's kind from `first` on; those taken are marked. */
static void gather(struct sweep *s, const struct entries *all, size_t first, bool *is_taken)
{
    s->count = 0;
    for (size_t i = first; i < all->count && s->count < SWEEP_MAX; i++) {
        const struct entry *e = &all->items[i];
        if (is_taken[i] || e->result != all->items[first].result ||
            !is_same_but_tasks(e->cell, all->items[first].cell))
            continue;
        is_taken[i] = true;
        if (result_value_find(e->cell, metric_name))
            s->cells[s->count++] = e->cell;
    }
    qsort(s->cells, s->count, sizeof s->cells[0], by_tasks);
}

static int add_row(struct buf *out, const struct result_cell *base, const struct result_cell *c,
                   struct err *err)
{
    const struct result_metric *m = result_value_find(c, metric_name);
    const struct result_metric *b = result_value_find(base, metric_name);
    struct number x;
    struct ratio r;
    char text[48];
    number_of_summary(&x, &m->summary, m->unit, m->nature);
    if (ratio_of_samples(m->samples, m->sample_count, b->samples, b->sample_count, SUMMARY_LEVEL,
                         &r, err))
        return -1;
    double more = (double)c->tasks / (double)base->tasks;
    buf_printf(out, "  %5lld  %12s", (long long)c->tasks, number_text(text, sizeof text, &x));
    if (isfinite(r.center) && isfinite(r.lo) && isfinite(r.hi))
        buf_printf(out, "  %8.2fx  %6.2f .. %-6.2f  %10.2f\n", r.center, r.lo, r.hi,
                   r.center / more);
    else
        buf_printf(out, "  %9s  %16s  %10s\n", "~", "", "~");
    return 0;
}

static void add_value(struct buf *out, const char *name, const struct usl_value *v)
{
    buf_printf(out, "%s %.4g (%.3g .. %.3g)", name, v->center, v->lo, v->hi);
}

/* A peak far beyond what was measured is not one that was seen. */
static void add_law(struct buf *out, const struct usl *u, double last)
{
    if (u->refusal[0]) {
        buf_printf(out, "  no scaling law: %s\n", u->refusal);
        return;
    }
    buf_add(out, "  law: ");
    add_value(out, "sigma", &u->sigma);
    add_value(out, ", kappa", &u->kappa);
    if (u->peak.center <= 2 * last && isfinite(u->peak.hi))
        add_value(out, ", most throughput at tasks =", &u->peak);
    else
        buf_printf(out, ", no peak up to %.0f tasks", last);
    buf_printf(out, "; %.1f %% off the points\n", 100 * u->residual_ratio);
}

static int add_sweep(struct buf *out, const struct sweep *s, const char *label, struct err *err)
{
    const char *id = s->cells[0]->id;
    size_t before;
    const char *rest = behind_tasks(id, &before);
    buf_printf(out, "%s%s%.*s%s%s\n", label, label[0] ? ": " : "", (int)before, id,
               rest[0] ? "  " : "", rest[0] == ',' ? rest + 1 : rest);
    buf_printf(out, "  %5s  %12s  %9s  %16s  %10s\n", "tasks", "throughput", "speed-up", "interval",
               "efficiency");
    struct usl_point points[SWEEP_MAX];
    for (size_t i = 0; i < s->count; i++) {
        const struct result_metric *m = result_value_find(s->cells[i], metric_name);
        points[i] = (struct usl_point){(double)s->cells[i]->tasks, m->samples, m->sample_count};
        if (add_row(out, s->cells[0], s->cells[i], err))
            return -1;
    }
    struct usl u;
    if (usl_fit(points, s->count, SEED, &u, err))
        return -1;
    add_law(out, &u, points[s->count - 1].n);
    return 0;
}

static int add_sweeps(struct buf *out, const struct entries *all, bool with_labels, bool *is_taken,
                      struct err *err)
{
    size_t shown = 0;
    for (size_t i = 0; i < all->count; i++) {
        struct sweep s;
        if (is_taken[i])
            continue;
        gather(&s, all, i, is_taken);
        if (s.count < 2)
            continue;
        if (shown++)
            buf_add(out, "\n");
        if (add_sweep(out, &s, with_labels ? all->items[i].result->label : "", err))
            return -1;
    }
    if (shown)
        return 0;
    return err_set(err, ERR_INPUT, "--scaling: no cell was measured with several numbers of tasks");
}

int scaling_report(struct buf *out, const struct result *results, size_t count, const char *filter,
                   struct err *err)
{
    struct entries all;
    if (entries_of_results(&all, results, count, err))
        return -1;
    bool *is_taken = NULL;
    int status = entries_filter(&all, filter, err);
    if (!status && !(is_taken = calloc(all.count + 1, sizeof *is_taken)))
        status = err_set(err, ERR_SYSTEM, "%zu cells: out of memory", all.count);
    if (!status)
        status = add_sweeps(out, &all, count > 1, is_taken, err);
    if (!status && out->failed)
        status = err_set(err, ERR_SYSTEM, "scaling: out of memory");
    free(is_taken);
    entries_release(&all);
    return status;
}
