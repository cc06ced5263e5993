/* The insides of a page, for the formats. Everything lies in the page's memory. */
#ifndef CONTEND_PAGE_MODEL_H
#define CONTEND_PAGE_MODEL_H

#include "bench/base/buf.h"
#include "bench/page/page.h"

enum page_cell_kind {
    CELL_EMPTY,
    CELL_TEXT,
    CELL_VALUE,  /* digits by interval */
    CELL_NUMBER, /* digits as said */
    CELL_COUNT,
    CELL_SHOWN, /* a number with people's words in `text` */
    CELL_MISSING,
    CELL_STATUS, /* stands for the rest of its row */
    CELL_TREND,
};

enum { TREND_MOST = 60 }; /* points of a trend that are shown */

struct page_trend {
    const double *values;
    size_t count;
    double least_span;
};

/* Small, for some tables have millions. */
struct page_cell {
    enum page_cell_kind kind : 8;
    enum page_tone tone : 8;
    bool is_exact;
    bool has_lines;     /* TEXT: '\n' parts lines; in other texts it is one more character */
    bool with_interval; /* VALUE */
    signed char digits; /* NUMBER; VALUE: 0 for as many as are deserved */
    const char *text;   /* TEXT, SHOWN; MISSING, STATUS: the reason or "" */
    union {
        const char *unit; /* VALUE, NUMBER: its own; NULL: the column's */
        const char *word; /* STATUS */
    };
    union {
        double number;                  /* NUMBER, COUNT */
        const struct page_value *value; /* VALUE, SHOWN */
        const struct page_trend *trend; /* TREND */
    };
};

struct page_row {
    struct page_row *next;
    const char *group; /* name of the group that begins with it; NULL: goes on */
    size_t used;
    struct page_cell *cells; /* as many as the grid has columns */
};

struct page_grid {
    struct page_grid_form form; /* columns are copied */
    size_t column_count;
    struct page_row *rows, *last;
    size_t row_count;
    bool has_groups;   /* of rows */
    const char *group; /* of the next row, until it begins */
};

struct page_series {
    struct page_series *next;
    struct page_series_form form; /* its tint is never 0 */
    size_t point_count;
    struct page_points {
        struct page_points *next;
        struct page_point point;
    } * points, *last;
};

struct page_panel {
    struct page_panel *next;
    const char *title; /* "" for none */
    struct page_axis x, y;
    struct page_series *series, *last;
};

struct page_chart {
    struct page_chart_form form;
    unsigned number; /* among the charts of its page, from 1 */
    struct page_panel *panels, *last;
};

enum page_block_kind {
    BLOCK_GAP,
    BLOCK_HEADING,
    BLOCK_WORDS,
    BLOCK_COMMAND,
    BLOCK_VERBATIM,
    BLOCK_FOLD,
    BLOCK_UNFOLD,
    BLOCK_GRID,
    BLOCK_VERDICT,
    BLOCK_CHART,
    BLOCK_MODEL,
};

struct page_block {
    struct page_block *next;
    enum page_block_kind kind;
    unsigned audience, indent;
    unsigned level;      /* HEADING */
    enum page_role role; /* WORDS */
    const char *lead;    /* WORDS; "" for none */
    const char *text;    /* HEADING, WORDS, COMMAND, VERBATIM, FOLD; MODEL: its JSON */
    /* WORDS: all of text as what stands before a name, the name, what follows; without one NULL. */
    const char *before, *code, *behind;
    struct page_grid *grid;
    struct page_verdict verdict;
    struct page_chart *chart;
};

/* The next block for that audience, b included; NULL behind the last. */
const struct page_block *page_next(const struct page_block *b, unsigned audience);

/* Whether these see the column; and what stands over it, "" where there is nothing. */
bool column_is_for(const struct page_column *c, unsigned audience);
static inline const char *column_head(const struct page_column *c)
{
    return c->head ? c->head : c->key;
}
static inline const char *column_group(const struct page_column *c)
{
    return c->group ? c->group : "";
}

static inline bool cell_is_number(const struct page_cell *c)
{
    return c->kind >= CELL_VALUE && c->kind <= CELL_SHOWN;
}

/* What is known of a number; of other cells nothing. */
struct page_value cell_value(const struct page_cell *c);

/* Whether its numbers, if it has nothing else, stand to the right. */
bool column_is_right(const struct page_grid *g, size_t column);

/* Number and unit of a cell with a number but CELL_SHOWN. */
void cell_number(const struct page_cell *c, const struct page_column *column, struct number *out);

/* The ends of its interval in its number's unit, with as many places; false where it shows none. */
bool cell_interval(const struct page_cell *c, const struct page_column *column, struct number *lo,
                   struct number *hi);

/* A cell as people read it, unescaped: "38.2 us", "~", "-"; a status is its word. */
void cell_add_text(struct buf *out, const struct page_cell *c, const struct page_column *column);

/*
 * Each line of that text; a cell without lines of its own has one, or none where it is empty.
 * False when memory ran out.
 */
bool cell_each_line(const struct page_cell *c, const struct page_column *column,
                    void (*line)(void *context, const char *text), void *context);

/* The row's cell that stands for the rest of it: its column, or column_count. */
size_t row_status(const struct page_grid *g, const struct page_row *row);

#endif
