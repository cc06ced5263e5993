/* What the parts of the text format share; nothing else includes it. */
#ifndef CONTEND_PAGE_TEXT_H
#define CONTEND_PAGE_TEXT_H

#include "bench/base/buf.h"
#include "bench/page/formats.h"
#include "bench/page/model.h"

/* What a tone, and the end of all, looks like there: "" without colour. */
const char *text_tone(const struct page_style *s, enum page_tone tone);
const char *text_plain(const struct page_style *s);

/*
 * Adds escaped text, broken at blanks so that lines are at most `width` columns; the first begins
 * at `column`, later ones at `indent`.
 */
void text_words(struct buf *out, const char *text, size_t column, size_t indent, size_t width);

/* Appends a grid, at most so many columns wide where it can be; width 0: as wide as it is. */
void text_add_grid(const struct page_grid *g, size_t indent, const struct page_style *style,
                   size_t width, struct buf *out);

#endif
