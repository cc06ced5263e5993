/*
 * Text as others wrote it: code points, how wide they stand, and which of them act rather than
 * show.
 *
 * A host name, a label or a reason may hold bytes that move a terminal's cursor, turn the direction
 * of what follows, or are no UTF-8 at all.  Whatever is shown goes through here first.
 */
#ifndef CONTEND_BASE_UTF8_H
#define CONTEND_BASE_UTF8_H

#include "bench/base/buf.h"

#include <stdint.h>

/* No character begins there: a stray, overlong or cut sequence, a surrogate, beyond U+10FFFF. */
enum { UTF8_INVALID = 0x110000 };

/* The first code point and how many bytes it takes (1 where it is invalid). text is not empty. */
uint32_t utf8_decode(const char *text, size_t *length);

/*
 * Whether a code point only shows: no control (C0, DEL, C1), no direction mark, no line or
 * paragraph separator, no tag, no byte order mark, no noncharacter, not UTF8_INVALID.
 */
bool utf8_is_shown(uint32_t code);

/* Columns of a terminal: 0 for combining marks, 2 for wide characters; acting ones count none. */
size_t utf8_columns(const char *text);
size_t utf8_columns_in(const char *text, size_t count); /* of its first bytes */

/* As many of its bytes as stand in so many columns. */
size_t utf8_fitting(const char *text, size_t columns);

/* Adds text with each invalid byte as U+FFFD, so that it is UTF-8. */
void utf8_repair(struct buf *out, const char *text);

#endif
