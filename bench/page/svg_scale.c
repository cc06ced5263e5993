#include "bench/page/svg_scale.h"

#include "bench/base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A little room beyond the outermost points, as a share of the whole or (log) as a factor. */
#define ROOM_SHARE       0.04
#define ROOM_FACTOR      1.25
#define FEW_TICKS_FACTOR 4   /* below it powers leave a logarithmic axis without ticks */
#define LEAST_DECADES    0.3 /* of a logarithmic axis: a factor of two */

static bool is_bytes(const struct page_axis *a)
{
    return a->unit && !strcmp(a->unit, "bytes");
}

/* Shares near 1 lie as far apart as their distances to 1 shrink. */
static double tail(double share)
{
    return share < 1 ? -log10(1 - share) : 12;
}

void svg_range_add(struct svg_range *r, const struct page_axis *axis, double value)
{
    if (!isfinite(value) || (axis->scale == PAGE_LOG && value <= 0))
        return;
    r->lo = value < r->lo ? value : r->lo;
    r->hi = value > r->hi ? value : r->hi;
}

/* Ends that a logarithm has, whatever range is asked for. */
static void hold_log(struct svg_scale *s)
{
    const double least = 1e-290, most = 1e290;
    s->from = fmin(fmax(s->from, least), most);
    s->to = fmin(fmax(s->to, s->from), most);
}

static void widen_log(struct svg_scale *s)
{
    hold_log(s);
    s->from /= ROOM_FACTOR;
    s->to *= ROOM_FACTOR;
    double lacking = pow(10, LEAST_DECADES) / (s->to / s->from);
    if (lacking > 1) {
        s->from /= sqrt(lacking);
        s->to *= sqrt(lacking);
    }
}

static void widen_linear(struct svg_scale *s)
{
    double room = ROOM_SHARE * (s->to - s->from);
    if (!(room > 0))
        room = fabs(s->to) > 0 ? fabs(s->to) / 2 : 1;
    /* Zero is an end of its own: nothing lies beyond it. */
    s->from = s->from >= 0 && s->from - room < 0 ? 0 : s->from - room;
    s->to = s->to <= 0 && s->to + room > 0 ? 0 : s->to + room;
    if (!(s->to > s->from))
        s->to = s->from + 1;
}

struct svg_scale svg_scale_of(const struct page_axis *axis, struct svg_range range, double begin,
                              double end)
{
    struct svg_scale s = {.axis = axis, .begin = begin, .end = end};
    bool is_fixed = axis->to > axis->from && (axis->scale != PAGE_LOG || axis->from > 0);
    bool is_empty = !(range.hi >= range.lo);
    s.from = is_empty ? (axis->scale == PAGE_LOG ? 1 : 0) : range.lo;
    s.to = is_empty ? (axis->scale == PAGE_LOG ? 10 : 1) : range.hi;
    if (is_fixed && (is_empty || axis->from <= s.from))
        s.from = axis->from;
    if (is_fixed && (is_empty || axis->to >= s.to))
        s.to = axis->to;
    if (axis->scale == PAGE_LOG)
        widen_log(&s);
    else if (axis->scale == PAGE_LINEAR && !(is_fixed && s.from == axis->from && s.to == axis->to))
        widen_linear(&s);
    return s;
}

static double place(const struct svg_scale *s, double value)
{
    switch (s->axis->scale) {
    case PAGE_LOG:
        return (log(value) - log(s->from)) / (log(s->to) - log(s->from));
    case PAGE_TAIL:
        return (tail(value) - tail(s->from)) / (tail(s->to) - tail(s->from));
    case PAGE_LINEAR:
        break;
    }
    return (value - s->from) / (s->to - s->from);
}

double svg_scale_at(const struct svg_scale *s, double value)
{
    double share = value <= s->from ? 0 : value >= s->to ? 1 : place(s, value);
    return s->begin + (s->end - s->begin) * (isfinite(share) ? share : 0);
}

/* ---- Ticks ------------------------------------------------------------------------------ */

/* As many digits as "256 KiB" has. */
static int bytes_digits(double value)
{
    while (value >= 1024)
        value /= 1024;
    return value < 10 ? 1 + 2 * (value > floor(value)) : value < 100 ? 2 : value < 1000 ? 3 : 4;
}

static bool add_tick(const struct svg_scale *s, double value, int digits, size_t *count,
                     struct svg_tick *ticks)
{
    double slack = 1e-9 * fabs(s->to - s->from);
    if (value < s->from - slack || value > s->to + slack)
        return true;
    if (*count == SVG_TICKS)
        return false;
    struct svg_tick *t = &ticks[(*count)++];
    t->at = svg_scale_at(s, value);
    svg_value(t->text, sizeof t->text, s->axis, value,
              is_bytes(s->axis) ? bytes_digits(value) : digits);
    return true;
}

/* 1, 2 or 5 of a power of ten, or of a power of 1024 times such. */
static double step_of(const struct svg_scale *s, size_t most)
{
    double rough = (s->to - s->from) / (double)(most ? most : 1), unit = 1;
    if (is_bytes(s->axis))
        while (rough / unit >= 1024)
            unit *= 1024;
    if (s->axis->is_percent)
        unit = 0.01;
    double power = pow(10, floor(log10(rough / unit))), share = rough / unit / power;
    double step = unit * power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    bool is_count = !s->axis->unit || !strcmp(s->axis->unit, "count");
    return is_count && step < 1 ? 1 : step;
}

/* How many digits are worth it, from their exponents; a range that no double holds asks for
 * infinitely many. */
static int digits_between(double exponent, double step_exponent, int most)
{
    double digits = exponent - step_exponent + 1;
    return !(digits >= 1) ? 1 : digits > most ? most : (int)digits;
}

static size_t linear_ticks(const struct svg_scale *s, size_t most, struct svg_tick *ticks)
{
    double step = step_of(s, most), largest = fmax(fabs(s->from), fabs(s->to));
    enum { OF_A_DOUBLE = 17 };
    int digits = digits_between(floor(log10(largest)), floor(log10(step)), OF_A_DOUBLE);
    size_t count = 0;
    double first = ceil(s->from / step - 1e-9);
    for (double i = first; i * step <= s->to + 1e-9 * step && count < SVG_TICKS; i++) {
        double value = fabs(i) < 0.5 ? 0 : i * step;
        int own = value == 0 ? 1
                             : digits_between(floor(log10(fabs(value)) + 1e-9),
                                              floor(log10(step) + 1e-9), digits + 1);
        add_tick(s, value, own, &count, ticks);
    }
    return count;
}

/* Powers of `base`, each so many steps apart that no more than `most` are left; multiples of them
   where there are few. */
static size_t log_ticks(const struct svg_scale *s, size_t most, struct svg_tick *ticks)
{
    double base = is_bytes(s->axis) ? 4 : 10;
    if (s->to < FEW_TICKS_FACTOR * s->from)
        return linear_ticks(s, most, ticks);
    double low = floor(log(s->from) / log(base)), high = ceil(log(s->to) / log(base));
    double first = ceil(log(s->from) / log(base) - 1e-9),
           last = floor(log(s->to) / log(base) + 1e-9);
    size_t powers = (size_t)(last - first + 1);
    static const double dense[] = {1, 2, 5}, sparse[] = {1};
    bool is_dense = base == 10 && powers < 3 && most >= 4;
    const double *multiples = is_dense ? dense : sparse;
    size_t multiple_count = is_dense ? 3 : 1, count = 0;
    double stride = ceil((high - low + 1) / (double)(most ? most : 1));
    stride = stride < 1 || is_dense ? 1 : stride;
    /* One number alone is no scale. */
    while (stride > 1 && floor(last / stride) <= ceil(first / stride))
        stride--;
    if (is_bytes(s->axis) && stride > 2)
        stride = 5; /* of 1024 */
    for (double e = ceil(low / stride) * stride; e <= high; e += stride)
        for (size_t m = 0; m < multiple_count; m++)
            add_tick(s, multiples[m] * pow(base, e), 1, &count, ticks);
    return count;
}

static size_t tail_ticks(const struct svg_scale *s, struct svg_tick *ticks)
{
    static const double shares[] = {0, 0.5, 0.9, 0.99, 0.999, 0.9999};
    size_t count = 0;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        if (!add_tick(s, shares[i], 6, &count, ticks) || !count)
            continue;
        if (shares[i] >= s->from && shares[i] <= s->to)
            snprintf(ticks[count - 1].text, sizeof ticks->text, "p%g", 100 * shares[i]);
    }
    return count;
}

size_t svg_scale_ticks(const struct svg_scale *s, size_t most, struct svg_tick ticks[SVG_TICKS])
{
    most = most > SVG_TICKS ? SVG_TICKS : most < 2 ? 2 : most;
    switch (s->axis->scale) {
    case PAGE_LOG:
        return log_ticks(s, most, ticks);
    case PAGE_TAIL:
        return tail_ticks(s, ticks);
    case PAGE_LINEAR:
        break;
    }
    return linear_ticks(s, most, ticks);
}

/* ---- Values ----------------------------------------------------------------------------- */

char *svg_value(char *out, size_t size, const struct page_axis *axis, double value, int digits)
{
    if (axis->is_percent && value > 0 && value < 0.0005)
        snprintf(out, size, "<0.1 %%");
    else if (axis->is_percent)
        snprintf(out, size, "%.*f %%", fabs(value) > 0 && fabs(value) < 0.0095 ? 1 : 0,
                 100 * value);
    else if (value == 0)
        snprintf(out, size, "0");
    else
        units_format(out, size, value, axis->unit ? axis->unit : "count", digits < 1 ? 1 : digits);
    return out;
}

char *svg_place(char *out, size_t size, const struct page_axis *axis, double value, int digits)
{
    enum { WRITTEN_OUT = 1000000 };
    bool is_count = !axis->is_percent && (!axis->unit || !strcmp(axis->unit, "count"));
    bool is_whole = fabs(value) < WRITTEN_OUT && !(fabs(value - round(value)) > 0);
    if (is_count && is_whole)
        snprintf(out, size, "%.0f", value);
    else
        svg_value(out, size, axis, value, digits);
    return out;
}

char *svg_point_value(char *out, size_t size, const struct page_axis *axis,
                      const struct page_point *point)
{
    bool is_rough = point->flags & PAGE_ROUGH;
    char text[40];
    if (!isfinite(point->y))
        snprintf(text, sizeof text, "-");
    else if (axis->unit && !strcmp(axis->unit, "ratio") && !axis->is_percent)
        units_format(text, sizeof text, point->y, axis->unit, is_rough ? 2 : 3);
    else
        svg_value(text, sizeof text, axis, point->y,
                  is_rough ? 2 : number_digits(point->y, point->lo, point->hi));
    snprintf(out, size, "%s%s%s", is_rough && text[0] != '<' ? "~" : "", text,
             point->flags & PAGE_UNRELIABLE ? " *" : "");
    return out;
}

static bool has_ends(const struct page_point *p)
{
    return isfinite(p->y) && isfinite(p->lo) && isfinite(p->hi);
}

char *svg_point_beside_ends(char *out, size_t size, const struct page_axis *axis,
                            const struct page_point *point)
{
    char value[48];
    if (!has_ends(point))
        return svg_point_value(out, size, axis, point);
    svg_value(value, sizeof value, axis, point->y, number_digits(point->y, point->lo, point->hi));
    snprintf(out, size, "%s%s%s", point->flags & PAGE_ROUGH && value[0] != '<' ? "~" : "", value,
             point->flags & PAGE_UNRELIABLE ? " *" : "");
    return out;
}

char *svg_end_value(char *out, size_t size, const struct page_axis *axis,
                    const struct page_point *point, double end)
{
    int digits = number_digits(point->y, point->lo, point->hi);
    return svg_value(out, size, axis, end, number_digits_of_end(point->y, digits, end));
}

char *svg_point_in_ends(char *out, size_t size, const struct page_axis *axis,
                        const struct page_point *point)
{
    char value[64], lo[48], hi[48];
    svg_point_beside_ends(value, sizeof value, axis, point);
    if (!has_ends(point))
        snprintf(out, size, "%s", value);
    else
        snprintf(out, size, "%s (%s to %s)", value,
                 svg_end_value(lo, sizeof lo, axis, point, point->lo),
                 svg_end_value(hi, sizeof hi, axis, point, point->hi));
    return out;
}
