#include "bench/base/json_read.h"

struct json_reader json_reader_of(const json_t *object, const char *what)
{
    struct json_reader r = {.object = object, .what = what};
    if (!json_is_object(object))
        err_set(&r.err, ERR_INPUT, "%s is not an object", what);
    return r;
}

static void wrong(struct json_reader *r, const char *key, const char *wanted)
{
    err_set(&r->err, ERR_INPUT, "%s: \"%s\" %s %s", r->what, key,
            json_object_get(r->object, key) ? "is not" : "is missing: it must be", wanted);
}

static bool is_int(struct json_reader *r, const char *key, int64_t min, int64_t max, int64_t *out)
{
    const json_t *value = json_object_get(r->object, key);
    int64_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= min && number <= max) {
        *out = number;
        return true;
    }
    if (json_is_integer(value))
        err_set(&r->err, ERR_INPUT, "%s: \"%s\" is %lld (%lld to %lld)", r->what, key,
                (long long)number, (long long)min, (long long)max);
    else
        wrong(r, key, "a whole number");
    return false;
}

int64_t json_read_int(struct json_reader *r, const char *key, int64_t min, int64_t max)
{
    int64_t out = min;
    is_int(r, key, min, max, &out);
    return out;
}

int64_t json_read_int_or(struct json_reader *r, const char *key, int64_t min, int64_t max,
                         int64_t otherwise, bool *is_there)
{
    int64_t out = otherwise;
    bool there = json_object_get(r->object, key) && is_int(r, key, min, max, &out);
    if (is_there)
        *is_there = there;
    return out;
}

bool json_read_bool(struct json_reader *r, const char *key)
{
    const json_t *value = json_object_get(r->object, key);
    if (!json_is_boolean(value))
        wrong(r, key, "true or false");
    return json_is_true(value);
}

const char *json_read_text(struct json_reader *r, const char *key)
{
    const char *text = json_string_value(json_object_get(r->object, key));
    if (!text)
        wrong(r, key, "a text");
    return text ? text : "";
}

const char *json_read_text_or(struct json_reader *r, const char *key, const char *otherwise)
{
    return json_object_get(r->object, key) ? json_read_text(r, key) : otherwise;
}

const json_t *json_read_object(struct json_reader *r, const char *key)
{
    const json_t *value = json_object_get(r->object, key);
    if (!json_is_object(value))
        wrong(r, key, "an object");
    return json_is_object(value) ? value : NULL;
}

const json_t *json_read_array(struct json_reader *r, const char *key)
{
    const json_t *value = json_object_get(r->object, key);
    if (!json_is_array(value))
        wrong(r, key, "a list");
    return json_is_array(value) ? value : NULL;
}

const json_t *json_read_array_or_null(struct json_reader *r, const char *key)
{
    return json_object_get(r->object, key) ? json_read_array(r, key) : NULL;
}

int json_reader_end(const struct json_reader *r, struct err *err)
{
    return r->err.code == ERR_NONE ? 0 : err_set(err, r->err.code, "%s", r->err.text);
}
