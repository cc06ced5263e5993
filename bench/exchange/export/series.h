/*
 * Several results as a series in time: what Otava reads.  A value that is missing at one point
 * makes Otava refuse the file (CSV) or shift what follows (JSON), so a series holds what every
 * result has.
 */
#ifndef CONTEND_EXCHANGE_EXPORT_SERIES_H
#define CONTEND_EXCHANGE_EXPORT_SERIES_H

#include "bench/base/vec.h"
#include "bench/exchange/export/export.h"
#include "bench/result/id_index.h"

struct series_point {
    const struct result *result;
    struct id_index cells;
};

struct series {
    struct {
        VEC(struct export_value);
    } names;                     /* the first result's values that all have: "CELL METRIC" */
    struct series_point *points; /* owned; by the time they were started */
    size_t count;
};

/* -1 with ERR_INPUT when nothing is common to all results or one does not say when it was started,
 * for a point needs a time; ERR_SYSTEM when memory runs out. */
int series_open(struct series *s, const struct export_input *in, struct err *err);
void series_close(struct series *s);

/* "CELL METRIC" of the i-th name, into a text that is emptied before. */
void series_name(const struct series *s, size_t i, struct buf *out);

/* That metric of the i-th name at a point. */
const struct result_metric *series_value(const struct series *s, const struct series_point *at,
                                         size_t i);

/* The commit the result's program was built from; "" when it does not say. */
const char *series_commit(const struct result *r);

#endif
