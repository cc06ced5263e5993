/* What writing JSON with jansson needs here again and again. */
#ifndef CONTEND_CORE_JSON_H
#define CONTEND_CORE_JSON_H

#include "bench/core/buf.h"

#include <jansson.h>
#include <stddef.h>

/*
 * Makes jansson remember that an allocation failed.  Its setters then return -1, which eighty
 * places cannot all be trusted to look at, and leave a member out: a document that is shorter than
 * it should be.  From the first refusal on json_to_text() gives no text, so that such a document is
 * never written.  Call it once, before the first document.
 */
void json_watch_memory(void);

/* The document as text, which the caller frees; NULL where memory ran out, now or while any
 * document was made.  `flags` are json_dumps()'s. */
char *json_to_text(const json_t *document, size_t flags);

/* Numbers are finite or absent. */
void json_set_finite(json_t *object, const char *key, double value);

/*
 * Appends the document and a line feed; takes it.  `flags` are json_dumps()'s.  A NULL document, or
 * one there is no memory for, marks the buffer as failed.
 */
void json_add_text(struct buf *out, json_t *document, size_t flags);

#endif
