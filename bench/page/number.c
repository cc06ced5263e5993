#include "bench/page/number.h"

#include "bench/base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_MOST 1e15 /* larger numbers are not written out */

enum { LEAST_DIGITS = 2, MOST_DIGITS = 4, RATIO_DIGITS = 3, DOUBLE_DIGITS = 17 };

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

int number_decimals(double half_width)
{
    enum { DECIMALS_MOST = 2 };
    if (!(half_width > 0) || !isfinite(half_width))
        return DECIMALS_MOST;
    double last = floor(log10(half_width / 2));
    return last >= 0 ? 0 : last > -DECIMALS_MOST ? (int)-last : DECIMALS_MOST;
}

/* 996 with two digits is 1.0 k, whose last one is hundreds: beside its ends it has one more. */
static int digits_beside_ends(double center, double lo, double hi)
{
    int digits = number_digits(center, lo, hi);
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, fabs(center));
    bool is_carried =
        strtod(text, NULL) > fabs(center) && !strncmp(text + strspn(text, "1.0"), "e", 1);
    return digits + (is_carried && digits < MOST_DIGITS);
}

bool number_is_rough(const struct page_value *v)
{
    if (!(fabs(v->center) > 0))
        return false;
    double low = fabs(v->lo) < fabs(v->hi) ? v->lo : v->hi, high = low == v->lo ? v->hi : v->lo;
    /* A level that no 6 samples reach: a foreign summary need not say how many it had. */
    bool is_known = v->n >= NUMBER_SAMPLES && !(v->level < NUMBER_LEVEL && v->hi > v->lo);
    return !is_known || low * high < 0 || fabs(high) >= NUMBER_FACTOR * fabs(low) * (1 - 1e-12);
}

enum ratio_standing number_standing(const struct page_value *r)
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
static bool is_whole(const struct page_value *v, const char *unit)
{
    bool is_plain = !strcmp(unit, "ratio") || !strcmp(unit, "count");
    return is_plain && v->n > 1 && !(v->hi > v->lo) && fabs(v->center) < 1000 &&
           !(fabs(v->center - round(v->center)) > 0);
}

void number_of_value(struct number *out, const struct page_value *v, const char *unit,
                     bool is_exact, int digits)
{
    if (!digits && is_whole(v, unit)) {
        *out = (struct number){0};
        snprintf(out->text, sizeof out->text, "%.0f", v->center);
        return;
    }
    bool is_rough = !is_exact && number_is_rough(v);
    if (!digits)
        digits = is_exact   ? MOST_DIGITS
                 : is_rough ? LEAST_DIGITS
                            : number_digits(v->center, v->lo, v->hi);
    format(out, is_rough ? "~" : "", v->center, unit, digits);
}

/* "1/590" is read more easily than "0.00169x". */
static bool is_fraction(double quotient)
{
    return quotient > 0 && quotient < 0.01;
}

/* The quotient, or what it is the fraction of. */
static double whole_of(double quotient, bool is_one_by)
{
    return is_one_by ? 1 / quotient : quotient;
}

/*
 * How many digits of a quotient, or of what it is the fraction of, can be told.  Alone it has as
 * few as a factor of a sentence; beside its interval both have what the interval deserves.
 */
static int quotient_digits(const struct page_value *r, bool is_beside_ends)
{
    bool is_one_by = is_fraction(r->center);
    double whole = whole_of(r->center, is_one_by),
           lo = whole_of(is_one_by ? r->hi : r->lo, is_one_by),
           hi = whole_of(is_one_by ? r->lo : r->hi, is_one_by);
    if (is_beside_ends)
        return digits_beside_ends(whole, lo, hi);
    int digits = number_digits(whole, lo, hi);
    return number_standing(r) != RATIO_TOLD ? LEAST_DIGITS
           : digits > RATIO_DIGITS          ? RATIO_DIGITS
                                            : digits;
}

/* "24", "1/590": without a unit in a column of its own. */
static void join(char *out, size_t size, const struct number *plain, bool is_one_by)
{
    snprintf(out, size, "%s%.16s%.2s", is_one_by ? "1/" : "", plain->text, plain->unit);
}

static void add_quotient(struct number *out, const struct page_value *r, int digits)
{
    bool is_one_by = is_fraction(r->center);
    struct number plain;
    char text[24];
    format(&plain, "", whole_of(r->center, is_one_by), "count", digits);
    join(text, sizeof text, &plain, is_one_by);
    *out = (struct number){0};
    snprintf(out->text, sizeof out->text, "%s%.20s%s", number_standing(r) == RATIO_ROUGH ? "~" : "",
             text, is_one_by ? "" : "x");
}

static bool is_bounded(const struct page_value *v)
{
    return isfinite(v->lo) && isfinite(v->hi) && v->level > 0 && v->lo < v->hi;
}

static bool has_ends(const struct page_value *r)
{
    return is_bounded(r) && (!is_fraction(r->center) || r->lo > 0);
}

void number_of_quotient(struct number *out, const struct page_value *r, bool is_beside_ends)
{
    if (number_standing(r) == RATIO_UNTOLD)
        *out = (struct number){.text = "~"};
    else
        add_quotient(out, r, quotient_digits(r, is_beside_ends && has_ends(r)));
}

char *number_ends_of_quotient(char *out, size_t size, const struct page_value *r,
                              const char *between)
{
    bool is_one_by = is_fraction(r->center);
    int digits = quotient_digits(r, true);
    struct number center, end;
    char lo[24], hi[24];
    snprintf(out, size, "%s", "");
    if (!has_ends(r))
        return out;
    format(&center, "", whole_of(r->center, is_one_by), "count", digits);
    number_end(&end, &center, digits, whole_of(r->lo, is_one_by), "count");
    join(lo, sizeof lo, &end, is_one_by);
    number_end(&end, &center, digits, whole_of(r->hi, is_one_by), "count");
    join(hi, sizeof hi, &end, is_one_by);
    snprintf(out, size, "%s%s%s", lo, between, hi);
    return out;
}

void number_beside_ends(struct number *out, const struct page_value *r)
{
    if (has_ends(r))
        add_quotient(out, r, quotient_digits(r, true));
    else
        number_of_quotient(out, r, false);
}

char *number_of_quotient_in_ends(char *out, size_t size, const struct page_value *r)
{
    struct number n;
    char ends[64];
    bool is_known = number_ends_of_quotient(ends, sizeof ends, r, ", ")[0];
    number_beside_ends(&n, r);
    snprintf(out, size, "%s%s%s%s", n.text, is_known ? " [" : "", ends, is_known ? "]" : "");
    return out;
}

void number_of_digits(struct number *out, double value, const char *unit, int digits)
{
    char text[48];
    split(out, "", units_format(text, sizeof text, value, unit, digits));
}

int number_digits_in_ends(const struct page_value *v)
{
    return is_bounded(v) ? digits_beside_ends(v->center, v->lo, v->hi) : 0;
}

int number_digits_of_end(double value, int digits, double end)
{
    double more = floor(log10(fabs(end))) - floor(log10(fabs(value)));
    if (!isfinite(more))
        return digits;
    return more < 1 - digits               ? 1
           : more > DOUBLE_DIGITS - digits ? DOUBLE_DIGITS
                                           : digits + (int)more;
}

/* The place of the last of so many digits of a printed number: 2 is hundredths, -1 tens. */
static int last_place(const char *printed, int digits)
{
    char text[32];
    snprintf(text, sizeof text, "%.*e", DOUBLE_DIGITS - 1,
             strtod(printed + strspn(printed, "~"), NULL));
    return digits - 1 - atoi(strchr(text, 'e') + 1);
}

void number_end(struct number *out, const struct number *n, int digits, double value,
                const char *unit)
{
    double scaled = value / units_factor(unit, n->unit);
    *out = (struct number){0};
    snprintf(out->unit, sizeof out->unit, "%s", n->unit);
    /* 0, "<0.001" and "1.2e-09" have no last place that an end could share. */
    bool has_place = strpbrk(n->text, "123456789") && !strpbrk(n->text, "<e");
    if (!has_place || fabs(scaled) >= PLAIN_MOST) {
        units_format(out->text, sizeof out->text, scaled, "", digits ? digits : LEAST_DIGITS);
        return;
    }
    int places = last_place(n->text, digits);
    double step = places < 0 ? pow(10, -places) : 0;
    snprintf(out->text, sizeof out->text, "%.*f", places > 0 ? places : 0,
             step > 0 ? round(scaled / step) * step : scaled);
    if (out->text[strspn(out->text, "-0.")] == '\0' && out->text[0] == '-')
        memmove(out->text, out->text + 1, strlen(out->text));
}

char *number_text(char *out, size_t size, const struct number *n)
{
    snprintf(out, size, "%s%s%s", n->text, n->unit[0] ? " " : "", n->unit);
    return out;
}
