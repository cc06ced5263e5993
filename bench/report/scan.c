#include "bench/report/scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64, NUMBER_MAX = 64 };

static void pass_blanks(struct scan *s)
{
    while (s->at < s->end &&
           (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
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

/* Digits are gathered while they fit into 64 bits; `digits` counts all but leading zeros. */
struct decimal {
    uint64_t mantissa;
    int digits;
    int exponent; /* of ten */
};

static void gather(struct scan *s, struct decimal *d, int shift)
{
    for (; is_digit(s); s->at++) {
        d->mantissa = d->mantissa * 10 + (uint64_t)(*s->at - '0');
        d->digits += d->mantissa > 0;
        d->exponent -= shift;
        if (d->digits > 18) /* beyond any exact double: strtod() decides */
            d->mantissa = 1;
    }
}

/*
 * Exact when the mantissa and the power of ten both are doubles: one rounding, by the division or
 * multiplication (Clinger, "How to read floating point numbers accurately", PLDI 1990).
 */
static bool is_exact(const struct decimal *d)
{
    return d->digits <= 18 && d->mantissa <= UINT64_C(1) << 53 && d->exponent >= -22 &&
           d->exponent <= 22;
}

static double exact(const struct decimal *d)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double value = (double)d->mantissa;
    return d->exponent < 0 ? value / powers[-d->exponent] : value * powers[d->exponent];
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
        gather(s, &d, 0);
    if (is_digit(s))
        return false;
    bool is_whole = true;
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        is_whole = false;
        if (!is_digit(s))
            return false;
        gather(s, &d, 1);
    }
    const char *before = s->at;
    if (!take_exponent(s, &d))
        return false;
    /* jansson holds whole numbers in 64 bits and says so of one that is too big. */
    if (is_whole && before == s->at && d.digits > 18)
        return false;
    if (!is_exact(&d))
        return convert_slowly(from, (size_t)(s->at - from), out);
    *out = is_negative ? -exact(&d) : exact(&d);
    return true;
}

/* A number, true, null: up to what cannot belong to it. */
static void pass_word(struct scan *s)
{
    static const bool ends[256] = {[' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true,
                                   [','] = true, [':'] = true,  ['{'] = true,  ['}'] = true,
                                   ['['] = true, [']'] = true,  ['"'] = true};
    do
        s->at++;
    while (s->at < s->end && !ends[(unsigned char)*s->at]);
}

/* Delimits: quotes and brackets are matched, nothing else is looked at. */
bool scan_skip(struct scan *s, struct span *out)
{
    struct span text;
    char open[DEPTH_MAX];
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
            if (depth == DEPTH_MAX)
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

bool span_is(struct span s, const char *text)
{
    return s.length == strlen(text) && !memcmp(s.text, text, s.length);
}
