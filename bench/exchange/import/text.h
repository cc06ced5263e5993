/*
 * The text of a file as JSON that can be parsed: what programs write that is none.
 *
 * A byte order mark is skipped.  Numbers that JSON has not (NaN, Infinity, which C++ and Python
 * write bare) or that are larger than any double become marks that import_number() refuses with a
 * word of their own, so that only fields that are read need to be numbers; whole numbers beyond 64
 * bits become real ones.  All replacements have the length of what they replace: lines and columns
 * in errors stay right.
 */
#ifndef CONTEND_EXCHANGE_IMPORT_TEXT_H
#define CONTEND_EXCHANGE_IMPORT_TEXT_H

#include "bench/base/buf.h"
#include "bench/base/err.h"

#include <jansson.h>
#include <stdbool.h>

/* -1 with ERR_INPUT for what is no text of this kind at all (compressed, UTF-16), ERR_SYSTEM. */
int import_prepare(const char *name, const char *text, size_t length, struct buf *out,
                   struct err *err);

/* Whether a value stood for a number that is not finite. */
bool import_is_not_finite(const json_t *value);

#endif
