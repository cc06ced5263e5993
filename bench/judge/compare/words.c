#include "bench/judge/compare/words.h"

#include "bench/base/units.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Beyond this factor an interval says nothing: no digits for it.  From the other on it is one. */
enum { CHANGE_MOST = 100, FACTOR_LEAST = 3, VALUE_DIGITS = 4 };

/* "+98 %", "4.2x", "1/4.2", ">100x": with the digits that the interval of a row deserves. */
static void change_text(double log_ratio, double lo, double hi, char out[CHANGE_TEXT_MAX])
{
    double percent = 100 * log_ratio_to_change(log_ratio), half = (exp(hi) - exp(lo)) / 2;
    int decimals = isfinite(half) ? number_decimals(100 * half) : 0;
    if (fabs(percent) * pow(10, decimals) < 0.5)
        percent = 0; /* not "-0.0 %" */
    if (!isfinite(log_ratio))
        snprintf(out, CHANGE_TEXT_MAX, "%s", "");
    else if (fabs(log_ratio) > log(CHANGE_MOST))
        snprintf(out, CHANGE_TEXT_MAX, log_ratio > 0 ? ">%dx" : "<1/%d", CHANGE_MOST);
    else if (log_ratio > log(FACTOR_LEAST))
        snprintf(out, CHANGE_TEXT_MAX, "%.*fx", number_decimals(half), exp(log_ratio));
    else if (log_ratio < -log(FACTOR_LEAST))
        snprintf(out, CHANGE_TEXT_MAX, "1/%.*f", number_decimals((exp(-lo) - exp(-hi)) / 2),
                 exp(-log_ratio));
    else
        snprintf(out, CHANGE_TEXT_MAX, "%+.*f %%", decimals, percent);
}

const char *compare_size_text(double log_ratio, char out[CHANGE_TEXT_MAX])
{
    double factor = exp(fabs(log_ratio)), percent = 100 * (factor - 1);
    if (!isfinite(log_ratio))
        snprintf(out, CHANGE_TEXT_MAX, "%s", "");
    else if (factor > CHANGE_MOST)
        snprintf(out, CHANGE_TEXT_MAX, "more than %dx", CHANGE_MOST);
    else if (factor > FACTOR_LEAST)
        snprintf(out, CHANGE_TEXT_MAX, "%.*fx", factor < 10, factor);
    else
        snprintf(out, CHANGE_TEXT_MAX, percent < 10 ? "%.2g %%" : "%.0f %%", percent);
    return out;
}

const char *compare_better(const struct compare_row *row)
{
    return row->is_neutral ? "neutral" : row->higher_is_better ? "higher" : "lower";
}

/* Why a row is not sharper; "" when there is nothing to say. */
static void limit_text(const struct comparison *c, const struct compare_row *row, char *out,
                       size_t size)
{
    static const char *const texts[] = {
        [LIMIT_NONE] = "",
        [LIMIT_MOMENT] = "two moments of one machine differ by this much",
        [LIMIT_FEW] = "few rounds, which may agree by chance",
        [LIMIT_BETWEEN] = "files of one side differ",
        [LIMIT_KIN] = "other rows of its kind moved as much",
        [LIMIT_DISTURBANCE] = "others were busy on the machine",
        [LIMIT_ROUNDS] = "one round a side says nothing of how much it varies",
        [LIMIT_SIZE] = "a change; whether by more than the tolerance is open",
        [LIMIT_CORRECTION] = "", /* with a number, as the next two */
    };
    char spread[CHANGE_TEXT_MAX];
    if (row->limit == LIMIT_SPREAD)
        snprintf(out, size, "rounds differ by %s", compare_size_text(row->spread, spread));
    else if (row->limit == LIMIT_CONTROL)
        snprintf(out, size, "the controls moved by %s too",
                 compare_size_text(c->control_shift, spread));
    else if (row->limit == LIMIT_CORRECTION)
        snprintf(out, size, "a change if it were the only row, not among %zu", row->family);
    else
        snprintf(out, size, "%s", texts[row->limit]);
}

static void reason_text(const struct comparison *c, const struct compare_row *row, char *out,
                        size_t size)
{
    char limit[120], change[CHANGE_TEXT_MAX];
    out[0] = '\0';
    if (row->reason)
        snprintf(out, size, "%s", row->reason);
    if (row->reason || row->verdict != VERDICT_UNDECIDED)
        return;
    limit_text(c, row, limit, sizeof limit);
    if (row->detectable > log(CHANGE_MOST) && isfinite(row->detectable))
        snprintf(out, size, "blind to less than %dx; %s", CHANGE_MOST, limit);
    else if (isfinite(row->detectable) && row->limit != LIMIT_CORRECTION &&
             row->limit != LIMIT_SIZE)
        snprintf(out, size, "sees %s and more; %s", compare_size_text(row->detectable, change),
                 limit);
    else
        snprintf(out, size, "%s", limit);
}

static double change_of(double log_ratio)
{
    return isfinite(log_ratio) ? log_ratio_to_change(log_ratio) : (double)NAN;
}

/* A side bears half of the variance of the change: so many digits can be told of it. */
static void value_text(double value, const struct compare_row *row, char out[VALUE_TEXT_MAX])
{
    double half = (row->shift.hi - row->shift.lo) / 2 * M_SQRT1_2;
    int digits = row->is_exact || isnan(half)
                     ? VALUE_DIGITS
                     : number_digits(value, value * exp(-half), value * exp(half));
    if (isfinite(value))
        units_format(out, VALUE_TEXT_MAX, value, row->unit, digits);
}

void compare_row_words(const struct comparison *c, const struct compare_row *row,
                       struct compare_words *out)
{
    /* Inside, positive is worse; what is shown has the sign of the metric. */
    double sign = row->higher_is_better ? -1 : 1;
    double lo = sign * (row->higher_is_better ? row->shift.hi : row->shift.lo);
    double hi = sign * (row->higher_is_better ? row->shift.lo : row->shift.hi);
    char least[CHANGE_TEXT_MAX], most[CHANGE_TEXT_MAX];
    *out = (struct compare_words){.ratio = page_exactly((double)NAN)};
    value_text(row->base, row, out->base);
    value_text(row->head, row, out->head);
    reason_text(c, row, out->reason, sizeof out->reason);
    out->has_change = row->verdict != VERDICT_NOT_COMPARABLE && !row->is_exact;
    if (!out->has_change)
        return;
    out->ratio = (struct page_value){.center = change_of(sign * row->shift.effect),
                                     .lo = change_of(lo),
                                     .hi = change_of(hi),
                                     .level = COMPARE_LEVEL};
    change_text(sign * row->shift.effect, lo, hi, out->change);
    change_text(lo, lo, hi, least);
    change_text(hi, lo, hi, most);
    if (isfinite(lo) && isfinite(hi))
        snprintf(out->interval, sizeof out->interval, "%s .. %s", least, most);
}

void compare_counts_text(const struct comparison *c, struct buf *out)
{
    bool any = false;
    for (enum verdict v = VERDICT_SLOWER; v <= VERDICT_NOT_COMPARABLE; v++) {
        if (c->counts[v] == 0 && v != VERDICT_SLOWER)
            continue;
        buf_printf(out, "%s%zu %s", any ? ", " : "", c->counts[v], verdict_name(v));
        any = true;
    }
    buf_printf(out, " of %zu row%s", c->count, c->count == 1 ? "" : "s");
}

/* What two moments are taken to differ by, where it decides. */
static void moment_note(const struct comparison *c, char *text, size_t size)
{
    char change[CHANGE_TEXT_MAX];
    bool is_asked = c->moment_sd > 0, matters = is_asked;
    double sd = c->moment_sd;
    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].verdict == VERDICT_UNDECIDED && c->rows[i].limit == LIMIT_MOMENT) {
            matters = true;
            sd = fmax(sd, is_asked ? 0 : c->rows[i].moment_sd);
        }
    *text = '\0';
    if (matters)
        snprintf(text, size, "two moments of this machine are taken to differ by %s%s",
                 compare_size_text(sd, change),
                 is_asked ? ", as --moment-sd says"
                          : " (contend doctor --moments measures it, for --moment-sd)");
}

void compare_notes(const struct comparison *c, void (*line)(void *context, const char *text),
                   void *context)
{
    char text[512], change[CHANGE_TEXT_MAX];
    const struct result *base = c->base->results, *head = c->head->results;
    for (size_t i = 0; i < c->allowed_count; i++) {
        snprintf(text, sizeof text, "allowed: %s", c->allowed[i].text);
        line(context, text);
    }
    if (!strcmp(base->run_id, head->run_id) && !strcmp(base->hostname, head->hostname))
        line(context, "both sides are one run: nothing can differ");
    for (size_t i = 0; i < 2; i++)
        if (!strcmp((i ? head : base)->status, "partial")) {
            snprintf(text, sizeof text, "%.200s is partial: its run was cut short",
                     (i ? head : base)->path);
            line(context, text);
        }
    if (c->control_shift > 0) {
        snprintf(text, sizeof text,
                 "the controls moved by %s between these two moments: every interval allows for it",
                 compare_size_text(c->control_shift, change));
        line(context, text);
    }
    moment_note(c, text, sizeof text);
    if (*text)
        line(context, text);
    if (c->only_base + c->only_head > 0) {
        snprintf(text, sizeof text, "%zu cell%s only in base, %zu only in head, such as %.200s",
                 c->only_base, c->only_base == 1 ? "" : "s", c->only_head, c->only_example);
        line(context, text);
    }
}
