/* The formats of a comparison; shared words. compare_render() is what others call. */
#ifndef CONTEND_REPORT_COMPARE_RENDER_H
#define CONTEND_REPORT_COMPARE_RENDER_H

#include "bench/report/compare/compare.h"

void compare_as_text(const struct comparison *c, bool with_all, struct buf *out);
void compare_as_markdown(const struct comparison *c, struct buf *out);
int compare_as_json(const struct comparison *c, struct buf *out, struct err *err);
void compare_as_junit(const struct comparison *c, struct buf *out);
void compare_as_github(const struct comparison *c, struct buf *out);

enum { CHANGE_TEXT_MAX = 24, VALUE_TEXT_MAX = 32, REASON_TEXT_MAX = 224 };

/* What all changes shown are, said in the head; the same words as in a duel. */
#define COMPARE_CHANGE_IS "head/base - 1"

/* "+98 %", "4.2x", "1/4.2", ">100"; "" when there is no number. */
const char *compare_change_text(double log_ratio, char out[CHANGE_TEXT_MAX]);

/* That of a row: of the metric itself, with its own sign, whichever direction is worse. */
const char *compare_row_change_text(const struct compare_row *row, char out[CHANGE_TEXT_MAX]);

/* "+61 % .. +143 %", "anything" when there is no interval. */
const char *compare_interval_text(const struct compare_row *row, char out[2 * CHANGE_TEXT_MAX + 8]);

/* "10.2 M/s", "" when there is none. */
const char *compare_value_text(double value, const char *unit, char out[VALUE_TEXT_MAX]);

/* What is to be said of a row besides its numbers: the reason, or why it is not sharper. */
const char *compare_row_reason(const struct comparison *c, const struct compare_row *row,
                               char out[REASON_TEXT_MAX]);

/* "1 slower, 2 undecided of 3 rows". */
void compare_counts_text(const struct comparison *c, struct buf *out);

/* Lines about the whole: what was allowed, controls, cells without partner. No line feed at the
 * end. */
void compare_notes(const struct comparison *c, void (*line)(struct buf *out, const char *text),
                   struct buf *out);

#endif
