/* Texts made short enough for a screen: names that nobody limits, reasons, lists without an end. */
#ifndef CONTEND_JUDGE_SUMMARY_FIT_H
#define CONTEND_JUDGE_SUMMARY_FIT_H

#include "bench/base/buf.h"

/* Lines that it takes on a screen of SUMMARY_COLUMNS, begun in that column, later ones indented. */
size_t fit_lines_of(const char *text, size_t column, size_t indent);

/* "some_very..name" of what is wider than so many columns: how it begins tells as much as how it
 * ends. */
void fit_name(struct buf *out, const char *name, size_t columns);

/* The same with each word of a text, what blanks part. */
void fit_words(struct buf *text, size_t columns);

/* Of what takes more than so many lines the end is left out, for " ..". */
void fit_lines(struct buf *text, size_t column, size_t indent, size_t lines);

#endif
