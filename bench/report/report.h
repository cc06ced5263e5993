/*
 * A whole report in one call: results in, text out.  What `contend report` prints, and `run`
 * when it is done.
 */
#ifndef CONTEND_REPORT_REPORT_H
#define CONTEND_REPORT_REPORT_H

#include "bench/core/buf.h"
#include "bench/report/render.h"
#include "bench/report/table.h"
#include "bench/result/result.h"

enum report_format { REPORT_TEXT, REPORT_MARKDOWN, REPORT_CSV, REPORT_JSON, REPORT_LATEX };

struct report_request {
    enum report_format format;
    struct table_request table; /* zero: the headline table of everything measured */
    bool with_sentences;        /* what the numbers of each result mean */
    struct style style;         /* for REPORT_TEXT */
};

/* The names of the formats in order, NULL-terminated: "text", "markdown", ... */
extern const char *const report_formats[];

/* Appends the report to out. Returns 0, or -1 with ERR_USAGE or ERR_SYSTEM. */
int report_make(struct buf *out, const struct result *results, size_t count,
                const struct report_request *request, struct err *err);

#endif
