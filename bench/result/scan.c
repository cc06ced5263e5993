#include "bench/result/scan.h"

#include <float.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 64 };

static void pass_blanks(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

bool scan_sees(struct scan *s, char c)
{
    pass_blanks(s);
    return s->at < s->end && *s->at == c;
}

bool scan_take(struct scan *s, char c)
{
    if (!scan_sees(s, c))
        return false;
    s->at++;
    return true;
}

bool scan_string(struct scan *s, struct span *out)
{
    if (!scan_take(s, '"'))
        return false;
    out->text = s->at;
    for (; s->at < s->end; s->at++)
        if (*s->at == '\\') {
            if (++s->at == s->end)
                return false;
        } else if (*s->at == '"') {
            out->length = (size_t)(s->at++ - out->text);
            return true;
        }
    return false;
}

static bool is_digit(const struct scan *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

/* Nineteen digits fit into 64 bits; of more the mantissa is wrong, and strtod() decides. */
enum { DIGITS_MAX = 19 };

struct decimal {
    uint64_t mantissa;
    long digits;   /* leading zeros of a fraction are among them */
    long exponent; /* of ten */
};

static inline void gather(struct scan *s, struct decimal *d)
{
    const char *at = s->at;
    uint64_t mantissa = d->mantissa;
    for (; at < s->end && (unsigned char)(*at - '0') < 10; at++)
        mantissa = mantissa * 10 + (uint64_t)(*at - '0');
    d->digits += at - s->at;
    d->mantissa = mantissa;
    s->at = at;
}

/*
 * With both the mantissa and the power of ten held exactly, one division or multiplication rounds
 * once (Clinger, "How to read floating point numbers accurately", PLDI 1990).  A long double of 64
 * bits holds 19 digits and 10^27; its result is off by less than 2^-63, so where both neighbours
 * round to one double, that is the nearest.  False: it cannot be told this way.
 */
static bool convert(const struct decimal *d, double *out)
{
    static const long double powers[] = {
        1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,  1e10L, 1e11L,
        1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L,
    };
    if (d->digits > DIGITS_MAX || d->exponent < -22 || d->exponent > 22)
        return false;
    long shift = d->exponent < 0 ? -d->exponent : d->exponent;
    if (d->mantissa <= UINT64_C(1) << 53) {
        double value = (double)d->mantissa, power = (double)powers[shift];
        *out = d->exponent < 0 ? value / power : value * power;
        return true;
    }
    if (LDBL_MANT_DIG < 64)
        return false;
    long double value = (long double)d->mantissa;
    value = d->exponent < 0 ? value / powers[shift] : value * powers[shift];
    *out = (double)(value + value * 0x1p-62L);
    double below = (double)(value - value * 0x1p-62L);
    return !(*out > below);
}

static bool take_exponent(struct scan *s, struct decimal *d)
{
    if (s->at == s->end || (*s->at != 'e' && *s->at != 'E'))
        return true;
    s->at++;
    int sign = 1, value = 0;
    if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
        sign = *s->at++ == '-' ? -1 : 1;
    if (!is_digit(s))
        return false;
    for (; is_digit(s); s->at++)
        value = value < 1000 ? value * 10 + (*s->at - '0') : value;
    d->exponent += sign * value;
    return true;
}

/* The text is not terminated, and may be the last of the file. */
static bool convert_slowly(const char *from, size_t length, double *out)
{
    char copy[NUMBER_MAX];
    if (length >= sizeof copy)
        return false;
    memcpy(copy, from, length);
    copy[length] = '\0';
    *out = strtod(copy, NULL);
    return *out - *out == 0; /* finite: jansson refuses what is not */
}

bool scan_number(struct scan *s, double *out)
{
    pass_blanks(s);
    const char *from = s->at;
    struct decimal d = {0};
    bool is_negative = s->at < s->end && *s->at == '-';
    s->at += is_negative;
    if (!is_digit(s))
        return false;
    if (*s->at == '0')
        s->at++;
    else
        gather(s, &d);
    if (is_digit(s))
        return false;
    bool is_whole = true;
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        is_whole = false;
        if (!is_digit(s))
            return false;
        long before_point = d.digits;
        gather(s, &d);
        d.exponent = before_point - d.digits;
    }
    const char *before = s->at;
    if (!take_exponent(s, &d))
        return false;
    /* jansson holds whole numbers in 64 bits and says so of one that is too big. */
    if (is_whole && before == s->at && d.digits >= DIGITS_MAX)
        return false;
    if (!convert(&d, out))
        return convert_slowly(from, (size_t)(s->at - from), out);
    *out = is_negative ? -*out : *out;
    return true;
}

/* A number, true, null: up to what cannot belong to it. */
static void pass_word(struct scan *s)
{
    static const bool ends[256] = {
        [' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true, [','] = true, [':'] = true,
        ['{'] = true, ['}'] = true,  ['['] = true,  [']'] = true,  ['"'] = true};
    do
        s->at++;
    while (s->at < s->end && !ends[(unsigned char)*s->at]);
}

/* Delimits: quotes and brackets are matched, nothing else is looked at. */
bool scan_skip(struct scan *s, struct span *out)
{
    struct span text;
    char open[SCAN_DEPTH_MAX];
    size_t depth = 0;
    pass_blanks(s);
    out->text = s->at;
    do {
        pass_blanks(s);
        if (s->at == s->end)
            return false;
        char c = *s->at;
        if (c == '"') {
            if (!scan_string(s, &text))
                return false;
        } else if (c == '{' || c == '[') {
            if (depth == SCAN_DEPTH_MAX)
                return false;
            open[depth++] = c == '{' ? '}' : ']';
            s->at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0 || open[--depth] != c)
                return false;
            s->at++;
        } else if (c == ',' || c == ':') {
            if (depth == 0)
                return false;
            s->at++;
        } else {
            pass_word(s);
        }
    } while (depth > 0);
    out->length = (size_t)(s->at - out->text);
    return out->length > 0;
}

bool scan_item(struct scan *s, bool *first, bool *ok)
{
    *ok = true;
    if (*first && scan_take(s, ']'))
        return false;
    if (*first) {
        *first = false;
        return true;
    }
    if (scan_take(s, ','))
        return true;
    *ok = scan_take(s, ']');
    return false;
}

bool scan_member(struct scan *s, bool *first, struct span *key, bool *ok)
{
    *ok = true;
    if (*first ? scan_take(s, '}') : !scan_take(s, ',')) {
        *ok = *first || scan_take(s, '}');
        return false;
    }
    *first = false;
    *ok = scan_string(s, key) && scan_take(s, ':');
    return *ok;
}

bool scan_numbers(struct scan *s, bool (*take)(void *to, double value), void *to)
{
    bool first = true, ok = scan_take(s, '[');
    while (ok && scan_item(s, &first, &ok)) {
        double value;
        ok = scan_number(s, &value) && take(to, value);
    }
    return ok;
}
