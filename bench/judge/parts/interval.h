/* The switch interval of an interpreter's lock: what its times are counted in. */
#ifndef CONTEND_JUDGE_PARTS_INTERVAL_H
#define CONTEND_JUDGE_PARTS_INTERVAL_H

#include "bench/result/result.h"

enum { SWITCH_INTERVAL_NS = 5000000 }; /* CPython's, where a result does not say */

/* Of a cell's lock. */
static inline int64_t switch_interval_ns(const struct result_cell *c)
{
    const json_t *value = json_object_get(c->lock_params, "interval");
    return json_is_integer(value) ? json_integer_value(value) : SWITCH_INTERVAL_NS;
}

#endif
