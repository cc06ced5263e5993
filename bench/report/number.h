/*
 * Numbers as people read them: with a unit, and with only as many digits as the interval
 * deserves.
 *
 * The rule: one unit of the last digit lies between a twentieth and a half of the interval's
 * half width, with 2 digits at least and 4 at most.  "38.2 us" says that the median is known to
 * a few tenths.  A number whose interval is wider than itself, or that rests on one sample, is
 * an order of magnitude: it gets 2 digits and the mark "~" in front.
 */
#ifndef CONTEND_REPORT_NUMBER_H
#define CONTEND_REPORT_NUMBER_H

#include "bench/stats/robust.h"
#include "bench/stats/summary.h"

#include <stdbool.h>

struct number {
    char text[24]; /* "38.2", "~0.5" */
    char unit[8];  /* "us", "" */
};

/* How many digits the interval deserves, 2 to 4. */
int number_digits(double center, double lo, double hi);

/* "~38" is all that can be said. */
bool number_is_rough(const struct summary *s);

void number_of_summary(struct number *out, const struct summary *s, const char *unit,
                       const char *nature);

/*
 * "0.52x", or "1/590" where it is small, against the first row.  A ratio whose interval holds 1 is
 * "~": no difference can be told.  One that rests on so few samples that its interval has not the
 * level tables ask for is rough: "~0.5x", and "~" already when a wider one holds 1.
 */
void number_of_ratio(struct number *out, const struct ratio *r);

/* Number and unit as one text, for sentences: "38.2 us". Returns out. */
char *number_text(char *out, size_t size, const struct number *n);

#endif
