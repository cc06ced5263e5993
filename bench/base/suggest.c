#include "bench/base/suggest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 64, LISTED = 12 };

/* Levenshtein distance (1966), one row at a time. Names longer than LONGEST are never near. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t la = strlen(a), lb = strlen(b);
    if (la > LONGEST || lb > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[lb];
}

const char *suggest(const char *typed, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t limit = (strlen(typed) + 2) / 3 > 2 ? (strlen(typed) + 2) / 3 : 2;
    size_t least = limit + 1;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(typed, names[i]);
        if (d < least) {
            least = d;
            nearest = names[i];
        }
    }
    return nearest;
}

void suggest_words(struct buf *out, const char *near, const char *const *names, size_t count)
{
    if (near)
        buf_printf(out, "; did you mean %s?", near);
    buf_add(out, count ? " (" : "");
    suggest_list(out, names, count);
    buf_add(out, count ? ")" : "");
}

void suggest_list(struct buf *out, const char *const *names, size_t count)
{
    size_t shown = count > LISTED ? LISTED : count;
    for (size_t i = 0; i < shown; i++)
        buf_printf(out, "%s%s", i ? ", " : "", names[i]);
    if (count > shown)
        buf_printf(out, " and %zu more", count - shown);
}

int suggest_unknown(const char *what, const char *typed, const char *const *names, size_t count,
                    struct err *err)
{
    struct buf words = {0};
    suggest_words(&words, suggest(typed, names, count), names, count);
    err_set(err, ERR_USAGE, "%s: \"%s\" is unknown%s", what, typed, buf_text(&words));
    buf_release(&words);
    return -1;
}
