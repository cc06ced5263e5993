/*
 * Tables: cells arranged in rows and columns, ready to be rendered in any format.
 *
 * One kind of grid serves all tables.  Cells are never pooled: whatever else distinguishes the
 * cells of a table (another host, a parameter) becomes one more label column.
 *
 *   title    sleep, lock none
 *   groups                     startup                throughput
 *   columns  executor  tasks   startup    lifecycle   throughput   ratio
 *   rows     thread        1   slot       slot        slot         slot
 */
#ifndef CONTEND_JUDGE_TABLE_TABLE_H
#define CONTEND_JUDGE_TABLE_TABLE_H

#include "bench/judge/parts/dim.h"
#include "bench/judge/parts/number.h"

/* What the user asked for. Zero is the headline table. */
struct table_request {
    const char *rows;    /* "executor,tasks"; NULL: executor and tasks */
    const char *cols;    /* one dimension whose values become column groups; NULL: none */
    const char *metrics; /* "throughput_per_s,makespan_ns"; NULL: the headline's */
    const char *filter;  /* see entries_filter(); NULL: all but controls */
    bool with_ratios;    /* a ratio behind each metric */
    /*
     * "executor=thread": what ratios are to, and then there are some.  NULL: of several results the
     * same cells of the first one; of one result the first row.  Who asks for it sees intervals.
     */
    const char *relative_to;
    const char *sort; /* "throughput", "-tasks": rows by a metric, the best first, or a dimension */
    const char *caption; /* stands over the tables; NULL: nothing does */
};

enum { GRID_COLUMNS_MAX = 256 };

enum slot_kind {
    SLOT_EMPTY,  /* there is no such cell, or it has no such metric */
    SLOT_VALUE,  /* metric has a value */
    SLOT_RATIO,  /* its ratio to its base: see ratio_base() in table.c */
    SLOT_ABSENT, /* could not be had: metric->reason says why */
    SLOT_STATUS, /* the cell was skipped or failed */
};

struct slot {
    enum slot_kind kind;
    struct number number;               /* SLOT_VALUE, SLOT_RATIO */
    const struct result_metric *metric; /* SLOT_VALUE, SLOT_RATIO, SLOT_ABSENT */
    struct ratio ratio;                 /* SLOT_RATIO */
    struct entry entry;                 /* not SLOT_EMPTY */
};

struct grid_column {
    char group[64];
    char title[64];  /* "lock wait" for lock_wait_ratio; "ratio", "to thread" */
    char metric[64]; /* its name in the result file */
    bool is_ratio;
};

struct grid_row {
    struct entry only; /* the row's one cell; result is NULL when it has several */
};

struct grid {
    char title[256];    /* "sleep, lock none" */
    char subtitle[256]; /* "duration 10ms": parameters all its cells share */
    struct dims labels;
    bool has_peers; /* ratios are to the best of somebody else's executors */
    struct grid_column *columns;
    size_t column_count;
    struct grid_row *rows;
    size_t row_count;
    struct dim_value *label_values; /* row_count x labels.count */
    struct slot *slots;             /* row_count x column_count */
};

struct tables {
    struct grid *grids;
    size_t count;
    struct entries entries; /* the cells in them, in the order of the results */
    const struct result *results;
    size_t result_count;
    const char *caption; /* borrowed from the request; or NULL */
    bool shows_ends;     /* of ratios: behind each its interval */
};

/*
 * Arranges the cells of results, which must outlive the tables.  ERR_USAGE for a request that
 * cannot be met.  tables_release() also after a failure.
 */
int tables_build(struct tables *out, const struct result *results, size_t count,
                 const struct table_request *request, struct err *err);
void tables_release(struct tables *t);

static inline const struct slot *grid_slot(const struct grid *g, size_t row, size_t column)
{
    return &g->slots[row * g->column_count + column];
}

static inline const struct dim_value *grid_label(const struct grid *g, size_t row, size_t label)
{
    return &g->label_values[row * g->labels.count + label];
}

/* The row is one cell that was not measured: its cell, else NULL. */
const struct result_cell *grid_row_unmeasured(const struct grid *g, size_t row);

#endif
