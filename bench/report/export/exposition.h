/* The text formats of Prometheus and OpenMetrics, which differ in their comments alone. */
#ifndef CONTEND_REPORT_EXPORT_EXPOSITION_H
#define CONTEND_REPORT_EXPORT_EXPOSITION_H

#include "bench/report/export/export.h"

int exposition_write(const struct export_input *in, bool is_openmetrics, struct buf *out,
                     struct err *err);

#endif
