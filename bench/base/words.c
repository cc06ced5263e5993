#include "bench/base/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool ends_in(const char *word, size_t length, const char *end)
{
    size_t tail = strlen(end);
    return length >= tail && !strncmp(word + length - tail, end, tail);
}

/* What goes behind how much of the word where there are several. */
static const char *ending_of(const char *one, size_t *length)
{
    static const char *const hissing[] = {"s", "x", "z", "ch", "sh"};
    unsigned char last = *length ? (unsigned char)one[*length - 1] : 0;
    if (last >= 128 || ends_in(one, *length, "series")) /* one and many alike */
        return "";
    for (size_t i = 0; i < sizeof hissing / sizeof *hissing; i++)
        if (ends_in(one, *length, hissing[i]))
            return "es";
    if (*length < 2 || last != 'y' || strchr("aeiou", one[*length - 2]))
        return "s";
    --*length;
    return "ies";
}

void words_add_many(struct buf *out, size_t n, const char *one, size_t length)
{
    const char *ending = n == 1 ? "" : ending_of(one, &length);
    buf_add_bytes(out, one, length);
    buf_add(out, ending);
}

char *words_count(char *out, size_t size, size_t n, const char *one)
{
    size_t length = strlen(one);
    const char *ending = n == 1 ? "" : ending_of(one, &length);
    snprintf(out, size, "%zu %.*s%s", n, (int)length, one, ending);
    return out;
}

const char *words_article(const char *word)
{
    size_t length = 0;
    bool has_vowel = false;
    for (; isalpha((unsigned char)word[length]); length++)
        has_vowel |= strchr("aeiouy", tolower((unsigned char)word[length])) != NULL;
    int first = tolower((unsigned char)word[0]), second = length > 1 ? tolower(word[1]) : 0;
    if (!first)
        return "a";
    /* Without a vowel it is said letter by letter: "em", "ess"; "see", "gee". */
    if (length && !has_vowel)
        return strchr("fhlmnrsx", first) ? "an" : "a";
    /* "you vee", "unit"; but "up", "unknown". */
    if (first == 'u')
        return second == 'p' || second == 'l' || (second == 'n' && strncmp(word, "uni", 3)) ? "an"
                                                                                            : "a";
    return strchr("aeio8", first) ? "an" : "a";
}

void words_separate(struct buf *out, size_t i, size_t count)
{
    buf_add(out, i == 0 ? "" : i + 1 == count ? " and " : ", ");
}

void words_add_quoted(struct buf *out, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./=,:@%";
    if (word[0] && word[strspn(word, plain)] == '\0') {
        buf_add(out, word);
        return;
    }
    buf_add(out, "'");
    for (; *word; word++)
        if (*word == '\'')
            buf_add(out, "'\\''");
        else
            buf_add_bytes(out, word, 1);
    buf_add(out, "'");
}
