/*
 * Making JSON objects and lists whose members cannot be lost: each verb adds one, and what goes
 * wrong with any (memory that ran out, a value that is none) is remembered and told at the end.  A
 * document is then whole, or there is none.  Nobody else calls jansson's setters, whose answers
 * cannot all be trusted to be looked at (scripts/check-json).
 *
 *     struct json_maker o = json_maker_new(), list = json_maker_list();
 *     json_make_text(&o, "name", name);
 *     for (...) json_make_add(&list, item_json(i));
 *     json_make_list(&o, "items", &list);
 *     return json_made(&o);
 */
#ifndef CONTEND_BASE_JSON_MAKE_H
#define CONTEND_BASE_JSON_MAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct json_maker {
    json_t *object; /* or list; owned until json_made() */
    bool failed;
};

/* An object, and a list, that begin empty. */
struct json_maker json_maker_new(void);
struct json_maker json_maker_list(void);

/* One that adds to what is there; it is borrowed, and json_made() gives a reference. */
struct json_maker json_maker_of(json_t *object);
/* The same, and takes it over: what json_pack() made, where NULL is a failure. */
struct json_maker json_maker_take(json_t *object);

/* Texts of any bytes: what is no UTF-8 becomes U+FFFD. NULL is null, and so is "" for the second.
 */
void json_make_text(struct json_maker *m, const char *key, const char *text);
void json_make_text_or_null(struct json_maker *m, const char *key, const char *text);
void json_make_int(struct json_maker *m, const char *key, int64_t value);
void json_make_bool(struct json_maker *m, const char *key, bool value);
/* Finite, or the maker fails: who may have no number leaves the member out. */
void json_make_real(struct json_maker *m, const char *key, double value);
/* Finite, or there is no such member. */
void json_make_finite(struct json_maker *m, const char *key, double value);
/* Takes the value over; NULL is a failure. */
void json_make_value(struct json_maker *m, const char *key, json_t *value);
/* The same without taking it. */
void json_make_shared(struct json_maker *m, const char *key, const json_t *value);

/* All members of an object, in place of those of the same name; takes it over. */
void json_make_all(struct json_maker *m, json_t *members);

/* A member more of an object that the maker's object will hold, or holds; takes the value over. */
void json_make_member(struct json_maker *m, json_t *object, const char *key, json_t *value);

/* An item more of a list that the maker's object will hold, or holds; takes the value over. */
void json_make_item(struct json_maker *m, json_t *list, json_t *value);

/* An item more of the list that is made; takes the value over. */
void json_make_add(struct json_maker *m, json_t *value);
/* The list, which ends with it, as a member. */
void json_make_list(struct json_maker *m, const char *key, struct json_maker *list);

/* The object, for the caller to release; NULL when anything failed. */
json_t *json_made(struct json_maker *m);

#endif
