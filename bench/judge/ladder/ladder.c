#include "bench/judge/ladder/ladder.h"

#include "bench/judge/ladder/choose.h"
#include "bench/judge/parts/low.h"
#include "bench/judge/parts/metric_names.h"

#include <stdlib.h>
#include <string.h>

/* ---- Columns --------------------------------------------------------------------------- */

/* A column and the work of it, which stands in `of` at the same place. */
static void add_column(struct ladder *l, const struct work **of, enum ladder_kind kind,
                       const struct work *w, const char *metric)
{
    if (!w)
        return;
    of[l->columns.count] = w;
    vec_add(&l->columns,
            (struct ladder_column){.kind = kind, .metric = metric, .like = w->cells->cell});
}

static void add_columns(struct ladder *l, const struct chosen *c, const struct work **of)
{
    for (enum ladder_kind kind = LADDER_STARTUP; kind < LADDER_OTHER; kind++)
        add_column(l, of, kind, c->of[kind], c->metrics[kind]);
    for (size_t i = 0; i < c->other_count; i++)
        add_column(l, of, c->others[i].kind, c->others[i].work, c->others[i].metric);
}

const char *ladder_group(enum ladder_kind kind)
{
    switch (kind) {
    case LADDER_WAITING:
        return "I/O-bound";
    case LADDER_COMPUTING:
    case LADDER_LOCKED:
    case LADDER_LOCK_WAIT:
        return "CPU-bound";
    case LADDER_STARTUP:
    case LADDER_LIFECYCLE:
    case LADDER_MEMORY:
    case LADDER_SWITCH:
        return "cost of a unit";
    case LADDER_OWN:
        return "the workload's own";
    case LADDER_OTHER:
        break;
    }
    return "throughput";
}

const char *ladder_head(const struct ladder *l, size_t column, char *text, size_t size)
{
    const struct ladder_column *c = &l->columns.items[column];
    switch (c->kind) {
    case LADDER_STARTUP:
        return "startup";
    case LADDER_LIFECYCLE:
        return "lifecycle";
    case LADDER_MEMORY:
        return "memory";
    case LADDER_SWITCH:
        return "switch";
    case LADDER_COMPUTING:
        return "no lock";
    case LADDER_LOCKED:
        return l->of == LADDER_OF_LOCKS ? c->like->workload : c->like->lock;
    case LADDER_LOCK_WAIT:
        return "lock wait";
    case LADDER_OWN:
        return metric_head(text, size, c->metric);
    case LADDER_OTHER:
        if (l->of == LADDER_OF_WORKS)
            return metric_head(text, size, c->metric);
        break;
    case LADDER_WAITING:
        break;
    }
    return c->like->workload;
}

/* ---- Slots ----------------------------------------------------------------------------- */

static bool is_cost(enum ladder_kind kind)
{
    return kind == LADDER_STARTUP || kind == LADDER_LIFECYCLE;
}

static bool is_throughput(enum ladder_kind kind)
{
    return kind >= LADDER_WAITING && kind != LADDER_LOCK_WAIT && kind != LADDER_OWN;
}

static bool is_doubtful(const struct result_cell *c, enum ladder_kind kind)
{
    return cell_is_unusable(c) || (is_cost(kind) && cell_was_kept_waiting(c));
}

static void fill_slot(struct ladder_slot *s, const struct works *works, const struct work *w,
                      const struct ladder_column *column, const struct ladder_row *row)
{
    const struct worked *found = work_cell(w, row->result, row->name);
    /* The tasks of a pool have no start of their own. */
    if (!found || (column->kind == LADDER_STARTUP && found->cell->workers))
        return;
    s->cell = found->cell;
    s->metric = result_value_find(s->cell, column->metric);
    s->is_doubtful = is_doubtful(s->cell, column->kind);
    if (!is_throughput(column->kind) || s->cell->tasks < 2)
        return;
    const struct work *one = works_find(works, w, w->cells->lock, 1);
    const struct worked *alone = one ? work_cell(one, row->result, row->name) : NULL;
    if (!alone)
        return;
    s->alone = result_value_find(alone->cell, column->metric);
    s->is_alone_doubtful = is_doubtful(alone->cell, column->kind);
}

/* ---- Rows ------------------------------------------------------------------------------- */

/* A row of which some cell is in some column; what that cell says is the row's. */
static bool fill_row(struct ladder *l, struct ladder_row *row, const struct works *works,
                     const struct work *const *of)
{
    const struct result_cell *any = NULL;
    for (size_t c = 0; c < l->columns.count; c++) {
        fill_slot(&row->slots[c], works, of[c], &l->columns.items[c], row);
        any = any ? any : row->slots[c].cell;
    }
    if (!any)
        return false;
    row->is_peer = any->is_peer;
    row->is_pooled = any->workers > 0;
    return true;
}

static void add_rows(struct ladder *l, const struct works *works, const struct work *const *of,
                     const char *const *names, size_t name_count, const struct result *results,
                     size_t count)
{
    struct ladder_slot *next = l->slots;
    for (size_t n = 0; n < name_count; n++)
        for (size_t i = 0; i < count; i++) {
            struct ladder_row row = {.result = &results[i], .name = names[n], .slots = next};
            if (!fill_row(l, &row, works, of))
                continue;
            row.name = strdup(names[n]);
            l->rows.failed |= !row.name;
            if (vec_add(&l->rows, row))
                next += l->columns.count;
            else
                free((char *)(uintptr_t)row.name);
        }
}

/* Columns for rows that are executors or locks; where there is none, rows are works. */
static int choose_columns(struct ladder *l, struct works *works, const struct work **of,
                          const struct ladder_source *source, struct err *err)
{
    struct chosen chosen;
    if (works_of(works, source, false, err))
        return -1;
    choose(&chosen, works);
    add_columns(l, &chosen, of);
    if (!l->columns.count) {
        works_release(works);
        if (works_of(works, source, true, err))
            return -1;
        choose_metrics(&chosen, works);
        add_columns(l, &chosen, of);
    }
    l->of = works->of;
    return 0;
}

int ladder_of(struct ladder *out, const struct ladder_source *source, struct err *err)
{
    struct works works = {0};
    const struct work *of[LADDER_OTHER + OTHERS_MOST];
    const char **names = NULL;
    size_t name_count = 0;
    *out = (struct ladder){0};
    int status = choose_columns(out, &works, of, source, err);
    if (!status) {
        names = works_names(&works, &name_count);
        out->slots =
            calloc(name_count * source->count * out->columns.count + 1, sizeof *out->slots);
        if (names && out->slots && !out->columns.failed)
            add_rows(out, &works, of, names, name_count, source->results, source->count);
        if (!names || !out->slots || out->columns.failed || out->rows.failed)
            status = err_set(err, ERR_SYSTEM, "summary: out of memory");
    }
    free(names);
    works_release(&works);
    return status;
}

size_t ladder_find(const struct ladder *l, enum ladder_kind kind)
{
    size_t c = 0;
    while (c < l->columns.count && l->columns.items[c].kind != kind)
        c++;
    return c;
}

void ladder_release(struct ladder *l)
{
    for (size_t i = 0; i < l->rows.count; i++)
        free((char *)(uintptr_t)l->rows.items[i].name);
    vec_release(&l->columns);
    vec_release(&l->rows);
    free(l->slots);
    *l = (struct ladder){0};
}
