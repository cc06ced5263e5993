/* Words in lines of so many columns of a terminal. */
#ifndef CONTEND_BASE_WRAP_H
#define CONTEND_BASE_WRAP_H

#include "bench/base/buf.h"

/*
 * Adds the words of text, the first at `column`, what does not fit at `indent` of the next line.
 * A word of its own length breaks behind a '|' or ',' where it has one; else it stands over the
 * edge.
 */
void wrap_words(struct buf *out, const char *text, size_t column, size_t indent, size_t width);

/*
 * Adds text of several lines.  Paragraphs are parted by an empty line and wrapped.  Lines that
 * begin with a blank are commands of a shell: what does not fit goes on after a backslash.
 */
void wrap_text(struct buf *out, const char *text, size_t width);

/*
 * Adds lines as they are; what is wider than `width` (0: nothing is) is broken between two words,
 * and goes on indented.
 */
void wrap_lines(struct buf *out, const char *text, size_t width);

/* Blanks before a label, and at least so many behind it. */
enum { WRAP_GAP = 2 };

/* A label, and from `column` on what it stands for; under it where the label is too long. */
void wrap_row(struct buf *out, const char *label, const char *text, size_t column, size_t width);

#endif
