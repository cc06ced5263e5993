/*
 * Numbers as people read them: with a unit, and with only as many digits as the interval
 * deserves.
 *
 * The rule: one unit of the last digit lies between a twentieth and a half of the interval's
 * half width, with 2 digits at least and 4 at most.  "38.2 us" says that the median is known to
 * a few tenths.  A number whose interval is wider than itself, or that rests on one sample, is
 * an order of magnitude: it gets 2 digits and the mark "~" in front.
 */
#ifndef CONTEND_PAGE_NUMBER_H
#define CONTEND_PAGE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

struct number {
    char text[24]; /* "38.2", "~0.5" */
    char unit[8];  /* "us", "" */
};

/* What is known of a number. */
struct page_value {
    double center; /* NAN: unknown */
    double lo, hi; /* lo <= center <= hi; NAN: no interval */
    double level;  /* coverage of lo..hi, 0 to 1; 0: they bound nothing */
    size_t n;      /* samples it rests on */
};

/* How many digits the interval deserves, 2 to 4. */
int number_digits(double center, double lo, double hi);

/* Of a measured value; an exact one (a count of the same work each time) is never rough. */
void number_of_value(struct number *out, const struct page_value *v, const char *unit,
                     bool is_exact);

/*
 * "0.52x", or "1/590" where it is small, against a base.  A ratio whose interval holds 1 is "~":
 * no difference can be told.  One that rests on single samples is rough: "~0.5x".
 */
void number_of_quotient(struct number *out, const struct page_value *v);

/* That many significant digits, whatever is known of it: "12.3 us". */
void number_of_digits(struct number *out, double value, const char *unit, int digits);

/* Number and unit as one text, for sentences: "38.2 us". Returns out. */
char *number_text(char *out, size_t size, const struct number *n);

#endif
