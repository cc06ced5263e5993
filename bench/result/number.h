/*
 * Numbers in results: what contend measures is rounded to 15 significant digits before anything is
 * computed from it; so a run that went on from its journal ends in the same bytes as one that was
 * never cut.  Whole numbers are written as such: exact at both ends, and shorter.
 */
#ifndef CONTEND_RESULT_NUMBER_H
#define CONTEND_RESULT_NUMBER_H

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static inline double number_rounded(double value)
{
    char text[40];
    if (value == floor(value) && fabs(value) < 1e15)
        return value;
    snprintf(text, sizeof text, "%.15g", value);
    return strtod(text, NULL);
}

/* As it is. */
static inline json_t *number_exact_json(double value)
{
    if (value == floor(value) && fabs(value) < 9007199254740992.0)
        return json_integer((json_int_t)value);
    return json_real(value);
}

static inline json_t *number_json(double value)
{
    return number_exact_json(number_rounded(value));
}

#endif
