#include "bench/cli/duel_side.h"

#include "bench/duel/code.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

void *sides_own(struct duel_sides *s, void *memory, struct err *err)
{
    void **grown = memory ? realloc(s->owned, (s->owned_count + 1) * sizeof *grown) : NULL;
    if (!grown) {
        free(memory);
        err_set(err, ERR_SYSTEM, "no memory for the sides");
        return NULL;
    }
    s->owned = grown;
    s->owned[s->owned_count++] = memory;
    return memory;
}

char *sides_own_text(struct duel_sides *s, const char *text, struct err *err)
{
    return sides_own(s, strdup(text), err);
}

void duel_sides_release(struct duel_sides *s)
{
    for (size_t i = 0; i < s->owned_count; i++)
        free(s->owned[i]);
    free(s->owned);
    free(s->subjects);
    *s = (struct duel_sides){0};
}

struct duel_subject *sides_add(struct duel_sides *s, struct err *err)
{
    struct duel_subject *grown = realloc(s->subjects, (s->count + 1) * sizeof *grown);
    if (!grown) {
        err_set(err, ERR_SYSTEM, "no memory for the sides");
        return NULL;
    }
    s->subjects = grown;
    grown[s->count] = (struct duel_subject){0};
    return &grown[s->count++];
}

void words_add(struct words *w, const char *word)
{
    if (w->count < WORDS_MAX - 1)
        w->items[w->count++] = word;
}

void words_add_option(struct words *w, const char *name, const char *value)
{
    words_add(w, name);
    words_add(w, value);
}

/* The words as one line, for people. */
static char *join(struct duel_sides *s, const struct words *w, struct err *err)
{
    struct buf b = {0};
    for (size_t i = 0; i < w->count; i++)
        buf_printf(&b, "%s%s", i ? " " : "", w->items[i]);
    return sides_own(s, buf_steal(&b), err);
}

int sides_make_side(struct duel_sides *s, const char *what, const struct words *w,
                    struct duel_side *out, struct err *err)
{
    char path[PATH_MAX];
    const char **argv = sides_own(s, calloc(w->count + 1, sizeof *argv), err);
    if (!argv || code_find(what, w->items[0], path, sizeof path, err))
        return -1;
    for (size_t i = 0; i < w->count; i++)
        argv[i] = w->items[i];
    uint64_t hash = 0;
    out->argv = argv;
    out->program = sides_own_text(s, path, err);
    if (!out->label)
        out->label = join(s, w, err);
    if (!out->program || !out->label || code_hash(path, &hash, err))
        return -1;
    for (size_t i = 1; i < w->count; i++)
        if (!strcmp(w->items[i - 1], "--plugin") && code_hash(w->items[i], &hash, err))
            return -1;
    out->code_hash = hash;
    return 0;
}

bool sides_are_identical(const struct duel_side *a, const struct duel_side *b)
{
    if (a->code_hash != b->code_hash)
        return false;
    size_t i = 1;
    for (; a->argv[i] && b->argv[i]; i++)
        if (strcmp(a->argv[i], b->argv[i]) && strcmp(a->argv[i - 1], "--plugin"))
            return false;
    return !a->argv[i] && !b->argv[i];
}
