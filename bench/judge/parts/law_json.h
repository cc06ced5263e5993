/* A law of scaling, in documents. */
#ifndef CONTEND_JUDGE_PARTS_LAW_JSON_H
#define CONTEND_JUDGE_PARTS_LAW_JSON_H

#include "bench/stats/usl.h"

#include <jansson.h>

/* {"center", "lo", "hi"}; one that is no number is left out.  The caller owns it. */
json_t *interval_json(double center, double lo, double hi);

/*
 * Its coefficients with their intervals and how well it fits, or its refusal.  The peak, a count of
 * units, stands under the name the document has for those ("peak_tasks").  The caller owns it; NULL
 * without memory.
 */
json_t *law_json(const char *peak_name, const struct usl *u);

#endif
