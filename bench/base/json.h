/* What writing JSON with jansson needs here again and again. */
#ifndef CONTEND_BASE_JSON_H
#define CONTEND_BASE_JSON_H

#include "bench/base/buf.h"
#include "bench/base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Makes jansson remember that an allocation failed.  Its setters then return -1, which eighty
 * places cannot all be trusted to look at, and leave a member out: a document that is shorter than
 * it should be.  From the first refusal on json_dump_text() gives no text, so that such a document
 * is never written.  Call it once, before the first document.
 */
void json_watch_memory(void);

/*
 * An allocation of jansson's was refused since: what was copied (json_copy() tells nobody) or put
 * together may lack members, and nothing that was made with it is to be shown.
 */
bool json_has_lost(void);

/* What a file is that is no JSON by its first bytes ("is compressed (gzip)"); NULL: it may be. */
const char *json_is_none(const char *text, size_t length);

/* How many bytes a byte order mark takes at its begin, which Windows puts there. */
size_t json_mark(const char *text, size_t length);

/*
 * In place of json_loadb(): a byte order mark is passed over, and what is no JSON is called what it
 * is.  Where a token's buffer cannot grow, jansson 2.14's lexer overlooks it and copies past the
 * end of what it has.  Once json_watch_memory() was called, an allocation that is refused ends the
 * parsing at once instead: NULL, and `fault`, which may be NULL, says so.  What was made of the
 * document until then is not freed.
 */
json_t *json_parse(const char *text, size_t length, size_t flags, json_error_t *fault);

/* What jansson says is wrong, with the bound where one is passed. */
const char *json_fault(const json_error_t *error);

/* A text of any bytes as a string: what is no UTF-8 becomes U+FFFD. NULL when memory ran out. */
json_t *json_text(const char *text);

/* The same of a buffer; where memory ran out for it, it did for the document. */
json_t *json_text_of(const struct buf *text);

/*
 * Adds a document's text; what acts rather than shows (utf8.h), in keys as well as in values, is
 * written as \\u....: a reader finds it unchanged, and a terminal does not obey it.
 */
void json_escape(struct buf *out, const char *document);

/*
 * In place of json_dumps(), whose document lacks a key where its buffer could not grow within one
 * (jansson 2.14 overlooks that).  The caller frees it; NULL when memory ran out, now or while any
 * document was made.
 */
char *json_dump_text(const json_t *document, size_t flags);

/*
 * Appends the document without so many bytes at its begin and end; takes it.  For texts that are
 * put together of trees made one after the other, so that never more than one of them is there:
 * what surrounds a part is in its tree, so that it is indented right, and cut off.  Returns 0, or
 * -1 with the buffer marked as failed.
 */
int json_add_part(struct buf *out, json_t *document, size_t flags, size_t before, size_t behind);

/*
 * Appends the document and a line feed, escaped; takes it.  `flags` are json_dumps()'s.  A NULL
 * document, or one there is no memory for, marks the buffer as failed.
 */
void json_add_text(struct buf *out, json_t *document, size_t flags);

#endif
