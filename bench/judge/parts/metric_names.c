#include "bench/judge/parts/metric_names.h"

#include "bench/base/buf.h"
#include "bench/base/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has(const struct metric_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (!strcmp(names->items[i], name))
            return true;
    return false;
}

void metric_names_add(struct metric_names *names, const struct result_cell *c)
{
    for (size_t i = 0; i < c->metric_count; i++) {
        /* Cells of one run have the same metrics in the same order. */
        bool is_here = i < names->count && !strcmp(names->items[i], c->metrics[i].name);
        if (!is_here && !has(names, c->metrics[i].name))
            vec_add(names, c->metrics[i].name);
    }
}

char *metric_head(char *out, size_t size, const char *metric)
{
    static const char *const units[] = {"_per_s", "_ratio", "_bytes", "_count", "_ns", "_hz"};
    size_t length = strlen(metric);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t unit = strlen(units[i]);
        if (length > unit && !strcmp(metric + length - unit, units[i])) {
            length -= unit;
            break;
        }
    }
    snprintf(out, size, "%.*s", (int)length, metric);
    for (char *c = out; *c; c++)
        if (*c == '_')
            *c = ' ';
    return out;
}

/* Blanks, dashes and underscores are alike. */
static bool is_head(const char *typed, const char *head)
{
    for (; *typed && *head; typed++, head++)
        if (*typed != *head && !(*head == ' ' && (*typed == '_' || *typed == '-')))
            return false;
    return *typed == *head;
}

const char *metric_names_nearest(const struct metric_names *names, const char *typed, char *out,
                                 size_t size)
{
    char(*heads)[64] = calloc(names->count + 1, sizeof *heads);
    const char **all = calloc(2 * names->count + 1, sizeof *all);
    const char *near = NULL;
    for (size_t i = 0; heads && all && i < names->count; i++) {
        all[i] = metric_head(heads[i], sizeof heads[i], names->items[i]);
        for (char *c = heads[i]; *c; c++)
            *c = *c == ' ' ? '-' : *c;
        all[names->count + i] = names->items[i];
    }
    if (heads && all)
        near = suggest(typed, all, 2 * names->count);
    if (near)
        snprintf(out, size, "%s", near);
    free(heads);
    free(all);
    return near ? out : NULL;
}

static const char *refuse(const struct metric_names *names, const char *option, const char *whose,
                          const char *typed, struct err *err)
{
    struct buf words = {0};
    char near[64];
    suggest_words(&words, metric_names_nearest(names, typed, near, sizeof near), names->items,
                  names->count);
    err_set(err, ERR_USAGE, "%s: %s has \"%s\"%s", option, whose, typed, buf_text(&words));
    buf_release(&words);
    return NULL;
}

const char *metric_names_find(const struct metric_names *names, const char *option,
                              const char *whose, const char *typed, struct err *err)
{
    char head[64];
    for (size_t i = 0; i < names->count; i++)
        if (!strcmp(names->items[i], typed))
            return names->items[i];
    for (size_t i = 0; i < names->count; i++)
        if (is_head(typed, metric_head(head, sizeof head, names->items[i])))
            return names->items[i];
    return refuse(names, option, whose, typed, err);
}
