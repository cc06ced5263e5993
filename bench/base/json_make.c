#include "bench/base/json_make.h"

#include "bench/base/json.h"

#include <math.h>

struct json_maker json_maker_new(void)
{
    struct json_maker m = {.object = json_object()};
    m.failed = !m.object;
    return m;
}

struct json_maker json_maker_list(void)
{
    struct json_maker m = {.object = json_array()};
    m.failed = !m.object;
    return m;
}

struct json_maker json_maker_take(json_t *object)
{
    return (struct json_maker){.object = object, .failed = !object};
}

struct json_maker json_maker_of(json_t *object)
{
    bool is_one = json_is_object(object) || json_is_array(object);
    return (struct json_maker){.object = json_incref(object), .failed = !is_one};
}

void json_make_value(struct json_maker *m, const char *key, json_t *value)
{
    /* Sets NULL as well: a value that could not be made is one that is missing. */
    if (json_object_set_new(m->object, key, value))
        m->failed = true;
}

void json_make_shared(struct json_maker *m, const char *key, const json_t *value)
{
    json_make_value(m, key, json_incref((json_t *)(uintptr_t)value));
}

void json_make_text(struct json_maker *m, const char *key, const char *text)
{
    json_make_value(m, key, text ? json_text(text) : json_null());
}

void json_make_text_or_null(struct json_maker *m, const char *key, const char *text)
{
    json_make_text(m, key, text && text[0] ? text : NULL);
}

void json_make_int(struct json_maker *m, const char *key, int64_t value)
{
    json_make_value(m, key, json_integer(value));
}

void json_make_bool(struct json_maker *m, const char *key, bool value)
{
    json_make_value(m, key, json_boolean(value));
}

void json_make_real(struct json_maker *m, const char *key, double value)
{
    json_make_value(m, key, json_real(value));
}

void json_make_finite(struct json_maker *m, const char *key, double value)
{
    if (isfinite(value))
        json_make_real(m, key, value);
}

void json_make_all(struct json_maker *m, json_t *members)
{
    if (json_object_update_new(m->object, members))
        m->failed = true;
}

void json_make_member(struct json_maker *m, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value))
        m->failed = true;
}

void json_make_item(struct json_maker *m, json_t *list, json_t *value)
{
    if (json_array_append_new(list, value))
        m->failed = true;
}

void json_make_add(struct json_maker *m, json_t *value)
{
    if (json_array_append_new(m->object, value))
        m->failed = true;
}

void json_make_list(struct json_maker *m, const char *key, struct json_maker *list)
{
    json_make_value(m, key, json_made(list));
}

json_t *json_made(struct json_maker *m)
{
    json_t *object = m->object;
    m->object = NULL;
    if (!m->failed)
        return object;
    json_decref(object);
    return NULL;
}
