/*
 * Several results as a series in time: what Otava reads.  A value that is missing at one point
 * makes Otava refuse the file (CSV) or shift what follows (JSON), so a series holds what every
 * result has.
 */
#ifndef CONTEND_EXCHANGE_EXPORT_SERIES_H
#define CONTEND_EXCHANGE_EXPORT_SERIES_H

#include "bench/exchange/export/export.h"

struct series {
    json_t *names;                 /* "CELL METRIC" of every result's values -> true */
    const struct result **results; /* by the time they were started */
    size_t count;
};

/* -1 with ERR_INPUT when nothing is common to all results, ERR_SYSTEM when memory runs out. */
int series_open(struct series *s, const struct export_input *in, struct err *err);
void series_close(struct series *s);

/* The values of one result: "CELL METRIC" -> {"value", "unit"}. NULL when memory runs out. */
json_t *series_values(const struct export_input *in, const struct result *r);

/* -1 with ERR_INPUT when the result does not say when it was started: a point needs a time. */
int series_check_time(const struct result *r, struct err *err);

/* The commit the result's program was built from; "" when it does not say. */
const char *series_commit(const struct result *r);

#endif
