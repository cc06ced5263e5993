#include "bench/core/opts.h"

#include "bench/core/suggest.h"
#include "bench/core/units.h"

#include <stdio.h>
#include <string.h>

static const struct opt *find_name(const struct opt *table, const char *name, size_t length)
{
    for (const struct opt *o = table; o->name; o++)
        if (strlen(o->name) == length && !strncmp(o->name, name, length))
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
    const char *names[128];
    size_t count = 0;
    for (const struct opt *o = table; o->name && count < 127; o++)
        names[count++] = o->name;
    names[count++] = "help";
    char bare[80];
    snprintf(bare, sizeof bare, "%s", typed + strspn(typed, "-"));
    bare[strcspn(bare, "=")] = '\0';
    const char *near = suggest(bare, names, count);
    if (near)
        return err_set(err, ERR_USAGE, "unknown option \"%s\"; did you mean --%s?", typed, near);
    return err_set(err, ERR_USAGE, "unknown option \"%s\"; --help lists them", typed);
}

static int check_choice(const struct opt *o, const char *value, struct err *err)
{
    struct buf list = {0};
    for (const char *const *c = o->choices; *c; c++) {
        if (!strcmp(*c, value)) {
            buf_release(&list);
            return 0;
        }
        buf_printf(&list, "%s%s", list.len ? ", " : "", *c);
    }
    err_set(err, ERR_USAGE, "--%s: \"%s\" is unknown (%s)", o->name, value, buf_text(&list));
    buf_release(&list);
    return -1;
}

static int store(const struct opt *o, const char *value, struct err *err)
{
    char what[80];
    snprintf(what, sizeof what, "--%s", o->name);
    switch (o->kind) {
    case OPT_FLAG:
        *(bool *)o->out = true;
        return 0;
    case OPT_TEXT:
        if (o->choices && check_choice(o, value, err))
            return -1;
        *(const char **)o->out = value;
        return 0;
    case OPT_NUMBER:
        return units_parse(what, value, o->unit, o->min, o->max, o->out, err);
    case OPT_RATIO:
        return units_parse_ratio(what, value, 0, 1, o->out, err);
    case OPT_LIST: {
        struct opt_list *list = o->out;
        if (list->count == OPT_LIST_MAX)
            return err_set(err, ERR_USAGE, "%s: given more than %d times", what, OPT_LIST_MAX);
        list->items[list->count++] = value;
        return 0;
    }
    }
    return 0;
}

static int add_rest(struct opt_list *rest, const char *value, struct err *err)
{
    if (!rest)
        return err_set(err, ERR_USAGE, "unexpected argument \"%s\"; --help shows the usage", value);
    if (rest->count == OPT_LIST_MAX)
        return err_set(err, ERR_USAGE, "more than %d arguments", OPT_LIST_MAX);
    rest->items[rest->count++] = value;
    return 0;
}

int opts_parse(const struct opt *table, int argc, char *const *argv, struct opt_list *rest,
               bool *help, struct err *err)
{
    *help = false;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (!strcmp(arg, "--")) {
            for (i++; i < argc; i++)
                if (add_rest(rest, argv[i], err))
                    return -1;
            return 0;
        }
        if (arg[0] != '-' || !arg[1]) {
            if (add_rest(rest, arg, err))
                return -1;
            continue;
        }
        if (!strcmp(arg, "--help") || !strcmp(arg, "-h")) {
            *help = true;
            return 0;
        }
        const char *value = NULL;
        const struct opt *o;
        if (arg[1] == '-') {
            size_t length = strcspn(arg + 2, "=");
            o = find_name(table, arg + 2, length);
            if (arg[2 + length] == '=')
                value = arg + 2 + length + 1;
        } else {
            o = find_letter(table, arg[1]);
            if (arg[2])
                value = arg + 2;
        }
        if (!o)
            return unknown_option(table, arg, err);
        if (o->kind == OPT_FLAG && value)
            return err_set(err, ERR_USAGE, "--%s takes no value", o->name);
        if (o->kind != OPT_FLAG && !value) {
            if (i + 1 >= argc)
                return err_set(err, ERR_USAGE, "--%s needs a value (%s)", o->name, o->argument);
            value = argv[++i];
        }
        if (store(o, value, err))
            return -1;
    }
    return 0;
}

void opts_help(const struct opt *table, struct buf *out)
{
    for (const struct opt *o = table; o->name; o++) {
        char head[96];
        char letter[8] = "    ";
        if (o->letter)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(head, sizeof head, "  %s--%s%s%s", letter, o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        buf_printf(out, "%-34s %s", head, o->help);
        if (o->choices) {
            buf_add(out, ": ");
            for (const char *const *c = o->choices; *c; c++)
                buf_printf(out, "%s%s", c == o->choices ? "" : ", ", *c);
        }
        buf_add(out, "\n");
    }
    buf_printf(out, "%-34s %s\n", "  -h, --help", "this text");
}
