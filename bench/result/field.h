/*
 * Reading fields of a JSON document with errors that name the place:
 * "x.json: cells[3].metrics.startup_ns.samples: expected an array, found a string".
 *
 * A place is a chain of frames on the callers' stacks; the text is only made when something
 * is wrong, so reading costs nothing extra.
 */
#ifndef CONTEND_RESULT_FIELD_H
#define CONTEND_RESULT_FIELD_H

#include "bench/base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct place {
    const struct place *up; /* NULL: the document */
    const char *key;        /* the file's name in the outermost frame; NULL: an index */
    size_t index;
};

/* Sets ERR_INPUT "place: text". Returns -1. */
int place_error(const struct place *at, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "expected an array, found a string" at that place. Returns -1. */
int place_expected(const struct place *at, const char *expected, const json_t *found,
                   struct err *err);

/* "an object", "a whole number" ... */
const char *field_kind_name(json_type kind);

/*
 * A field of an object that must be there: borrowed, or NULL with ERR_INPUT.
 * `kind` is JSON_OBJECT, JSON_ARRAY, JSON_STRING or JSON_INTEGER.
 */
const json_t *field_required(const struct place *at, const json_t *object, const char *key,
                             json_type kind, struct err *err);

/* The same, but *out is NULL when the field is absent or null. Returns 0 or -1. */
int field_optional(const struct place *at, const json_t *object, const char *key, json_type kind,
                   const json_t **out, struct err *err);

/* Texts without control characters, borrowed from the document. */
const char *field_text(const struct place *at, const json_t *object, const char *key,
                       struct err *err);
int field_text_or(const struct place *at, const json_t *object, const char *key,
                  const char *otherwise, const char **out, struct err *err);

/* Whole numbers from `min` to 2^63-1. */
int field_count(const struct place *at, const json_t *object, const char *key, int64_t min,
                int64_t *out, struct err *err);
int field_count_or(const struct place *at, const json_t *object, const char *key, int64_t otherwise,
                   int64_t *out, struct err *err);

#endif
