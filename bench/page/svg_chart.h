/* A chart as a picture, for the formats that have some. */
#ifndef CONTEND_PAGE_SVG_CHART_H
#define CONTEND_PAGE_SVG_CHART_H

#include "bench/page/model.h"

enum {
    SVG_PRINT = 600,  /* pixels of a picture that stands alone: a column of print */
    SVG_SCREEN = 360, /* of one in a page: a telephone's */
};

/*
 * Adds the chart at pixel `top` of a picture that is open, as a group with a name and a text for
 * who cannot see it, and returns where it ends.  `with_words`: title, subtitle and note too.
 */
double svg_chart(struct buf *out, const struct page_chart *c, double width, double top,
                 bool with_words);

/* The same as a picture of its own, to be part of an HTML page. */
void svg_inline(struct buf *out, const struct page_chart *c, double width);

/* What is to be seen, in words: each row, or where each curve begins and ends. */
void svg_describe(struct buf *out, const struct page_chart *c);

/* The names of chart.css for both. */
extern const char svg_looks[];

#endif
