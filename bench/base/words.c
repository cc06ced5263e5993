#include "bench/base/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool ends_in(const char *word, const char *end)
{
    size_t length = strlen(word), tail = strlen(end);
    return length >= tail && !strcmp(word + length - tail, end);
}

char *words_many(char *out, size_t size, size_t n, const char *one)
{
    static const char *const hissing[] = {"s", "x", "z", "ch", "sh"};
    size_t length = strlen(one);
    const char *ending = "s";
    for (size_t i = 0; i < sizeof hissing / sizeof *hissing; i++)
        if (ends_in(one, hissing[i]))
            ending = "es";
    bool is_y = length > 1 && one[length - 1] == 'y' && !strchr("aeiou", one[length - 2]);
    /* These are both one and many. */
    bool is_same = ends_in(one, "series");
    if (n == 1 || is_same)
        snprintf(out, size, "%s", one);
    else if (is_y)
        snprintf(out, size, "%.*sies", (int)length - 1, one);
    else
        snprintf(out, size, "%s%s", one, ending);
    return out;
}

char *words_count(char *out, size_t size, size_t n, const char *one)
{
    char word[64];
    snprintf(out, size, "%zu %s", n, words_many(word, sizeof word, n, one));
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
