#include "bench/run/launch/param_text.h"

#include "bench/base/utf8.h"
#include "bench/base/vec.h"

#include <stdlib.h>
#include <string.h>

/* Those of the cells of a plan: as many as somebody wrote down. */
static struct {
    VEC(char *);
} kept;

static const char *keep(const char *text)
{
    for (size_t i = 0; i < kept.count; i++)
        if (!strcmp(kept.items[i], text))
            return kept.items[i];
    char *copy = strdup(text);
    vec_add(&kept, copy);
    if (copy && !kept.failed)
        return copy;
    free(copy);
    return NULL;
}

/* A line of a result, an id, a page: it must stay one. */
static const char *line_fault(const char *text)
{
    size_t length;
    for (const char *at = text; *at; at += length) {
        uint32_t code = utf8_decode(at, &length);
        if (!utf8_is_shown(code))
            return code == UTF8_INVALID ? "is not UTF-8"
                                        : "has a control character; it must be one line";
    }
    return NULL;
}

int param_text_set(const char *what, const struct param *p, const char *text, int64_t *value,
                   struct err *err)
{
    size_t length = strlen(text);
    if ((int64_t)length < p->min || (int64_t)length > p->max)
        return err_set(err, ERR_USAGE, "%s: %zu bytes are too %s (%lld to %lld)", what, length,
                       (int64_t)length < p->min ? "few" : "many", (long long)p->min,
                       (long long)p->max);
    const char *fault = line_fault(text);
    if (fault)
        return err_set(err, ERR_USAGE, "%s: the text %s", what, fault);
    const char *place = strcmp(text, p->text) ? keep(text) : p->text;
    if (!place)
        return err_set(err, ERR_SYSTEM, "%s: no memory for %zu bytes", what, length);
    *value = (int64_t)(intptr_t)place;
    return 0;
}

int param_text_check(const char *what, const struct param *p, const char *text, struct err *err)
{
    const char *fault = p->fault ? p->fault(text) : NULL;
    if (!fault)
        return 0;
    return err_set(err, ERR_USAGE, "%s: \"%.80s\" %s", what, text, fault);
}
