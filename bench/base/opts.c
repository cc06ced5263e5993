#include "bench/base/opts.h"

#include "bench/base/suggest.h"
#include "bench/base/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_named(const char *known, const char *name, size_t length)
{
    return strlen(known) == length && !strncmp(known, name, length);
}

static const struct opt *find_name(const struct opt *table, const char *name, size_t length)
{
    for (const struct opt *o = table; o->name; o++)
        if (is_named(o->name, name, length) || (o->synonym && is_named(o->synonym, name, length)))
            return o;
    return NULL;
}

static const struct opt *find_letter(const struct opt *table, char letter)
{
    for (const struct opt *o = table; o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

static int unknown_option(const struct opt *table, const char *typed, struct err *err)
{
    struct opt_list names = {0};
    char bare[80];
    for (const struct opt *o = table; o->name; o++)
        vec_add(&names, o->name);
    vec_add(&names, "help");
    snprintf(bare, sizeof bare, "%s", typed + strspn(typed, "-"));
    bare[strcspn(bare, "=")] = '\0';
    const char *near = suggest(bare, names.items, names.count);
    vec_release(&names);
    if (near)
        return err_set(err, ERR_USAGE, "unknown option \"%s\"; did you mean --%s?", typed, near);
    return err_set(err, ERR_USAGE, "unknown option \"%s\"; --help lists them", typed);
}

static int check_choice(const struct opt *o, const char *value, struct err *err)
{
    struct opt_list names = {0};
    const char *name;
    char what[80];
    bool is_known = false;
    snprintf(what, sizeof what, "--%s", o->name);
    for (size_t i = 0; !is_known && (name = opts_choice(o, i)) != NULL; i++) {
        is_known = !strcmp(name, value);
        vec_add(&names, name);
    }
    if (!is_known)
        suggest_unknown(what, value, names.items, names.count, err);
    vec_release(&names);
    return is_known ? 0 : -1;
}

int opt_list_add(struct opt_list *list, const char *word, struct err *err)
{
    return vec_add(list, word)
               ? 0
               : err_set(err, ERR_SYSTEM, "no memory for %zu words", list->count + 1);
}

char **opt_list_argv(const struct opt_list *list, struct err *err)
{
    char **argv = calloc(list->count + 1, sizeof *argv);
    if (!argv)
        err_set(err, ERR_SYSTEM, "no memory for arguments");
    for (size_t i = 0; argv && i < list->count; i++)
        argv[i] = (char *)(uintptr_t)list->items[i];
    return argv;
}

static int store(const struct opt *o, void *settings, const char *value, struct err *err)
{
    void *place = (char *)settings + o->offset;
    char what[80];
    snprintf(what, sizeof what, "--%s", o->name);
    switch (o->kind) {
    case OPT_FLAG:
        *(bool *)place = true;
        return 0;
    case OPT_TEXT:
        if (!o->is_open && opts_choice(o, 0) && check_choice(o, value, err))
            return -1;
        *(const char **)place = value;
        return 0;
    case OPT_NUMBER:
        return units_parse(what, value, o->unit, o->min, o->max, place, err);
    case OPT_RATIO:
        return units_parse_ratio(what, value, 0, 1, place, err);
    case OPT_LIST:
        return opt_list_add(place, value, err);
    }
    return 0;
}

/* A number that nobody gives, where 0 would mean something. */
static void store_absent(const struct opt *o, void *settings)
{
    void *place = (char *)settings + o->offset;
    if (o->kind == OPT_NUMBER)
        *(int64_t *)place = (int64_t)o->absent;
    else if (o->kind == OPT_RATIO)
        *(double *)place = o->absent;
}

/* A list has its default only where nothing was put into it. */
static int store_defaults(const struct opt *table, void *settings, bool of_lists, struct err *err)
{
    for (const struct opt *o = table; o->name; o++) {
        bool is_list = o->kind == OPT_LIST;
        if (o->absent != 0 && !of_lists)
            store_absent(o, settings);
        if (!o->initial || is_list != of_lists)
            continue;
        if (is_list && ((struct opt_list *)(void *)((char *)settings + o->offset))->count)
            continue;
        if (store(o, settings, o->initial, err))
            return -1;
    }
    return 0;
}

static int add_rest(struct opt_rest *rest, const char *value, struct err *err)
{
    if (!rest)
        return err_set(err, ERR_USAGE, "unexpected argument \"%s\"; --help shows the usage", value);
    return opt_list_add(&rest->words, value, err);
}

/* The row of "--name", "--name=V", "-n", "-nV" or "-n=V"; *value becomes V, NULL where none is. */
static const struct opt *find(const struct opt *table, const char *arg, const char **value)
{
    *value = NULL;
    if (arg[1] != '-') {
        if (arg[2])
            *value = arg + 2 + (arg[2] == '=');
        return find_letter(table, arg[1]);
    }
    size_t length = strcspn(arg + 2, "=");
    if (arg[2 + length] == '=')
        *value = arg + 2 + length + 1;
    return find_name(table, arg + 2, length);
}

/* An option at argv[*i], which is moved to its value where that is a word of its own. */
static int take_option(const struct opt *table, void *settings, int argc, char *const *argv, int *i,
                       struct err *err)
{
    const char *value;
    const struct opt *o = find(table, argv[*i], &value);
    if (!o)
        return unknown_option(table, argv[*i], err);
    if (o->kind == OPT_FLAG && value)
        return err_set(err, ERR_USAGE, "--%s takes no value", o->name);
    if (o->kind != OPT_FLAG && !value) {
        if (*i + 1 >= argc)
            return err_set(err, ERR_USAGE, "--%s needs a value (%s)", o->name, o->argument);
        value = argv[++*i];
    }
    return store(o, settings, value, err);
}

static int take_words(const struct opt *table, void *settings, int argc, char *const *argv,
                      struct opt_rest *rest, bool *help, struct err *err)
{
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (!strcmp(arg, "--")) {
            if (rest) {
                rest->is_divided = true;
                rest->before = rest->words.count;
            }
            for (i++; i < argc; i++)
                if (add_rest(rest, argv[i], err))
                    return -1;
        } else if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
            *help = true;
            return 0;
        } else if (arg[0] != '-' || !arg[1]) {
            if (add_rest(rest, arg, err))
                return -1;
        } else if (take_option(table, settings, argc, argv, &i, err)) {
            return -1;
        }
    }
    return 0;
}

int opts_parse(const struct opt *table, void *settings, int argc, char *const *argv,
               struct opt_rest *rest, bool *help, struct err *err)
{
    *help = false;
    if (store_defaults(table, settings, false, err) ||
        take_words(table, settings, argc, argv, rest, help, err))
        return -1;
    return store_defaults(table, settings, true, err);
}

static int spell(const struct opt *o, const char *value, struct opt_list *words, struct err *err)
{
    struct buf word = {0};
    buf_printf(&word, "--%s=%s", o->name, value);
    char *text = buf_steal(&word);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for --%s", o->name);
    if (!opt_list_add(words, text, err))
        return 0;
    free(text);
    return -1;
}

static int spell_row(const struct opt *o, const void *settings, struct opt_list *words,
                     struct err *err)
{
    const void *member = (const char *)settings + o->offset;
    const char *text = o->kind == OPT_TEXT ? *(const char *const *)member : NULL;
    const struct opt_list *list = o->kind == OPT_LIST ? member : NULL;
    if (text && spell(o, text, words, err))
        return -1;
    for (size_t i = 0; list && i < list->count; i++)
        if (spell(o, list->items[i], words, err))
            return -1;
    if (o->kind == OPT_NUMBER && *(const int64_t *)member >= o->min) {
        char number[40];
        snprintf(number, sizeof number, "%lld%s", (long long)*(const int64_t *)member,
                 !strcmp(o->unit, "ns") ? "ns" : "");
        return spell(o, number, words, err);
    }
    return 0;
}

int opts_again(const struct opt *table, const void *settings, size_t begin, size_t size,
               struct opt_list *words, struct err *err)
{
    for (const struct opt *o = table; o->name; o++)
        if (o->offset >= begin && o->offset - begin < size && spell_row(o, settings, words, err))
            return -1;
    return 0;
}

void opts_forget(struct opt_list *words)
{
    for (size_t i = 0; i < words->count; i++)
        free((char *)(uintptr_t)words->items[i]);
    vec_release(words);
}

void opts_release(const struct opt *table, void *settings)
{
    for (const struct opt *o = table; o->name; o++)
        if (o->kind == OPT_LIST) {
            struct opt_list *list = (void *)((char *)settings + o->offset);
            vec_release(list);
        }
}

const char *opts_choice(const struct opt *o, size_t i)
{
    size_t count = 0;
    if (o->choice_at)
        return o->choice_at(i);
    while (o->choices && o->choices[count] && count < i)
        count++;
    return o->choices ? o->choices[count] : NULL;
}
