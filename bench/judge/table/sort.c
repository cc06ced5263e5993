#include "bench/judge/table/sort.h"

#include <stdlib.h>
#include <string.h>

/* What a row is sorted by. */
struct rank {
    size_t row;
    bool has_value, is_number;
    double number;
    const char *text;
};

/* Rows without a value come last, whichever way the others go; equal ones keep their order. */
static int by_rank(const void *a, const void *b, void *is_reversed)
{
    const struct rank *left = a, *right = b;
    int order = 0;
    if (left->has_value != right->has_value)
        return left->has_value ? -1 : 1;
    if (left->has_value && left->is_number && right->is_number)
        order = (left->number > right->number) - (left->number < right->number);
    else if (left->has_value)
        order = strcmp(left->text, right->text);
    if (order)
        return *(const bool *)is_reversed ? -order : order;
    return (left->row > right->row) - (left->row < right->row);
}

/* The first value of the metric in the row; of what is better when it is higher the most first. */
static void rank_by_metric(struct rank *out, const struct grid *g, const char *metric)
{
    for (size_t c = 0; c < g->column_count && !out->has_value; c++) {
        const struct slot *s = grid_slot(g, out->row, c);
        if (g->columns[c].is_ratio || strcmp(g->columns[c].metric, metric) != 0 ||
            s->kind != SLOT_VALUE)
            continue;
        bool is_higher = !strcmp(s->metric->better, "higher");
        out->has_value = out->is_number = true;
        out->number = is_higher ? -s->metric->summary.center : s->metric->summary.center;
    }
}

static void rank_by_dim(struct rank *out, const struct grid *g, const char *dim,
                        struct dim_value *value)
{
    const struct entry *only = &g->rows[out->row].only;
    for (size_t l = 0; l < g->labels.count; l++)
        if (!strcmp(g->labels.names[l], dim))
            *value = *grid_label(g, out->row, l);
    if (!dim_text(value)[0] && only->cell)
        dim_value_of(only, dim, value);
    out->has_value = dim_text(value)[0] != '\0';
    out->is_number = value->is_number;
    out->number = value->number;
    out->text = dim_text(value);
}

/* The rows, their labels and slots in the order of the ranks. 0, or -1 when memory ran out. */
static int move_rows(struct grid *g, const struct rank *ranks)
{
    size_t labels = g->labels.count, columns = g->column_count, n = g->row_count;
    struct grid_row *rows = calloc(n + 1, sizeof *rows);
    struct dim_value *values = calloc(n * labels + 1, sizeof *values);
    struct slot *slots = calloc(n * columns + 1, sizeof *slots);
    bool has_all = rows && values && slots;
    for (size_t r = 0; r < n && has_all; r++) {
        size_t from = ranks[r].row;
        rows[r] = g->rows[from];
        memcpy(&values[r * labels], &g->label_values[from * labels], labels * sizeof *values);
        memcpy(&slots[r * columns], &g->slots[from * columns], columns * sizeof *slots);
    }
    free(has_all ? g->rows : rows);
    free(has_all ? g->label_values : values);
    free(has_all ? g->slots : slots);
    if (!has_all)
        return -1;
    g->rows = rows;
    g->label_values = values;
    g->slots = slots;
    return 0;
}

int table_sort(struct grid *g, const struct plan *plan, struct err *err)
{
    bool is_reversed = plan->is_reversed;
    if (!plan->sort_metric[0] && !plan->sort_dim[0])
        return 0;
    struct rank *ranks = calloc(g->row_count + 1, sizeof *ranks);
    struct dim_value *values = calloc(g->row_count + 1, sizeof *values);
    int status = -1;
    for (size_t r = 0; r < g->row_count && ranks && values; r++) {
        ranks[r].row = r;
        if (plan->sort_metric[0])
            rank_by_metric(&ranks[r], g, plan->sort_metric);
        else
            rank_by_dim(&ranks[r], g, plan->sort_dim, &values[r]);
    }
    if (ranks && values) {
        qsort_r(ranks, g->row_count, sizeof *ranks, by_rank, &is_reversed);
        status = move_rows(g, ranks);
    }
    free(ranks);
    free(values);
    return status ? err_set(err, ERR_SYSTEM, "table: out of memory") : 0;
}
