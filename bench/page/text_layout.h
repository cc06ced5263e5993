/*
 * How a grid's columns lie on a terminal: which there are, how wide, and which fit beside each
 * other.  Widths are columns of a terminal, not bytes.
 */
#ifndef CONTEND_PAGE_TEXT_LAYOUT_H
#define CONTEND_PAGE_TEXT_LAYOUT_H

#include "bench/page/text.h"

enum {
    COLUMN_GAP = 2,
    GROUP_GAP = 3,
    HEAD_LINES = 4,  /* most lines a column's head is broken into */
    LEAST_ROOM = 20, /* a wrapped column that would have less makes rows paragraphs */
};

#define LAYOUT_NUMBERS "row" /* over them */

struct text_column {
    const struct page_column *form;
    size_t index; /* of its cells */
    bool is_right;
    size_t number_width, unit_width;
    size_t width;
    struct buf head; /* escaped */
    size_t head_count;
    struct {
        size_t from, length; /* bytes of head */
    } heads[HEAD_LINES];
};

struct text_layout {
    const struct page_grid *grid;
    const struct page_style *style;
    struct text_column *columns; /* that stand beside each other: labels first */
    size_t count, label_count;
    size_t indent, labels_width, width;
    /* Of the rows' numbers, with the gap behind: where the labels that each panel has room for do
     * not tell rows apart.  0: rows have none. */
    size_t numbers_width;
    bool has_groups; /* of columns */
    bool is_wrapped; /* the last column takes what room there is */
    bool is_flowing; /* rows are cells one behind the other, on as many lines as they take */
    struct buf cell; /* the one being written */
};

/* A run of columns shown beside each other, behind the labels. */
struct panel {
    size_t from, to;
};

/* 0, or -1 when memory ran out. layout_release() also then. */
int layout_measure(struct text_layout *t);
void layout_release(struct text_layout *t);

/* The panel that begins with that column; asked for each once, from left to right. */
struct panel layout_panel(struct text_layout *t, size_t from);

size_t layout_gap(const struct text_layout *t, size_t c, size_t panel_from);
/* Width of the columns from..to beside the labels. */
size_t layout_span(const struct text_layout *t, size_t from, size_t to);
const char *layout_group(const struct text_layout *t, size_t c);
size_t layout_group_end(const struct text_layout *t, size_t from);

/* A cell's text for a terminal, in t->cell until the next one. */
const char *layout_shown(struct text_layout *t, const struct page_cell *c,
                         const struct page_column *form);
/* Number and unit stand in columns of their own, so that both line up. */
static inline bool layout_is_split(const struct page_cell *c)
{
    return cell_is_number(c) && c->kind != CELL_SHOWN && !c->with_interval;
}

#endif
