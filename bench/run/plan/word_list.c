#include "bench/run/plan/word_list.h"

#include "bench/base/name_list.h"
#include "bench/run/plan/cell_param.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int word_list_add(struct word_list *w, const char *text, size_t length, struct err *err)
{
    char *word = strndup(text, length);
    if (word && vec_add(w, word))
        return 0;
    free(word);
    return err_set(err, ERR_SYSTEM, "no memory for %zu words", w->count + 1);
}

void word_list_release(struct word_list *w)
{
    for (size_t i = 0; i < w->count; i++)
        free(w->items[i]);
    vec_release(w);
}

static size_t word_length(const char *text)
{
    return strcspn(text, ",");
}

/* Splits "a,b,c"; an empty word is an error. */
static int word_list_split(struct word_list *w, const char *what, const char *text,
                           size_t (*length_of)(const char *), struct err *err)
{
    for (const char *p = text;; p++) {
        size_t length = length_of(p);
        if (length == 0)
            return err_set(err, ERR_USAGE, "%s: \"%s\" has an empty word", what, text);
        if (word_list_add(w, p, length, err))
            return -1;
        p += length;
        if (!*p)
            return 0;
    }
}

int word_list_of_options(struct word_list *w, const char *what, const struct opt_list *list,
                         struct err *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (name_list_check(what, list->items[i], err) ||
            word_list_split(w, what, list->items[i], word_length, err))
            return -1;
    return 0;
}

/* A text may hold commas, so it is all that follows. */
static size_t assignment_length(const char *text)
{
    return cell_param_is_text(text) ? strlen(text) : word_length(text);
}

int word_list_of_params(struct word_list *w, const struct opt_list *list, struct err *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (word_list_split(w, "-p", list->items[i], assignment_length, err))
            return -1;
    return 0;
}

int word_list_of_json(struct word_list *w, const json_t *object, const char *key, struct err *err)
{
    json_t *list = json_object_get(object, key);
    if (list && !json_is_array(list))
        return err_set(err, ERR_INPUT, "suite: \"%s\" must be a list of words", key);
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        char number[32];
        const char *text = json_string_value(item);
        if (json_is_integer(item)) {
            snprintf(number, sizeof number, "%lld", (long long)json_integer_value(item));
            text = number;
        }
        if (!text)
            return err_set(err, ERR_INPUT, "suite: \"%s\" must be a list of words", key);
        if (word_list_add(w, text, strlen(text), err))
            return -1;
    }
    return 0;
}

int word_list_default(struct word_list *w, const char *const *items, struct err *err)
{
    if (w->count)
        return 0;
    for (; *items; items++)
        if (word_list_add(w, *items, strlen(*items), err))
            return -1;
    return 0;
}
