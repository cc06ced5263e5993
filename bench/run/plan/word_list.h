/* Lists of words, each a copy: what "a,b" and ["a", "b"] both become. */
#ifndef CONTEND_RUN_PLAN_WORD_LIST_H
#define CONTEND_RUN_PLAN_WORD_LIST_H

#include "bench/base/err.h"
#include "bench/base/opts.h"

#include <jansson.h>
#include <stddef.h>

struct word_list {
    VEC(char *); /* each owned */
};

void word_list_release(struct word_list *w);

/* Adds `length` bytes of text. -1 with ERR_SYSTEM when there is no memory. */
int word_list_add(struct word_list *w, const char *text, size_t length, struct err *err);

/*
 * Adds all of "a,b,c", once for each time the option was given; an empty word is an error, and so
 * is one that stands twice in one of them.
 */
int word_list_of_options(struct word_list *w, const char *what, const struct opt_list *list,
                         struct err *err);

/* Assignments to parameters, likewise; one to a text takes all that follows it. */
int word_list_of_params(struct word_list *w, const struct opt_list *list, struct err *err);

/* Adds the words and whole numbers of object[key]; without such a member there are none. */
int word_list_of_json(struct word_list *w, const json_t *object, const char *key, struct err *err);

/* Adds all of a NULL-terminated array, where there is no word yet. */
int word_list_default(struct word_list *w, const char *const *items, struct err *err);

#endif
