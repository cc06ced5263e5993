/*
 * Numbers with units, in both directions: one table serves parsing and printing.
 *
 * A unit is named as in metric and parameter names: "ns", "bytes", "count", "ratio", "per_s".
 */
#ifndef CONTEND_BASE_UNITS_H
#define CONTEND_BASE_UNITS_H

#include "bench/base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Reads a whole number with an optional suffix of its unit: "10ms", "1.5s", "64MiB", "200",
 * "5_000_111" (underscores separate digits).  A bare number is a count or bytes; a duration needs
 * its unit, but for 0, because nobody who types "5" thinks of nanoseconds. What is read must lie
 * within min..max.  `what` names the option in the error. Returns 0, or -1 with ERR_USAGE.
 */
int units_parse(const char *what, const char *text, const char *unit, int64_t min, int64_t max,
                int64_t *out, struct err *err);

/* Reads "3%", "0.03" or "3 %" as a ratio, within min..max. */
int units_parse_ratio(const char *what, const char *text, double min, double max, double *out,
                      struct err *err);

/*
 * Prints value with a scaled unit and `digits` significant digits (1 to 17), neither more nor
 * fewer: "12.3 us", "64.0 MiB", "1.25 M/s", "0.98".  Before the point zeros stand for digits that
 * are not deserved: 312 with 2 digits is "310".  Returns out.
 */
char *units_format(char *out, size_t size, double value, const char *unit, int digits);

/* How many of the unit one of that suffix is: ("ns", "us") is 1000.  1 where it is none of its. */
double units_factor(const char *unit, const char *suffix);

/* The shortest exact form of a parameter's value: 10000000 ns -> "10ms", 200 count -> "200". */
char *units_format_exact(char *out, size_t size, int64_t value, const char *unit);

#endif
