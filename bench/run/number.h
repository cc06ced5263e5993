/*
 * Numbers in results: rounded to 15 significant digits, as they are written, before anything is
 * computed from them; so a run that went on from its journal ends in the same bytes as one that
 * was never cut.  Whole numbers are written as such: exact at both ends, and shorter.
 */
#ifndef CONTEND_RUN_NUMBER_H
#define CONTEND_RUN_NUMBER_H

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static inline json_t *number_json(double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.15g", value);
    value = strtod(text, NULL);
    if (value == floor(value) && fabs(value) < 9007199254740992.0)
        return json_integer((json_int_t)value);
    return json_real(value);
}

#endif
