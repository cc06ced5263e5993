/*
 * Making a JSON object whose members cannot be lost: each verb adds one, and what goes wrong with
 * any (memory that ran out, a text jansson does not take) is remembered and told at the end.  A
 * document is then whole, or there is none.
 */
#ifndef CONTEND_CORE_JSON_MAKE_H
#define CONTEND_CORE_JSON_MAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct json_maker {
    json_t *object; /* owned until json_made() */
    bool failed;
};

struct json_maker json_maker_new(void);

/* One that adds to an object that is there; it is borrowed, and json_made() gives a reference. */
struct json_maker json_maker_of(json_t *object);

/* Texts of any bytes: what is no UTF-8 becomes U+FFFD. NULL is null, and so is "" for the second.
 */
void json_make_text(struct json_maker *m, const char *key, const char *text);
void json_make_text_or_null(struct json_maker *m, const char *key, const char *text);
void json_make_int(struct json_maker *m, const char *key, int64_t value);
void json_make_bool(struct json_maker *m, const char *key, bool value);
/* Finite, or the maker fails: who may have no number leaves the member out. */
void json_make_real(struct json_maker *m, const char *key, double value);
/* Takes the value over; NULL is a failure. */
void json_make_value(struct json_maker *m, const char *key, json_t *value);
/* The same without taking it. */
void json_make_shared(struct json_maker *m, const char *key, const json_t *value);

/* An item more of a list that the maker's object will hold, or holds; takes the value over. */
void json_make_item(struct json_maker *m, json_t *list, json_t *value);

/* The object, for the caller to release; NULL when anything failed. */
json_t *json_made(struct json_maker *m);

#endif
