/* What is shared by the parts that put the first screen together; nobody else's. */
#ifndef CONTEND_JUDGE_SUMMARY_SCREEN_H
#define CONTEND_JUDGE_SUMMARY_SCREEN_H

#include "bench/judge/summary/summary.h"

#include <stdbool.h>
#include <stddef.h>

enum { WORD_MOST = 40 }; /* columns of any word of a text, so that no line is broken within one */

/* What is being put together. */
struct screen {
    struct page *page;
    const struct result *results;
    size_t count;
    const struct summary_request *request;
    struct ladder ladder;
    size_t rows;                               /* shown */
    size_t name_columns;                       /* of their names */
    size_t columns_left_out;                   /* of the table */
    size_t lines_left;                         /* of SUMMARY_LINES */
    bool is_small;                             /* texts are made to fit */
    size_t unspoken;                           /* sentences without room */
    bool has_rough, has_doubtful, has_missing; /* marks in the table */
};

/* So many lines are taken. */
void screen_use(struct screen *s, size_t lines);

/*
 * The table of `rows` rows with the columns that fit, and below it what they are of and its marks.
 * Returns 0 or -1 with ERR_SYSTEM.
 */
int screen_table(struct screen *s, struct err *err);

/* Lines that the legend takes at the most. */
size_t screen_legend_lines(const struct screen *s);

#endif
