#include "bench/exchange/import/text.h"

#include "bench/base/json.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a bare NaN becomes; no program calls anything so. */
static const char mark[] = "\"?\"";

bool import_is_not_finite(const json_t *value)
{
    return json_is_string(value) && !strcmp(json_string_value(value), "?");
}

/* The length of a bare NaN or Infinity at `at`, with its sign; 0: there is none. */
static size_t not_finite_at(const char *at, const char *end)
{
    static const char *const words[] = {"NaN", "nan", "Infinity", "infinity", "inf", "Inf"};
    size_t sign = *at == '-';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        const char *behind = at + sign + length;
        if (behind <= end && !memcmp(at + sign, words[i], length) &&
            (behind == end || !isalnum((unsigned char)*behind)))
            return sign + length;
    }
    return 0;
}

static void add_mark(struct buf *out, size_t length)
{
    buf_add(out, mark);
    buf_pad(out, length - strlen(mark));
}

/* Larger than any double (1e999), which matters no more than Infinity does. */
static bool is_too_big(const char *at, size_t length)
{
    enum { SURELY_FITS = 300 };
    bool may_be = length > SURELY_FITS || memchr(at, 'e', length) || memchr(at, 'E', length);
    char *text = may_be ? strndup(at, length) : NULL, *end = text;
    bool is_big = text && isinf(strtod(text, &end)) && !*end;
    free(text);
    return is_big;
}

/* 12345678901234567890 as 1.234567890123456e19, in as many characters. */
static void add_number(struct buf *out, const char *at, size_t length)
{
    enum { SURELY_64_BITS = 18 };
    size_t sign = *at == '-', digits = length - sign;
    char tail[24];
    if (is_too_big(at, length)) {
        add_mark(out, length);
        return;
    }
    int tail_length = snprintf(tail, sizeof tail, "e%zu", digits - 1);
    for (size_t i = sign; i < length; i++)
        if (!isdigit((unsigned char)at[i]))
            digits = 0;
    if (digits <= SURELY_64_BITS || tail_length < 0) {
        buf_add_bytes(out, at, length);
        return;
    }
    buf_add_bytes(out, at, sign + 1);
    buf_add(out, ".");
    buf_add_bytes(out, at + sign + 1, digits - 2 - (size_t)tail_length);
    buf_add(out, tail);
}

static size_t string_at(const char *at, const char *end)
{
    const char *p = at + 1;
    while (p < end && *p != '"')
        p += *p == '\\' && p + 1 < end ? 2 : 1;
    return (size_t)((p < end ? p + 1 : end) - at);
}

int import_prepare(const char *name, const char *text, size_t length, struct buf *out,
                   struct err *err)
{
    const char *at = text + json_mark(text, length), *end = text + length;
    const char *what = json_is_none(at, (size_t)(end - at));
    if (what)
        return err_set(err, ERR_INPUT, "%s: %s", name, what);
    while (at < end) {
        size_t taken = 0;
        if (*at == '"') {
            taken = string_at(at, end);
            buf_add_bytes(out, at, taken);
        } else if ((taken = not_finite_at(at, end)) > 0) {
            add_mark(out, taken);
        } else if (isdigit((unsigned char)*at) || *at == '-') {
            taken = 1;
            while (at + taken < end && (isalnum((unsigned char)at[taken]) || at[taken] == '.' ||
                                        at[taken] == '+' || at[taken] == '-'))
                taken++;
            add_number(out, at, taken);
        } else {
            taken = 1;
            while (at + taken < end && at[taken] != '"' && at[taken] != '-' &&
                   !isalnum((unsigned char)at[taken]))
                taken++;
            /* true, false, null: letters of no number. */
            while (isalpha((unsigned char)*at) && at + taken < end &&
                   isalpha((unsigned char)at[taken]))
                taken++;
            buf_add_bytes(out, at, taken);
        }
        at += taken;
    }
    return out->failed ? err_set(err, ERR_SYSTEM, "%s: out of memory", name) : 0;
}
