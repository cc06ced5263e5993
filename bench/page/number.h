/*
 * Numbers as people read them: with a unit, and with only as many digits as the interval
 * deserves.
 *
 * The rule: one unit of the last digit lies between a twentieth and a half of the interval's
 * half width, with 2 digits at least and 4 at most.  "38.2 us" says that the median is known to
 * a few tenths.  Where the interval stands beside it, its ends have the same last digit.  A number
 * is rough, with the mark "~" in front and alone with 2 digits, when it rests on fewer
 * than 6 samples (no interval at 95 % exists then), or when the ends of its interval, the lowest
 * and the highest that the median may be, differ by a factor of 2 or more.
 */
#ifndef CONTEND_PAGE_NUMBER_H
#define CONTEND_PAGE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#define NUMBER_SAMPLES     6     /* from here on an interval at 95 % exists */
#define NUMBER_LEVEL       0.949 /* of that interval; files round */
#define NUMBER_FACTOR      2     /* ends of an interval that far apart tell no more than a size */
#define NUMBER_RATIO_LEVEL 0.938 /* of a ratio of two medians of 6 samples each: (1 - 2/64)^2 */

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

/* "~38" is all that can be said; never of 0, which has no digits to take away. */
bool number_is_rough(const struct page_value *v);

/*
 * Of a measured value; an exact one (a count of the same work each time) is never rough.  `digits`
 * are shown where they are not 0, whatever is deserved.
 */
void number_of_value(struct number *out, const struct page_value *v, const char *unit,
                     bool is_exact, int digits);

/*
 * What a ratio tells.  None while its interval holds 1, and none within a factor of 2 from fewer
 * than 6 samples a side, which lie apart in 10 % of equal pairs of 3.
 */
enum ratio_standing { RATIO_UNTOLD, RATIO_ROUGH, RATIO_TOLD };
enum ratio_standing number_standing(const struct page_value *ratio);

/*
 * "0.52x", or "1/590" where it is small; "~" where no difference can be told, rough: "~0.5x".
 * Alone it has 3 digits at most; beside its ends as many as they have.
 */
void number_of_quotient(struct number *out, const struct page_value *r, bool is_beside_ends);

/* The ends of its interval, short: "0.49-0.54", "1/620-1/560"; "" where they bound nothing. */
char *number_ends_of_quotient(char *out, size_t size, const struct page_value *r,
                              const char *between);

/* "0.52x" beside these, told or not; "~" where there are none and nothing can be told. */
void number_beside_ends(struct number *out, const struct page_value *r);

/* "0.52x [0.49, 0.54]", told or not: who sees the interval sees whether it holds 1. */
char *number_of_quotient_in_ends(char *out, size_t size, const struct page_value *r);

/* That many significant digits, whatever is known of it: "12.3 us". */
void number_of_digits(struct number *out, double value, const char *unit, int digits);

/* What a value and the ends of its interval deserve where both stand; 0: it has no interval. */
int number_digits_in_ends(const struct page_value *v);

/* An end of its interval in n's unit, down to the last of n's digits: "310", "[300, 340]". */
void number_end(struct number *out, const struct number *n, int digits, double value,
                const char *unit);

/* As many digits of an end as end with the last of so many of the value: 2 of 9.8 are 3 of 10.1. */
int number_digits_of_end(double value, int digits, double end);

/* Decimals of a number to which an interval of that half width belongs: 2 at most, and of none. */
int number_decimals(double half_width);

/* A factor for sentences, with the digits its interval deserves, 3 at most: "8.2", "170". */
char *number_factor(char *out, size_t size, double center, double lo, double hi, bool is_rough);

/* Number and unit as one text, for sentences: "38.2 us". Returns out. */
char *number_text(char *out, size_t size, const struct number *n);

#endif
