#include "bench/judge/claims/claims.h"

#include "bench/base/name_list.h"
#include "bench/base/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIM(name) extern const struct claim claim_##name;
#include "bench/judge/claims/textbook/claims.def"
#undef CLAIM

static const struct claim *const claims[] = {
#define CLAIM(name) &claim_##name,
#include "bench/judge/claims/textbook/claims.def"
#undef CLAIM
    NULL,
};

_Static_assert(sizeof claims / sizeof *claims <= CLAIMS_MAX, "room for every claim");

const struct claim *claim_at(size_t i)
{
    return i < sizeof claims / sizeof *claims ? claims[i] : NULL;
}

const struct claim *claim_find(const char *word, struct err *err)
{
    const char *names[CLAIMS_MAX], *near;
    size_t count = 0;
    char *end;
    long number = strtol(word, &end, 10);
    bool is_number = isdigit((unsigned char)*word) && !*end;
    for (; claims[count]; count++) {
        if (is_number ? claims[count]->number == number : !strcmp(claims[count]->name, word))
            return claims[count];
        names[count] = claims[count]->name;
    }
    near = is_number ? NULL : suggest(word, names, count);
    err_set(err, ERR_USAGE, "unknown claim \"%s\"%s%s%s", word, near ? "; did you mean \"" : "",
            near ? near : "; \"contend claims --list\" names them", near ? "\"?" : "");
    return NULL;
}

static int choose_words(bool *is_chosen, const char *words, struct err *err)
{
    if (name_list_check("--only", words, err))
        return -1;
    for (const char *p = words;; p++) {
        char word[64];
        size_t length = strcspn(p, ",");
        snprintf(word, sizeof word, "%.*s", (int)length, p);
        const struct claim *c = claim_find(word, err);
        if (!c)
            return -1;
        for (size_t i = 0; claims[i]; i++)
            is_chosen[i] |= claims[i] == c;
        p += length;
        if (!*p)
            return 0;
    }
}

int claims_choose(struct claim_list *out, const struct opt_list *words, struct err *err)
{
    bool is_chosen[CLAIMS_MAX] = {0};
    *out = (struct claim_list){0};
    for (size_t i = 0; i < words->count; i++)
        if (choose_words(is_chosen, words->items[i], err))
            return -1;
    for (size_t i = 0; claims[i]; i++)
        if (words->count == 0 || is_chosen[i])
            out->items[out->count++] = claims[i];
    return 0;
}

size_t claim_part_count(const struct claim *c)
{
    size_t n = 0;
    while (n < CLAIM_PARTS_MAX && c->parts[n].text)
        n++;
    return n;
}
