/*
 * What stands under the tables: warnings, absent numbers, and what those of other runtimes mean
 * differently, each said once for all its cells.
 */
#ifndef CONTEND_JUDGE_TABLE_NOTES_H
#define CONTEND_JUDGE_TABLE_NOTES_H

#include "bench/judge/table/table.h"

struct note {
    char kind[64]; /* "few_samples"; of a metric its name */
    char *text;    /* of the first cell when they differ */
    bool is_of_metric;
    size_t count;       /* cells */
    struct entry first; /* one of them; its cell is NULL where the whole run is meant */
    bool is_same;       /* all have the same text */
};

struct notes {
    struct note *items; /* owned */
    size_t count;
    json_t *places; /* owned; of the items by what they are known by */
};

/*
 * Of the cells in these tables; of metrics only those that the tables show.  Returns 0, or -1
 * when memory runs out.
 */
int notes_collect(struct notes *out, const struct tables *t, struct err *err);
void notes_release(struct notes *n);

/* "12 cells, e.g. sleep/none/thread/tasks=1" or the only cell's id. */
void note_cells(const struct note *n, const struct tables *t, struct buf *out);

#endif
