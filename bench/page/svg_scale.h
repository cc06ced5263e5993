/* Axes of pictures: where a value lies, and which values are named beside it. */
#ifndef CONTEND_PAGE_SVG_SCALE_H
#define CONTEND_PAGE_SVG_SCALE_H

#include "bench/page/page.h"

enum { SVG_TICKS = 16 };

struct svg_scale {
    const struct page_axis *axis;
    double from, to;   /* values at the ends */
    double begin, end; /* where these lie, in pixels */
};

struct svg_tick {
    double at; /* pixels */
    char text[24];
};

/* What an axis has to show: begins empty (SVG_NO_RANGE) and grows. */
struct svg_range {
    double lo, hi;
};
#define SVG_NO_RANGE ((struct svg_range){(double)INFINITY, -(double)INFINITY})

/* Numbers that are none, and those a logarithm has no place for, are left out. */
void svg_range_add(struct svg_range *r, const struct page_axis *axis, double value);

/* Room for that range, widened to what the axis asks for, and to be looked at. */
struct svg_scale svg_scale_of(const struct page_axis *axis, struct svg_range range, double begin,
                              double end);

/* Where it lies; beyond an end: at it. */
double svg_scale_at(const struct svg_scale *s, double value);

/* Values worth a name, at most `most` (up to SVG_TICKS); how many there are. */
size_t svg_scale_ticks(const struct svg_scale *s, size_t most, struct svg_tick ticks[SVG_TICKS]);

/* A value as the axis has it: "38.2 us", "45 %". */
char *svg_value(char *out, size_t size, const struct page_axis *axis, double value, int digits);

/* Where something lies: "8 tasks" are counted, and no measured 8.00. */
char *svg_place(char *out, size_t size, const struct page_axis *axis, double value, int digits);

/* The same with the digits its interval deserves and the marks of its flags: "~38 us", "41 us *".
 */
char *svg_point_value(char *out, size_t size, const struct page_axis *axis,
                      const struct page_point *point);

/* Beside its interval, or with it, "1.019 (1.015 to 1.023)": both with the digits that the interval
 * deserves. */
char *svg_point_beside_ends(char *out, size_t size, const struct page_axis *axis,
                            const struct page_point *point);
char *svg_end_value(char *out, size_t size, const struct page_axis *axis,
                    const struct page_point *point, double end);
char *svg_point_in_ends(char *out, size_t size, const struct page_axis *axis,
                        const struct page_point *point);

#endif
