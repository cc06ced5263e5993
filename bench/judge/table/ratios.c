#include "bench/judge/table/ratios.h"

#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Where ratios are to the best of somebody else's executors: the rows in groups that differ by
 * executor alone, each row beside its like, and what was found for the last one, which is mostly
 * that of the next.
 */
struct peers {
    size_t *order; /* owned: rows, group by group, each as they stand; NULL: ratios are to something
                      else */
    size_t *group; /* owned, by row: where its group begins in `order` */
    struct {
        bool is_there;
        size_t column, group;
        const struct result *result;
        const struct slot *best;
    } last;
};

/* Rows that stand apart by their executor alone are 0 apart. */
static int compare_but_executor(const struct grid *g, size_t a, size_t b)
{
    int order = 0;
    for (size_t l = 0; l < g->labels.count && !order; l++) {
        const char *dim = g->labels.names[l];
        if (strcmp(dim, "executor") != 0 && strcmp(dim, "workers") != 0)
            order = strcmp(dim_text(grid_label(g, a, l)), dim_text(grid_label(g, b, l)));
    }
    return order;
}

static int compare_rows(const void *a, const void *b, void *context)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    int order = compare_but_executor(context, i, j);
    return order ? order : (i > j) - (i < j);
}

static int group_rows(struct peers *p, struct grid *g)
{
    *p = (struct peers){0};
    if (!g->has_peers)
        return 0;
    p->order = calloc(g->row_count + 1, sizeof *p->order);
    p->group = calloc(g->row_count + 1, sizeof *p->group);
    if (!p->order || !p->group)
        return -1;
    for (size_t r = 0; r < g->row_count; r++)
        p->order[r] = r;
    qsort_r(p->order, g->row_count, sizeof *p->order, compare_rows, g);
    for (size_t i = 1; i < g->row_count; i++) {
        size_t before = p->order[i - 1], r = p->order[i];
        p->group[r] = compare_but_executor(g, before, r) ? i : p->group[before];
    }
    return 0;
}

/* The best of somebody else's executors in a group, NULL when there is none. */
static const struct slot *best_of_group(const struct grid *g, const struct peers *p, size_t column,
                                        size_t group, const struct result *result)
{
    const struct slot *best = NULL;
    for (size_t i = group; i < g->row_count && p->group[p->order[i]] == group; i++) {
        const struct slot *s = grid_slot(g, p->order[i], column);
        if (s->kind != SLOT_VALUE || !s->entry.cell->is_peer || s->entry.result != result)
            continue;
        double more = best ? s->metric->summary.center - best->metric->summary.center : 0;
        if (!best || (strcmp(s->metric->better, "higher") ? more < 0 : more > 0))
            best = s;
    }
    return best;
}

static const struct slot *best_peer(const struct grid *g, struct peers *p, size_t column,
                                    size_t row)
{
    const struct result *result = grid_slot(g, row, column)->entry.result;
    size_t group = p->group[row];
    if (!p->last.is_there || p->last.column != column || p->last.group != group ||
        p->last.result != result) {
        p->last.best = best_of_group(g, p, column, group, result);
        p->last.is_there = true;
        p->last.column = column;
        p->last.group = group;
        p->last.result = result;
    }
    return p->last.best;
}

/*
 * What a row is compared with: where the table has somebody else's executors, the best of them;
 * else the first slot above or at `row` with a value.  Of the same result: hosts are never mixed.
 */
static const struct slot *ratio_base(const struct grid *g, struct peers *peers, size_t column,
                                     size_t row, const struct slot **last)
{
    const struct slot *here = grid_slot(g, row, column);
    if (peers->order)
        return best_peer(g, peers, column, row);
    /* That of the row before is that of this one, unless hosts alternate. */
    if (*last && (*last)->entry.result == here->entry.result)
        return *last;
    for (size_t r = 0; r <= row; r++) {
        const struct slot *s = grid_slot(g, r, column);
        if (s->kind == SLOT_VALUE && s->entry.result == here->entry.result)
            return *last = s;
    }
    return here;
}

/* The value that a ratio is to, NULL when there is none; *is_own: it is the slot's own. */
static const struct result_metric *ratio_to(const struct grid *g, const struct plan *plan,
                                            struct peers *peers, size_t column, size_t row,
                                            const struct slot **last, bool *is_own, bool *failed)
{
    const struct slot *value = grid_slot(g, row, column);
    const struct result_metric *m = NULL;
    if (plan->bases.dim) {
        const struct entry *e = bases_find(&plan->bases, &value->entry, failed);
        m = e ? result_value_find(e->cell, value->metric->name) : NULL;
    } else {
        const struct slot *base = ratio_base(g, peers, column, row, last);
        m = base ? base->metric : NULL;
    }
    *is_own = m == value->metric;
    return m;
}

static void fill_ratio(struct slot *ratio, const struct slot *value, const struct result_metric *b,
                       bool is_own, bool *failed)
{
    *ratio = *value;
    ratio->kind = SLOT_RATIO;
    if (is_own) {
        ratio->ratio = (struct ratio){1, 1, 1, 1};
        snprintf(ratio->number.text, sizeof ratio->number.text, "1x");
        ratio->number.unit[0] = '\0';
        return;
    }
    ratio->ratio = ratio_of_metrics(value->metric, b, failed);
    number_of_ratio(&ratio->number, &ratio->ratio);
}

static int fill(struct grid *g, const struct plan *plan, struct peers *peers)
{
    for (size_t c = 1; c < g->column_count; c++) {
        const struct slot *last = NULL;
        for (size_t i = 0; g->columns[c].is_ratio && i < g->row_count; i++) {
            size_t r = peers->order ? peers->order[i] : i;
            const struct slot *value = grid_slot(g, r, c - 1);
            bool is_own = false, failed = false;
            if (value->kind != SLOT_VALUE)
                continue;
            const struct result_metric *base =
                ratio_to(g, plan, peers, c - 1, r, &last, &is_own, &failed);
            if (base && !failed)
                fill_ratio(&g->slots[r * g->column_count + c], value, base, is_own, &failed);
            if (failed)
                return -1;
        }
    }
    return 0;
}

int ratios_fill(struct grid *g, const struct plan *plan, struct err *err)
{
    struct peers peers;
    int failed =
        group_rows(&peers, g) || fill(g, plan, &peers)
            ? err_set(err, ERR_SYSTEM, "no memory for the ratios of %zu rows", g->row_count)
            : 0;
    free(peers.order);
    free(peers.group);
    return failed;
}
