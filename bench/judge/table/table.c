#include "bench/judge/table/table.h"

#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/metric_names.h"
#include "bench/judge/table/plan.h"
#include "bench/judge/table/ratios.h"
#include "bench/judge/table/sort.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The cells of one grid, being arranged. */
struct block {
    const struct plan *plan;
    struct entry *items;
    size_t count;
    struct dim_value *column_values; /* values of plan->cols, in order; NULL without */
    size_t column_value_count;       /* at least 1 */
};

const struct result_cell *grid_row_unmeasured(const struct grid *g, size_t row)
{
    const struct result_cell *c = g->rows[row].only.cell;
    return c && c->status != CELL_OK ? c : NULL;
}

static int out_of_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "table: out of memory");
}

/* Row and column together name one cell: two cells in one place would have to be pooled. */
static bool is_ambiguous(const struct block *b, const struct dims *labels)
{
    for (size_t i = 1; i < b->count; i++)
        if (entries_agree(&b->items[i - 1], &b->items[i], labels) &&
            entries_agree(&b->items[i - 1], &b->items[i], &b->plan->cols))
            return true;
    return false;
}

/* Chooses the labels and sorts the cells by them, then by the columns' dimension. */
static int sort_rows(struct block *b, struct dims *labels, struct err *err)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        struct dims keys = {0};
        dims_release(labels);
        plan_labels(b->plan, b->items, b->count, attempt > 0, labels);
        dims_add_all(&keys, labels);
        dims_add_all(&keys, &b->plan->cols);
        int failed =
            keys.failed ? out_of_memory(err) : entries_sort(b->items, b->count, &keys, err);
        dims_release(&keys);
        if (failed)
            return -1;
        if (!is_ambiguous(b, labels))
            break;
    }
    return 0;
}

static int find_column_values(struct block *b, struct err *err)
{
    b->column_value_count = 1;
    if (b->plan->cols.count == 0)
        return 0;
    const char *dim = b->plan->cols.names[0];
    b->column_values = calloc(b->count, sizeof *b->column_values);
    if (!b->column_values)
        return out_of_memory(err);
    if (entries_sort(b->items, b->count, &b->plan->cols, err))
        return -1;
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct dim_value value;
        dim_value_of(&b->items[i], dim, &value);
        if (n == 0 || strcmp(dim_text(&b->column_values[n - 1]), dim_text(&value)))
            b->column_values[n++] = value;
    }
    b->column_value_count = n;
    return 0;
}

static void add_column(struct grid *g, const char *group, const struct plan_metric *metric,
                       bool is_ratio)
{
    struct grid_column *c = &g->columns[g->column_count++];
    snprintf(c->group, sizeof c->group, "%s", group);
    snprintf(c->metric, sizeof c->metric, "%s", metric->name);
    c->is_ratio = is_ratio;
    if (is_ratio)
        snprintf(c->title, sizeof c->title, "ratio");
    else
        metric_head(c->title, sizeof c->title, metric->name);
}

static bool is_measured(const struct block *b, const char *metric)
{
    for (size_t i = 0; i < b->count; i++)
        if (result_value_find(b->items[i].cell, metric))
            return true;
    return false;
}

static int make_columns(struct grid *g, const struct block *b, struct err *err)
{
    const struct plan *p = b->plan;
    size_t most = b->column_value_count * p->metric_count * 2;
    if (most > GRID_COLUMNS_MAX && b->column_values)
        return err_set(err, ERR_USAGE,
                       "--cols: %zu values of %s with %zu metrics are too many columns",
                       b->column_value_count, p->cols.names[0], p->metric_count);
    g->columns = calloc(most, sizeof *g->columns);
    if (!g->columns)
        return out_of_memory(err);
    /* Large tables have a dozen metrics in mind, and values of three. */
    bool may_drop = !p->keeps_empty && p->cols.count == 0;
    for (size_t v = 0; v < b->column_value_count; v++)
        for (size_t m = 0; m < p->metric_count; m++) {
            char group[64];
            if (may_drop && !is_measured(b, p->metrics[m].name))
                continue;
            const struct dim_value *value = b->column_values ? &b->column_values[v] : NULL;
            if (!value)
                snprintf(group, sizeof group, "%s", p->metrics[m].group);
            else if (value->is_number || !dim_text(value)[0])
                snprintf(group, sizeof group, "%.30s %.30s", p->cols.names[0],
                         dim_text(value)[0] ? dim_text(value) : "-");
            else
                snprintf(group, sizeof group, "%.60s", dim_text(value));
            add_column(g, group, &p->metrics[m], false);
            if (p->metrics[m].with_ratio)
                add_column(g, group, &p->metrics[m], true);
        }
    return 0;
}

/* Which of the column values an entry belongs to. */
static size_t column_value_of(const struct block *b, const struct entry *e)
{
    struct dim_value value;
    if (!b->column_values)
        return 0;
    dim_value_of(e, b->plan->cols.names[0], &value);
    size_t v = 0;
    while (v + 1 < b->column_value_count &&
           strcmp(dim_text(&b->column_values[v]), dim_text(&value)))
        v++;
    return v;
}

static void fill_slot(struct slot *s, const struct entry *e, const char *metric)
{
    const struct result_metric *m = result_metric_find(e->cell, metric);
    s->entry = *e;
    s->metric = m;
    if (e->cell->status != CELL_OK)
        s->kind = SLOT_STATUS;
    else if (!m)
        s->kind = SLOT_EMPTY;
    else if (m->summary.n == 0)
        s->kind = SLOT_ABSENT;
    else {
        s->kind = SLOT_VALUE;
        number_of_summary(&s->number, &m->summary, m->unit, m->nature);
    }
}

/* One cell's slots: those of its column value. Ratio columns are filled when all are there. */
static void fill_cell(struct grid *g, const struct block *b, size_t row, const struct entry *e)
{
    size_t width = g->column_count / b->column_value_count;
    size_t from = column_value_of(b, e) * width;
    for (size_t c = from; c < from + width; c++)
        if (!g->columns[c].is_ratio)
            fill_slot(&g->slots[row * g->column_count + c], e, g->columns[c].metric);
}

static bool has_value(const struct grid *g, size_t column)
{
    for (size_t r = 0; r < g->row_count; r++) {
        enum slot_kind kind = grid_slot(g, r, column)->kind;
        if (kind == SLOT_VALUE || kind == SLOT_RATIO)
            return true;
    }
    return false;
}

/* Takes out the columns in which no row has a value. */
static void drop_empty_columns(struct grid *g)
{
    size_t old = g->column_count, kept = 0;
    bool keep[2 * PLAN_METRICS_MAX];
    assert(old <= sizeof keep / sizeof *keep);
    for (size_t c = 0; c < old; c++)
        keep[c] = has_value(g, c);
    for (size_t r = 0, to = 0; r < g->row_count; r++)
        for (size_t c = 0; c < old; c++)
            if (keep[c])
                g->slots[to++] = g->slots[r * old + c];
    for (size_t c = 0; c < old; c++)
        if (keep[c])
            g->columns[kept++] = g->columns[c];
    g->column_count = kept;
}

static void mark_ratios(struct grid *g, const struct plan *plan)
{
    for (size_t c = 0; c < g->column_count && plan->bases.dim; c++)
        if (g->columns[c].is_ratio)
            snprintf(g->columns[c].title, sizeof g->columns[c].title, "to %.56s",
                     plan->bases.value);
}

static void mark_peers(struct grid *g)
{
    for (size_t i = 0; i < g->row_count * g->column_count && !g->has_peers; i++)
        g->has_peers = g->slots[i].kind == SLOT_VALUE && g->slots[i].entry.cell->is_peer;
    for (size_t c = 0; c < g->column_count && g->has_peers; c++)
        if (g->columns[c].is_ratio)
            snprintf(g->columns[c].title, sizeof g->columns[c].title, "to best peer");
}

static int fill_rows(struct grid *g, const struct block *b, struct err *err)
{
    size_t rows = 0;
    for (size_t i = 0; i < b->count; i++)
        rows += i == 0 || !entries_agree(&b->items[i - 1], &b->items[i], &g->labels);
    g->rows = calloc(rows, sizeof *g->rows);
    g->label_values = calloc(rows * g->labels.count, sizeof *g->label_values);
    g->slots = calloc(rows * g->column_count + 1, sizeof *g->slots);
    if (!g->rows || !g->label_values || !g->slots)
        return out_of_memory(err);
    for (size_t i = 0; i < b->count; i++) {
        const struct entry *e = &b->items[i];
        if (i == 0 || !entries_agree(e - 1, e, &g->labels)) {
            size_t r = g->row_count++;
            g->rows[r].only = *e;
            for (size_t l = 0; l < g->labels.count; l++)
                dim_value_of(e, g->labels.names[l], &g->label_values[r * g->labels.count + l]);
        } else {
            g->rows[g->row_count - 1].only = (struct entry){0};
        }
        fill_cell(g, b, g->row_count - 1, e);
    }
    if (b->plan->bases.dim)
        mark_ratios(g, b->plan);
    else
        mark_peers(g);
    return ratios_fill(g, b->plan, err) ? -1 : table_sort(g, b->plan, err);
}

static void add_words(char *out, size_t size, const char *separator, const char *a, const char *b)
{
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s%s%s%s", used ? separator : "", a, *a && *b ? " " : "", b);
}

/* The value all these cells have in a dimension; "" when they differ or one has none. */
static void shared_value(const struct block *b, const char *dim, struct dim_value *out)
{
    dim_value_of(&b->items[0], dim, out);
    for (size_t i = 1; i < b->count && dim_text(out)[0]; i++) {
        struct dim_value other;
        dim_value_of(&b->items[i], dim, &other);
        if (strcmp(dim_text(&other), dim_text(out)))
            *out = (struct dim_value){0};
    }
}

/* The block's own dimensions, and the parameters all its cells share. */
static int name_grid(struct grid *g, const struct block *b)
{
    struct dim_value value;
    struct dims params = {0};
    for (size_t i = 0; i < b->plan->blocks.count; i++) {
        const char *dim = b->plan->blocks.names[i];
        dim_value_of(&b->items[0], dim, &value);
        add_words(g->title, sizeof g->title, ", ", strcmp(dim, "workload") ? dim : "",
                  dim_text(&value));
    }
    if (!g->title[0])
        snprintf(g->title, sizeof g->title, "all cells");
    dims_of_params(&params, b->items, b->count);
    for (size_t i = 0; i < params.count; i++) {
        shared_value(b, params.names[i], &value);
        if (dim_text(&value)[0])
            add_words(g->subtitle, sizeof g->subtitle, ", ", params.names[i], dim_text(&value));
    }
    bool failed = params.failed;
    dims_release(&params);
    return failed ? -1 : 0;
}

static int build_grid(struct grid *g, struct block *b, struct err *err)
{
    if (find_column_values(b, err) || sort_rows(b, &g->labels, err) || make_columns(g, b, err) ||
        fill_rows(g, b, err))
        return -1;
    if (!b->plan->keeps_empty && b->plan->cols.count == 0)
        drop_empty_columns(g);
    return name_grid(g, b) ? out_of_memory(err) : 0;
}

static int build_all(struct tables *t, const struct plan *plan, struct entry *items, size_t count,
                     struct err *err)
{
    if (entries_sort(items, count, &plan->blocks, err))
        return -1;
    t->grids = calloc(count, sizeof *t->grids);
    if (!t->grids)
        return out_of_memory(err);
    for (size_t from = 0, to; from < count; from = to) {
        to = from + 1;
        while (to < count && entries_agree(&items[from], &items[to], &plan->blocks))
            to++;
        struct block b = {.plan = plan, .items = items + from, .count = to - from};
        int status = build_grid(&t->grids[t->count++], &b, err);
        free(b.column_values);
        if (status)
            return -1;
    }
    return 0;
}

int tables_build(struct tables *out, const struct result *results, size_t count,
                 const struct table_request *request, struct err *err)
{
    struct plan plan = {0};
    struct entry *items = NULL;
    int status = -1;
    *out = (struct tables){.results = results,
                           .result_count = count,
                           .caption = request->caption,
                           .shows_ends = request->relative_to != NULL};
    if (entries_of_results(&out->entries, results, count, err) ||
        plan_make(&plan, request, &out->entries, err) ||
        entries_filter(&out->entries, request->filter, err))
        goto done;
    status = 0;
    if (out->entries.count == 0)
        goto done;
    status = plan_check(&plan, &out->entries, err);
    if (status)
        goto done;
    items = calloc(out->entries.count, sizeof *items);
    if (items)
        memcpy(items, out->entries.items, out->entries.count * sizeof *items);
    status = items ? build_all(out, &plan, items, out->entries.count, err) : out_of_memory(err);
done:
    free(items);
    table_plan_release(&plan);
    return status;
}

void tables_release(struct tables *t)
{
    for (size_t i = 0; i < t->count; i++) {
        dims_release(&t->grids[i].labels);
        free(t->grids[i].columns);
        free(t->grids[i].rows);
        free(t->grids[i].label_values);
        free(t->grids[i].slots);
    }
    free(t->grids);
    entries_release(&t->entries);
    *t = (struct tables){0};
}
