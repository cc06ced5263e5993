/* How a comparison speaks: the words its page and its document share. */
#ifndef CONTEND_JUDGE_COMPARE_WORDS_H
#define CONTEND_JUDGE_COMPARE_WORDS_H

#include "bench/base/buf.h"
#include "bench/judge/compare/compare.h"
#include "bench/page/number.h"

enum {
    CHANGE_TEXT_MAX = 24,
    INTERVAL_TEXT_MAX = 2 * CHANGE_TEXT_MAX + 8,
    VALUE_TEXT_MAX = 32,
    REASON_TEXT_MAX = 224,
};

/* What all changes shown are, said in the head; the same words as in a duel. */
#define COMPARE_CHANGE_IS "head/base - 1"

/* How large, whichever way: "8.1 %", "4.2x", "more than 100x"; "" when there is no number. */
const char *compare_size_text(double log_ratio, char out[CHANGE_TEXT_MAX]);

/* A row's; each "" where there is none. */
struct compare_words {
    bool has_change;
    struct page_value ratio;          /* the change, of the metric itself, with its own sign */
    char change[CHANGE_TEXT_MAX];     /* whichever direction is worse: "+98 %" */
    char interval[INTERVAL_TEXT_MAX]; /* "+61 % .. +143 %" */
    char base[VALUE_TEXT_MAX], head[VALUE_TEXT_MAX]; /* "10.2 M/s" */
    char reason[REASON_TEXT_MAX]; /* what is to be said besides numbers, or why it is not sharper */
};
void compare_row_words(const struct comparison *c, const struct compare_row *row,
                       struct compare_words *out);

/* Which direction is: "lower", "higher", "neutral". */
const char *compare_better(const struct compare_row *row);

/* "1 slower, 2 undecided of 3 rows". */
void compare_counts_text(const struct comparison *c, struct buf *out);

/* Each line about the whole: what was allowed, controls, cells without partner. */
void compare_notes(const struct comparison *c, void (*line)(void *context, const char *text),
                   void *context);

#endif
