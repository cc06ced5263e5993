#include "bench/page/number.h"

#include "bench/core/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_DIGITS = 2, MOST_DIGITS = 4 };

int number_digits(double center, double lo, double hi)
{
    double half = (hi - lo) / 2, size = fabs(center);
    if (!(size > 0))
        return LEAST_DIGITS;
    if (!(half > 0))
        return MOST_DIGITS;
    /* In doubles: half of the least denormal is 0, and its logarithm no integer. */
    double digits = floor(log10(size)) - floor(log10(half / 2)) + 1;
    return (int)fmin(fmax(digits, LEAST_DIGITS), MOST_DIGITS);
}

/* "~38" is all that can be said. */
static bool is_rough(const struct page_value *v)
{
    return v->n < 2 || v->hi - v->lo > fabs(v->center);
}

/* 312.4 with 2 digits is 310: digits before the point deserve no more than those behind it. */
static double round_to(double value, int digits)
{
    if (!(fabs(value) > 0))
        return 0;
    double scale = pow(10, digits - 1 - floor(log10(fabs(value))));
    return scale < 1 ? round(value * scale) / scale : value;
}

/* What units_format() will divide by, where that is no power of ten: round what is shown. */
static double binary_factor(double value, const char *unit)
{
    double factor = 1;
    if (!strcmp(unit, "bytes"))
        while (factor < 1073741824.0 && fabs(value) >= factor * 1024)
            factor *= 1024;
    return factor;
}

static void split(struct number *out, const char *rough, const char *text)
{
    const char *blank = strchr(text, ' ');
    int length = blank ? (int)(blank - text) : (int)strlen(text);
    snprintf(out->text, sizeof out->text, "%s%.*s", rough, length, text);
    snprintf(out->unit, sizeof out->unit, "%s", blank ? blank + 1 : "");
}

static void format(struct number *out, const char *rough, double value, const char *unit,
                   int digits)
{
    char text[48];
    double factor = binary_factor(value, unit);
    double rounded = round_to(value / factor, digits) * factor;
    if (!strcmp(unit, "ratio") && value > 0 && value < 0.0005) {
        snprintf(text, sizeof text, "<0.001");
        rough = "";
    } else
        units_format(text, sizeof text, rounded, unit, digits);
    split(out, rough, text);
}

/* All samples are equal: the value itself, "1" and not "1.000". */
static bool is_whole(const struct page_value *v, const char *unit)
{
    bool is_plain = !strcmp(unit, "ratio") || !strcmp(unit, "count");
    return is_plain && v->n > 1 && !(v->hi > v->lo) && fabs(v->center) < 1000 &&
           !(fabs(v->center - round(v->center)) > 0);
}

void number_of_value(struct number *out, const struct page_value *v, const char *unit,
                     bool is_exact)
{
    if (is_whole(v, unit)) {
        *out = (struct number){0};
        snprintf(out->text, sizeof out->text, "%.0f", v->center);
        return;
    }
    bool rough = !is_exact && is_rough(v);
    int digits = is_exact ? MOST_DIGITS
                 : rough  ? LEAST_DIGITS
                          : number_digits(v->center, v->lo, v->hi);
    format(out, rough && fabs(v->center) > 0 ? "~" : "", v->center, unit, digits);
}

void number_of_quotient(struct number *out, const struct page_value *r)
{
    *out = (struct number){.text = "~"};
    bool is_bounded = !isnan(r->lo), is_sure = r->level > 0;
    if (isnan(r->center) || (is_bounded && is_sure && r->lo <= 1 && r->hi >= 1))
        return;
    bool rough = !is_bounded || !is_sure || r->hi - r->lo > r->center;
    int digits = rough ? LEAST_DIGITS : number_digits(r->center, r->lo, r->hi);
    digits = digits > 3 ? 3 : digits;
    struct number plain;
    /* "1/590" is read more easily than "0.00169x"; neither has a unit in a column of its own. */
    if (r->center > 0 && r->center < 0.01) {
        format(&plain, "", 1 / r->center, "count", digits);
        snprintf(out->text, sizeof out->text, "%s1/%.16s%.2s", rough ? "~" : "", plain.text,
                 plain.unit);
        return;
    }
    format(&plain, rough ? "~" : "", r->center, "count", digits);
    snprintf(out->text, sizeof out->text, "%.20s%.2sx", plain.text, plain.unit);
}

void number_of_digits(struct number *out, double value, const char *unit, int digits)
{
    char text[48];
    split(out, "", units_format(text, sizeof text, value, unit, digits));
}

char *number_text(char *out, size_t size, const struct number *n)
{
    snprintf(out, size, "%s%s%s", n->text, n->unit[0] ? " " : "", n->unit);
    return out;
}
