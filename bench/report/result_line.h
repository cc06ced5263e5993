/* A result in one line, wherever it is shown. */
#ifndef CONTEND_REPORT_RESULT_LINE_H
#define CONTEND_REPORT_RESULT_LINE_H

#include "bench/core/buf.h"
#include "bench/result/result.h"

/* "results/x.json: contend 0.1.0 on vm1 (...)", without a line feed. */
void result_line(const struct result *r, struct buf *out);

#endif
