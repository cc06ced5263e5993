/* The report of result files on standard output: what `contend report` and `contend run` show. */
#ifndef CONTEND_CLI_SHOW_REPORT_H
#define CONTEND_CLI_SHOW_REPORT_H

#include "bench/cli/show.h"
#include "bench/report/report.h"

/* `format` and `width` as show_page() has them. Returns 0 or -1. */
int show_report(const char *const *paths, size_t count, const struct report_request *request,
                const char *format, int64_t width, struct err *err);

#endif
