/*
 * The first screen of a result: one small table (bench/judge/ladder), what it means, what not to
 * trust, where the rest is.
 *
 * Nothing is left out in silence: cells that others disturbed are marked, rows beyond what a screen
 * holds are counted.
 */
#ifndef CONTEND_JUDGE_SUMMARY_SUMMARY_H
#define CONTEND_JUDGE_SUMMARY_SUMMARY_H

#include "bench/base/err.h"
#include "bench/judge/ladder/ladder.h"
#include "bench/page/page.h"
#include "bench/result/result.h"

#include <stdbool.h>
#include <stddef.h>

struct summary_request {
    const char *page_path; /* of the page made of it, to be named; NULL: there is none */
    const char *command;   /* what shows the tables, "contend report FILE --tables" */
};

/*
 * Puts the first screen onto a page, for readers: at most SUMMARY_LINES lines of SUMMARY_COLUMNS
 * columns for a single result.  Returns 0 or -1 with ERR_SYSTEM.
 */
enum { SUMMARY_LINES = 23, SUMMARY_COLUMNS = 80 };
int summary_page(struct page *p, const struct result *results, size_t count,
                 const struct summary_request *request, struct err *err);

/*
 * The same sentences, all of them, and what not to trust, for a page that has the room: a figure
 * that stands on both is one figure.  Returns 0 or -1 with ERR_SYSTEM.
 */
int summary_words(struct page *p, const struct result *results, size_t count, struct err *err);

#endif
