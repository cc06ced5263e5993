#include "bench/result/field.h"

#include "bench/base/buf.h"

#include <stdarg.h>
#include <stdio.h>

static void add_place(struct buf *out, const struct place *at)
{
    if (!at)
        return;
    add_place(out, at->up);
    if (!at->up)
        buf_printf(out, "%s: ", at->key);
    else if (!at->key)
        buf_printf(out, "[%zu]", at->index);
    else
        buf_printf(out, "%s%s", at->up->up ? "." : "", at->key);
}

int place_error(const struct place *at, struct err *err, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct buf place = {0};
    add_place(&place, at);
    /* The document itself ends in ": " already. */
    err_set(err, ERR_INPUT, "%s%s%s", buf_text(&place), at->up ? ": " : "", text);
    buf_release(&place);
    return -1;
}

const char *field_kind_name(json_type kind)
{
    switch (kind) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_REAL:
        return "a real number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a truth value";
    case JSON_NULL:
        return "null";
    }
    return "something else";
}

int place_expected(const struct place *at, const char *expected, const json_t *found,
                   struct err *err)
{
    return place_error(at, err, "expected %s, found %s", expected,
                       field_kind_name(json_typeof(found)));
}

int field_optional(const struct place *at, const json_t *object, const char *key, json_type kind,
                   const json_t **out, struct err *err)
{
    const json_t *found = json_object_get(object, key);
    *out = NULL;
    if (!found || json_is_null(found))
        return 0;
    if (json_typeof(found) != kind) {
        struct place here = {.up = at, .key = key};
        return place_expected(&here, field_kind_name(kind), found, err);
    }
    *out = found;
    return 0;
}

const json_t *field_required(const struct place *at, const json_t *object, const char *key,
                             json_type kind, struct err *err)
{
    const json_t *found = NULL;
    if (field_optional(at, object, key, kind, &found, err))
        return NULL;
    if (!found)
        place_error(at, err, "\"%s\" is missing (%s)", key, field_kind_name(kind));
    return found;
}

/* Texts are printed on terminals: an escape sequence in a file must not get there. */
static int check_text(const struct place *at, const char *key, const json_t *string,
                      struct err *err)
{
    struct place here = {.up = at, .key = key};
    for (const char *c = json_string_value(string); *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return place_error(&here, err, "a control character (0x%02x) in the text",
                               (unsigned char)*c);
    return 0;
}

const char *field_text(const struct place *at, const json_t *object, const char *key,
                       struct err *err)
{
    const json_t *found = field_required(at, object, key, JSON_STRING, err);
    return found && !check_text(at, key, found, err) ? json_string_value(found) : NULL;
}

int field_text_or(const struct place *at, const json_t *object, const char *key,
                  const char *otherwise, const char **out, struct err *err)
{
    const json_t *found = NULL;
    if (field_optional(at, object, key, JSON_STRING, &found, err))
        return -1;
    *out = found ? json_string_value(found) : otherwise;
    return found ? check_text(at, key, found, err) : 0;
}

int field_count(const struct place *at, const json_t *object, const char *key, int64_t min,
                int64_t *out, struct err *err)
{
    const json_t *found = field_required(at, object, key, JSON_INTEGER, err);
    if (!found)
        return -1;
    *out = json_integer_value(found);
    if (*out < min) {
        struct place here = {.up = at, .key = key};
        return place_error(&here, err, "%lld is less than %lld", (long long)*out, (long long)min);
    }
    return 0;
}

int field_count_or(const struct place *at, const json_t *object, const char *key, int64_t otherwise,
                   int64_t *out, struct err *err)
{
    const json_t *found = NULL;
    if (field_optional(at, object, key, JSON_INTEGER, &found, err))
        return -1;
    *out = otherwise;
    return found ? field_count(at, object, key, 0, out, err) : 0;
}
