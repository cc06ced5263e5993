/*
 * A whole report: results in, a page out.  What `contend report` shows, and `run` when it is done.
 */
#ifndef CONTEND_JUDGE_TABLE_REPORT_H
#define CONTEND_JUDGE_TABLE_REPORT_H

#include "bench/judge/ladder/ladder.h"
#include "bench/judge/sentences/sentences.h"
#include "bench/judge/table/notes.h"
#include "bench/judge/table/table.h"
#include "bench/page/page.h"
#include "bench/result/result.h"

struct report_request {
    struct table_request table; /* zero: the headline table of everything measured */
    bool with_sentences;        /* what the numbers of each result mean */
};

/* Puts the report onto a page that page_init() began. Returns 0, or -1: ERR_USAGE, ERR_SYSTEM. */
int report_page(struct page *p, const struct result *results, size_t count,
                const struct report_request *request, struct err *err);

/* What a report is made of. */
struct report_parts {
    struct tables tables;
    struct notes notes;
    struct sentences *sentences; /* one for each result; NULL: not asked for */
    struct ladder ladder;        /* of the cells in the tables; empty where nobody gets it */
};

/* Appends contend.report/1, as a text; the buffer remembers when memory ran out. */
void report_document(const struct report_parts *r, struct buf *out);

#endif
