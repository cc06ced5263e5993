/* The text formats of Prometheus and OpenMetrics, which differ in their comments alone. */
#ifndef CONTEND_EXCHANGE_EXPORT_EXPOSITION_H
#define CONTEND_EXCHANGE_EXPORT_EXPOSITION_H

#include "bench/exchange/export/export.h"

/* Appends the values in Prometheus' text format, or in OpenMetrics'. 0, or -1 with ERR_SYSTEM. */
int exposition_write(const struct export_input *in, bool is_openmetrics, struct buf *out,
                     struct err *err);

#endif
