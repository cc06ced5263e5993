#include "bench/report/number.h"

#include "bench/core/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_DIGITS = 2, MOST_DIGITS = 4, RATIO_DIGITS = 3 };

int number_digits(double center, double lo, double hi)
{
    double half = hi / 2 - lo / 2, size = fabs(center); /* in halves: the sum may be too large */
    if (!(size > 0) || !isfinite(size) || !(half < (double)INFINITY))
        return LEAST_DIGITS;
    if (!(half > 0))
        return MOST_DIGITS;
    /* Not log10(half / 2): half of the smallest number is none. */
    double last = floor(log10(half) - log10(2));
    double digits = floor(log10(size)) - last + 1;
    if (digits < LEAST_DIGITS)
        return LEAST_DIGITS;
    return digits > MOST_DIGITS ? MOST_DIGITS : (int)digits;
}

bool number_is_rough(const struct summary *s)
{
    double low = fabs(s->lo) < fabs(s->hi) ? s->lo : s->hi, high = low == s->lo ? s->hi : s->lo;
    /* A level that no 6 samples reach: a foreign summary need not say how many it had. */
    bool is_known = s->n >= NUMBER_SAMPLES && !(s->level < NUMBER_LEVEL && s->hi > s->lo);
    return !is_known || low * high < 0 || fabs(high) >= NUMBER_FACTOR * fabs(low) * (1 - 1e-12);
}

enum ratio_standing number_ratio_standing(const struct ratio *r)
{
    bool is_bounded = !isnan(r->lo), is_sure = is_bounded && r->level >= NUMBER_RATIO_LEVEL;
    if (isnan(r->center) || (is_bounded && r->level > 0 && r->lo <= 1 && r->hi >= 1))
        return RATIO_UNTOLD;
    /* Two samples of 3 that are alike lie apart in one case of ten. */
    if (!is_sure && r->center < NUMBER_FACTOR && r->center * NUMBER_FACTOR > 1)
        return RATIO_UNTOLD;
    return is_sure && r->hi < NUMBER_FACTOR * r->lo ? RATIO_TOLD : RATIO_ROUGH;
}

char *number_factor(char *out, size_t size, double center, double lo, double hi, bool is_rough)
{
    int digits = is_rough ? LEAST_DIGITS : number_digits(center, lo, hi);
    /* No unit is known by that name: a bare number. */
    return units_format(out, size, center, "", digits > RATIO_DIGITS ? RATIO_DIGITS : digits);
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
    if (!strcmp(unit, "ratio") && value > 0 && value < 0.0005) {
        snprintf(text, sizeof text, "<0.001");
        rough = "";
    } else
        units_format(text, sizeof text, value, unit, digits);
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
    bool is_exact = !strcmp(nature, "exact");
    bool is_rough = !is_exact && fabs(s->center) > 0 && number_is_rough(s);
    int digits = is_exact   ? MOST_DIGITS
                 : is_rough ? LEAST_DIGITS
                            : number_digits(s->center, s->lo, s->hi);
    format(out, is_rough ? "~" : "", s->center, unit, digits);
}

void number_of_ratio(struct number *out, const struct ratio *r)
{
    *out = (struct number){.text = "~"};
    enum ratio_standing standing = number_ratio_standing(r);
    if (standing == RATIO_UNTOLD)
        return;
    bool is_rough = standing == RATIO_ROUGH;
    int digits = is_rough ? LEAST_DIGITS : number_digits(r->center, r->lo, r->hi);
    digits = digits > RATIO_DIGITS ? RATIO_DIGITS : digits;
    struct number plain;
    /* "1/590" is read more easily than "0.00169x"; neither has a unit in a column of its own. */
    if (r->center > 0 && r->center < 0.01) {
        if (!is_rough)
            digits = number_digits(1 / r->center, 1 / r->hi, 1 / r->lo);
        digits = digits > RATIO_DIGITS ? RATIO_DIGITS : digits;
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
