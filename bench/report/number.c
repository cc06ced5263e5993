#include "bench/report/number.h"

#include "bench/core/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_DIGITS = 2, MOST_DIGITS = 4 };

#define FEW_WIDER 1.5

int number_digits(double center, double lo, double hi)
{
    double half = (hi - lo) / 2, size = fabs(center);
    if (!(size > 0))
        return LEAST_DIGITS;
    if (!(half > 0))
        return MOST_DIGITS;
    int last = (int)floor(log10(half / 2)), first = (int)floor(log10(size));
    int digits = first - last + 1;
    return digits < LEAST_DIGITS ? LEAST_DIGITS : digits > MOST_DIGITS ? MOST_DIGITS : digits;
}

bool number_is_rough(const struct summary *s)
{
    return s->n < 2 || s->hi - s->lo > fabs(s->center);
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
static bool is_whole(const struct summary *s, const char *unit)
{
    bool is_plain = !strcmp(unit, "ratio") || !strcmp(unit, "count");
    return is_plain && s->n > 1 && !(s->hi > s->lo) && fabs(s->center) < 1000 &&
           !(fabs(s->center - round(s->center)) > 0);
}

void number_of_summary(struct number *out, const struct summary *s, const char *unit,
                       const char *nature)
{
    if (is_whole(s, unit)) {
        *out = (struct number){0};
        snprintf(out->text, sizeof out->text, "%.0f", s->center);
        return;
    }
    bool is_exact = !strcmp(nature, "exact"), is_rough = !is_exact && number_is_rough(s);
    int digits = is_exact   ? MOST_DIGITS
                 : is_rough ? LEAST_DIGITS
                            : number_digits(s->center, s->lo, s->hi);
    format(out, is_rough && fabs(s->center) > 0 ? "~" : "", s->center, unit, digits);
}

/*
 * Whether no difference can be told.  Of a few samples the whole range is the interval, and its
 * level below what tables ask for: of equal pairs of three, one in ten has a ratio whose interval
 * leaves 1 out.  Made wider by half as much again it is fewer than one in twenty (tests).
 */
static bool may_be_one(const struct ratio *r)
{
    double lo = r->lo, hi = r->hi;
    if (r->level < SUMMARY_LEVEL && lo > 0) {
        lo = r->center * pow(lo / r->center, FEW_WIDER);
        hi = r->center * pow(hi / r->center, FEW_WIDER);
    }
    return lo <= 1 && hi >= 1;
}

void number_of_ratio(struct number *out, const struct ratio *r)
{
    *out = (struct number){.text = "~"};
    bool is_bounded = !isnan(r->lo), is_sure = r->level > 0;
    if (isnan(r->center) || (is_bounded && is_sure && may_be_one(r)))
        return;
    bool is_rough = !is_bounded || r->level < SUMMARY_LEVEL || r->hi - r->lo > r->center;
    int digits = is_rough ? LEAST_DIGITS : number_digits(r->center, r->lo, r->hi);
    digits = digits > 3 ? 3 : digits;
    struct number plain;
    /* "1/590" is read more easily than "0.00169x"; neither has a unit in a column of its own. */
    if (r->center > 0 && r->center < 0.01) {
        format(&plain, "", 1 / r->center, "count", digits);
        snprintf(out->text, sizeof out->text, "%s1/%.16s%.2s", is_rough ? "~" : "", plain.text,
                 plain.unit);
        return;
    }
    format(&plain, is_rough ? "~" : "", r->center, "count", digits);
    snprintf(out->text, sizeof out->text, "%.20s%.2sx", plain.text, plain.unit);
}

char *number_text(char *out, size_t size, const struct number *n)
{
    snprintf(out, size, "%s%s%s", n->text, n->unit[0] ? " " : "", n->unit);
    return out;
}
