/*
 * Pictures as SVG: the strokes they are made of.
 *
 * Looks are classes of chart.css alone, which is part of each picture and of each HTML page; so
 * paper, screens that are dark, and grey printers are its business.  Coordinates are pixels with a
 * decimal; y grows downwards.
 */
#ifndef CONTEND_PAGE_SVG_DRAW_H
#define CONTEND_PAGE_SVG_DRAW_H

#include "bench/page/model.h"

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

enum { SVG_TEXT_SIZE = 12 }; /* of all text but titles, in pixels */
#define SVG_BOLD 1.16        /* how much wider bold letters are */

/* Where the next thing goes. */
struct svg_pen {
    struct buf *out;
    double width; /* of the picture */
    double y;     /* how far down it is drawn */
};

/* What a text is wide, within some 10 %: fonts of machines differ, so it is rather too much. */
double svg_text_width(const char *text, double size);
/* Where the middle of a tick's text goes: at the tick, or as near as the picture's edges allow. */
double svg_tick_middle(const struct svg_pen *pen, double at, const char *text);

void svg_number(struct buf *out, double value);
/* `looks` are more classes, or "". */
void svg_text(struct buf *out, double x, double y, enum svg_anchor anchor, const char *looks,
              const char *text);
/* A text that does not fit is cut: an ellipsis stands in its middle. */
void svg_text_within(struct buf *out, double x, double y, double room, const char *looks,
                     const char *text);
void svg_line(struct buf *out, double x1, double y1, double x2, double y2, const char *looks);
void svg_rect(struct buf *out, double x, double y, double width, double height, const char *looks);
void svg_dot(struct buf *out, double x, double y, double radius, const char *looks);

/* Lines of at most `room` pixels, the first with its base at pen->y; pen->y is behind the last. */
void svg_paragraph(struct svg_pen *pen, double x, double room, double size, double leading,
                   const char *looks, const char *text);

/* What is drawn between is one thing with a text of its own, shown under the pointer. */
void svg_thing(struct buf *out, const char *format, ...) PAGE_PRINTF(2);
void svg_end(struct buf *out); /* of a thing or a group */

/* A stretch of a lane that begins at `top` and is so high. */
void svg_stretch(struct buf *out, double x, double top, double width, double height,
                 const struct page_series *s);

/* "thread, gil *": the values of a curve are not written beside it, so its name has their star. */
void svg_add_name(struct buf *out, const struct page_series *s);

/* Swatches with the names of a panel's series, in as many lines as it takes; and how rules look. */
void svg_key(struct svg_pen *pen, const struct page_panel *panel, const char *rule_looks);

/* A panel of each kind of chart, from pen->y on. */
void svg_rows(struct svg_pen *pen, const struct page_chart *c, const struct page_panel *panel);
void svg_curves(struct svg_pen *pen, const struct page_chart *c, const struct page_panel *panel);
void svg_lanes(struct svg_pen *pen, const struct page_chart *c, const struct page_panel *panel);

#endif
