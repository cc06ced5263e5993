/* What writing JSON with jansson needs here again and again. */
#ifndef CONTEND_CORE_JSON_H
#define CONTEND_CORE_JSON_H

#include "bench/core/buf.h"

#include <jansson.h>
#include <stddef.h>

/* Numbers are finite or absent. */
void json_set_finite(json_t *object, const char *key, double value);

/*
 * Appends the document and a line feed; takes it.  `flags` are json_dumps()'s.  A NULL document, or
 * one there is no memory for, marks the buffer as failed.
 */
void json_add_text(struct buf *out, json_t *document, size_t flags);

#endif
