/*
 * Reading a JSON object that a user may have edited, copied or cut: each verb takes one member,
 * checks its type and range, and says which member was wrong.
 *
 * The first thing that is wrong is kept in `err`; later reads then change nothing, so that a caller
 * asks for everything and looks once at the end.
 */
#ifndef CONTEND_BASE_JSON_READ_H
#define CONTEND_BASE_JSON_READ_H

#include "bench/base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct json_reader {
    const json_t *object; /* borrowed */
    const char *what;     /* how errors name it: "the plan" */
    struct err err;
};

/* One that is no object fails with every read. */
struct json_reader json_reader_of(const json_t *object, const char *what);

/* A member that is missing or not of that kind and range is an error, and reads as `min`, false,
 * "" or NULL. */
int64_t json_read_int(struct json_reader *r, const char *key, int64_t min, int64_t max);
bool json_read_bool(struct json_reader *r, const char *key);
const char *json_read_text(struct json_reader *r, const char *key);
const json_t *json_read_object(struct json_reader *r, const char *key);
const json_t *json_read_array(struct json_reader *r, const char *key);

/* The same for members that may be missing; *is_there tells, and may be NULL. */
int64_t json_read_int_or(struct json_reader *r, const char *key, int64_t min, int64_t max,
                         int64_t otherwise, bool *is_there);
const char *json_read_text_or(struct json_reader *r, const char *key, const char *otherwise);
const json_t *json_read_array_or_null(struct json_reader *r, const char *key);

/* 0, or -1 with what was wrong in err. */
int json_reader_end(const struct json_reader *r, struct err *err);

#endif
