/* How a comparison speaks: the words its page and its document share. */
#ifndef CONTEND_REPORT_COMPARE_WORDS_H
#define CONTEND_REPORT_COMPARE_WORDS_H

#include "bench/core/buf.h"
#include "bench/page/number.h"
#include "bench/report/compare/compare.h"

enum {
    CHANGE_TEXT_MAX = 24,
    INTERVAL_TEXT_MAX = 2 * CHANGE_TEXT_MAX + 8,
    VALUE_TEXT_MAX = 32,
    REASON_TEXT_MAX = 224,
};

/* What all changes shown are, said in the head; the same words as in a duel. */
#define COMPARE_CHANGE_IS "head/base - 1"

/* "+98 %", "4.2x", "1/4.2", ">100"; "" when there is no number. */
const char *compare_change_text(double log_ratio, char out[CHANGE_TEXT_MAX]);

/* That of a row: of the metric itself, with its own sign, whichever direction is worse. */
const char *compare_row_change_text(const struct compare_row *row, char out[CHANGE_TEXT_MAX]);
struct page_value compare_row_change(const struct compare_row *row);

/* "+61 % .. +143 %", "" when there is no interval. */
const char *compare_interval_text(const struct compare_row *row, char out[INTERVAL_TEXT_MAX]);

/* "10.2 M/s", "" when there is none. */
const char *compare_value_text(double value, const char *unit, char out[VALUE_TEXT_MAX]);

/* Which direction is: "lower", "higher", "neutral". */
const char *compare_better(const struct compare_row *row);

/* What is to be said of a row besides its numbers: the reason, or why it is not sharper. */
const char *compare_row_reason(const struct comparison *c, const struct compare_row *row,
                               char out[REASON_TEXT_MAX]);

/* "1 slower, 2 undecided of 3 rows". */
void compare_counts_text(const struct comparison *c, struct buf *out);

/* Each line about the whole: what was allowed, controls, cells without partner. */
void compare_notes(const struct comparison *c, void (*line)(void *context, const char *text),
                   void *context);

#endif
