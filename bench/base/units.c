#include "bench/base/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scale {
    const char *unit;   /* base unit this row belongs to */
    const char *suffix; /* as typed and printed */
    double factor;      /* how many base units one of these is */
    int print;          /* 0: understood when read, never printed */
};

static const struct scale scales[] = {
    {"ns", "ns", 1, 1},          {"ns", "us", 1e3, 1},           {"ns", "ms", 1e6, 1},
    {"ns", "s", 1e9, 1},         {"ns", "min", 60e9, 0},         {"bytes", "B", 1, 1},
    {"bytes", "KiB", 1024.0, 1}, {"bytes", "MiB", 1048576.0, 1}, {"bytes", "GiB", 1073741824.0, 1},
    {"bytes", "kB", 1e3, 0},     {"bytes", "MB", 1e6, 0},        {"bytes", "GB", 1e9, 0},
    {"count", "", 1, 1},         {"count", "k", 1e3, 1},         {"count", "M", 1e6, 1},
    {"count", "G", 1e9, 1},      {"per_s", "/s", 1, 1},          {"per_s", "k/s", 1e3, 1},
    {"per_s", "M/s", 1e6, 1},    {"per_s", "G/s", 1e9, 1},       {"hz", "Hz", 1, 1},
    {"hz", "kHz", 1e3, 1},       {"hz", "MHz", 1e6, 1},          {"hz", "GHz", 1e9, 1},
};

#define SCALE_COUNT (sizeof scales / sizeof scales[0])

static const struct scale *scale_find(const char *unit, const char *suffix)
{
    for (size_t i = 0; i < SCALE_COUNT; i++)
        if (!strcmp(scales[i].unit, unit) && !strcmp(scales[i].suffix, suffix))
            return &scales[i];
    return NULL;
}

/* "ns, us, ms, s, min" for the error text. */
static void suffix_list(const char *unit, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < SCALE_COUNT && used < size; i++)
        if (!strcmp(scales[i].unit, unit) && scales[i].suffix[0])
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
                                     scales[i].suffix);
}

/* Copies the number part without underscores; returns where the suffix begins, NULL if none. */
static const char *split_number(const char *text, char *number, size_t size)
{
    size_t n = 0;
    const char *p = text;
    if (*p == '-' || *p == '+')
        number[n++] = *p++;
    const char *digits = p;
    while (isdigit((unsigned char)*p) || *p == '.' || (*p == '_' && p > digits)) {
        if (*p != '_') {
            if (n + 2 >= size)
                return NULL;
            number[n++] = *p;
        }
        p++;
    }
    number[n] = '\0';
    return p == digits ? NULL : p;
}

int units_parse(const char *what, const char *text, const char *unit, int64_t min, int64_t max,
                int64_t *out, struct err *err)
{
    char low[32], high[32], number[64];
    units_format_exact(low, sizeof low, min, unit);
    units_format_exact(high, sizeof high, max, unit);
    const char *suffix = split_number(text, number, sizeof number);
    if (!suffix)
        return err_set(err, ERR_USAGE, "%s: \"%s\" is not a number (%s to %s)", what, text, low,
                       high);
    while (*suffix == ' ')
        suffix++;
    const struct scale *scale = *suffix ? scale_find(unit, suffix) : NULL;
    if (*suffix && !scale) {
        char list[96];
        suffix_list(unit, list, sizeof list);
        return err_set(err, ERR_USAGE, "%s: \"%s\" has an unknown unit \"%s\" (%s)", what, text,
                       suffix, list[0] ? list : "a plain number");
    }
    /* Who types "5" thinks of seconds.  0 is the same in all units. */
    if (!scale && !strcmp(unit, "ns") && strspn(number, "+-0.") != strlen(number)) {
        char list[96];
        suffix_list(unit, list, sizeof list);
        return err_set(err, ERR_USAGE, "%s: \"%s\" needs a unit (%s)", what, text, list);
    }
    double factor = scale ? scale->factor : 1;
    /* Without a fraction the arithmetic is whole: exact beyond 2^53, and overflow is noticed. */
    if (!strchr(number, '.')) {
        errno = 0;
        long long whole = strtoll(number, NULL, 10);
        bool beyond = errno == ERANGE || __builtin_mul_overflow(whole, (int64_t)factor, &whole);
        if ((beyond && number[0] != '-') || (!beyond && whole > max))
            return err_set(err, ERR_USAGE, "%s: \"%s\" is too large (%s to %s)", what, text, low,
                           high);
        if (beyond || whole < min)
            return err_set(err, ERR_USAGE, "%s: \"%s\" is too small (%s to %s)", what, text, low,
                           high);
        *out = whole;
        return 0;
    }
    char *end = NULL;
    double value = strtod(number, &end) * factor;
    if (!end || *end || end == number)
        return err_set(err, ERR_USAGE, "%s: \"%s\" is not a number (%s to %s)", what, text, low,
                       high);
    /* (double)INT64_MAX is 2^63, one more than there is. */
    if (value > (double)max || value >= 0x1p63)
        return err_set(err, ERR_USAGE, "%s: \"%s\" is too large (%s to %s)", what, text, low, high);
    if (value < (double)min)
        return err_set(err, ERR_USAGE, "%s: \"%s\" is too small (%s to %s)", what, text, low, high);
    if (isnan(value) || value != (double)(int64_t)value)
        return err_set(err, ERR_USAGE, "%s: \"%s\" is not a whole number of %s", what, text,
                       !strcmp(unit, "count") ? "units" : unit);
    *out = (int64_t)value;
    return 0;
}

int units_parse_ratio(const char *what, const char *text, double min, double max, double *out,
                      struct err *err)
{
    char *end = NULL;
    errno = 0;
    double value = strtod(text, &end);
    /* strtod() reads hexadecimal numbers as well, and passes over blanks. */
    bool is_plain = strspn(text, "+-.0123456789eE") >= (size_t)(end - text);
    if (end == text || !is_plain || errno == ERANGE || !isfinite(value))
        return err_set(err, ERR_USAGE, "%s: \"%s\" is not a number (%g%% to %g%%)", what, text,
                       min * 100, max * 100);
    while (*end == ' ')
        end++;
    if (*end == '%') {
        value /= 100;
        end++;
    }
    if (*end)
        return err_set(err, ERR_USAGE, "%s: \"%s\" is not a ratio such as 3%% or 0.03", what, text);
    if (value < min || value > max)
        return err_set(err, ERR_USAGE, "%s: \"%s\" is out of range (%g%% to %g%%)", what, text,
                       min * 100, max * 100);
    *out = value;
    return 0;
}

/* A number rounded to a count of significant digits, in decimal, by printf(): what pow() and
 * log10() make of it is off by one place at the powers of ten. */
struct decimal {
    double value;
    int exponent; /* of its first digit, after rounding: 999.6 with 3 digits has 3 */
};

static struct decimal decimal_of(double value, int digits)
{
    char text[48];
    /* A half goes away from 0, as people do it. */
    value *= 1 + 0x1p-52;
    snprintf(text, sizeof text, "%.*e", (digits < 1 ? 1 : digits > 17 ? 17 : digits) - 1, value);
    const char *e = strchr(text, 'e');
    return (struct decimal){strtod(text, NULL), e ? atoi(e + 1) : 0};
}

char *units_format(char *out, size_t size, double value, const char *unit, int digits)
{
    /* Beyond the largest unit digits say nothing any more: 1e308 has 309 of them. */
    enum { PLACES_MAX = 5, PLAIN_MOST = 15 };
    if (!isfinite(value)) {
        snprintf(out, size, "-");
        return out;
    }
    const struct scale *best = NULL;
    bool is_zero = !(fabs(value) > 0);
    /* Where units are powers of ten, before dividing: 100350 ns is no less than 100.35 us. */
    if (strcmp(unit, "bytes"))
        value = decimal_of(value, digits).value;
    for (size_t i = 0; i < SCALE_COUNT; i++) {
        if (strcmp(scales[i].unit, unit) || !scales[i].print || (best && is_zero))
            continue;
        /* What rounds to 1 of the next scale is not to be printed as 1000 of this one. */
        if (!best || decimal_of(value / scales[i].factor, digits).exponent >= 0)
            best = &scales[i];
    }
    struct decimal d = decimal_of(best ? value / best->factor : value, digits);
    int after = digits - 1 - d.exponent;
    const char *blank = best && best->suffix[0] ? " " : "", *suffix = best ? best->suffix : "";
    if (is_zero)
        snprintf(out, size, "0%s%s", blank, suffix);
    else if (after - digits >= PLACES_MAX || d.exponent >= PLAIN_MOST)
        snprintf(out, size, "%.*e%s%s", digits - 1, d.value, blank, suffix);
    else
        snprintf(out, size, "%.*f%s%s", after > 0 ? after : 0, d.value, blank, suffix);
    return out;
}

double units_factor(const char *unit, const char *suffix)
{
    const struct scale *s = scale_find(unit, suffix);
    return s ? s->factor : 1;
}

char *units_format_exact(char *out, size_t size, int64_t value, const char *unit)
{
    const struct scale *best = NULL;
    for (size_t i = 0; i < SCALE_COUNT; i++) {
        if (strcmp(scales[i].unit, unit) || !scales[i].print || !strcmp(unit, "count"))
            continue;
        int64_t factor = (int64_t)scales[i].factor;
        if (!best || (value != 0 && value % factor == 0))
            best = &scales[i];
    }
    long long shown = best ? value / (int64_t)best->factor : value;
    snprintf(out, size, "%lld%s", shown, best ? best->suffix : "");
    return out;
}
