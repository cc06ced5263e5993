/* The words that page and document share, and what all comparisons say together. */
#include "bench/judge/duel/report.h"
#include "bench/page/number.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <string.h>

struct page_value duel_change_of(const struct arm_effect *e, bool higher_is_better)
{
    const struct summary *s = &e->effect;
    if (s->n < 2)
        return page_exactly((double)NAN);
    return (struct page_value){.center =
                                   log_ratio_to_change(higher_is_better ? -s->center : s->center),
                               .lo = log_ratio_to_change(higher_is_better ? -s->hi : s->lo),
                               .hi = log_ratio_to_change(higher_is_better ? -s->lo : s->hi),
                               .level = s->level,
                               .n = s->n};
}

/* Of a per cent: down to where the interval's half width has 1 or 2 digits. */
static int decimals_of(const struct page_value *change)
{
    return number_decimals(50 * (change->hi - change->lo));
}

static void add_change(struct buf *out, double change, int decimals)
{
    double percent = 100 * change;
    if (fabs(percent) * pow(10, decimals) < 0.5)
        percent = 0; /* not "-0 %" */
    if (!isfinite(change))
        buf_add(out, "-");
    else if (change >= 9.995)
        buf_printf(out, "%.4gx", change + 1);
    else
        buf_printf(out, "%+.*f %%", decimals, percent);
}

void duel_add_effect(struct buf *out, const struct arm_effect *e, bool higher_is_better)
{
    struct page_value change = duel_change_of(e, higher_is_better);
    add_change(out, change.center, decimals_of(&change));
}

void duel_add_interval(struct buf *out, const struct arm_effect *e, bool higher_is_better)
{
    struct page_value change = duel_change_of(e, higher_is_better);
    add_change(out, change.lo, decimals_of(&change));
    if (e->effect.n < 2)
        return;
    buf_add(out, " .. ");
    add_change(out, change.hi, decimals_of(&change));
}

/* Of the mean, whose logarithm that is. */
static void add_mean(struct buf *out, const struct duel_row *row, const struct arm_effect *e)
{
    struct page_value change = duel_change_of(e, row->higher_is_better);
    add_change(out, log_ratio_to_change(row->higher_is_better ? -e->mean : e->mean),
               decimals_of(&change));
}

static void add_seconds(struct buf *out, double seconds)
{
    if (seconds < 100)
        buf_printf(out, "%.2g s", seconds);
    else if (seconds < 7200)
        buf_printf(out, "%.0f min", seconds / 60);
    else
        buf_printf(out, "%.0f h", seconds / 3600);
}

/* Why wall time is judged, where net time came and went with one side. */
static void add_net_missing(struct buf *out, const struct duel_row *row)
{
    const struct missing *m = &row->net_missing;
    if (missing_comes_and_goes(m))
        buf_printf(out,
                   "; net time is missing in %zu of %zu samples of base and %zu of head, as of "
                   "several processes: a finding, and never the same",
                   m->base, m->slots, m->head);
    else if (missing_is_partial(m) && m->base < m->slots && m->head < m->slots)
        buf_printf(out, "; net time is missing in %zu of %zu samples of base and %zu of head",
                   m->base, m->slots, m->head);
}

static void add_missing(struct buf *out, const struct duel_row *row)
{
    if (missing_is_partial(&row->missing))
        buf_printf(out, "; missing in %zu of %zu samples of base and %zu of head",
                   row->missing.base, row->missing.slots, row->missing.head);
}

static void add_outlying(struct buf *out, const struct duel_row *row)
{
    if (row->verdict == VERDICT_UNDECIDED && judge_is_torn(row))
        buf_printf(out,
                   "; head is far worse in %zu of them and far better in %zu: a finding, and never "
                   "the same",
                   row->outlying.worse, row->outlying.better);
}

static void add_confirmation(struct buf *out, const struct duel_row *row)
{
    const struct confirmation *c = &row->confirmation;
    if (!c->was_tried)
        return;
    buf_add(out, c->has_agreed ? "; confirmed with another seed and layout: "
                               : "; NOT confirmed with another seed and layout: ");
    if (row->by_mean) {
        add_mean(out, row, &c->head);
        buf_add(out, " of the mean");
    } else {
        duel_add_effect(out, &c->head, row->higher_is_better);
    }
    buf_printf(out, " in %zu pairs", c->head.effect.n);
}

void duel_add_grounds(struct buf *out, const struct duel_outcome *o, const struct duel_row *row)
{
    const struct arm_effect *head = &row->arms[ARM_HEAD];
    buf_printf(out, "%zu pair%s", head->effect.n, head->effect.n == 1 ? "" : "s");
    double percent = 100 * log_ratio_to_change(row->detectable_ln);
    if (percent > 10000 && isfinite(percent))
        buf_printf(out, ", which show effects from %.3gx on", percent / 100 + 1);
    else if (isfinite(percent))
        buf_printf(out,
                   percent < 10 ? ", which show effects from %.2g %% on"
                                : ", which show effects from %.0f %% on",
                   percent);
    else
        buf_add(out, ", too few to show anything");
    if (row->by_mean && (row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_FASTER)) {
        buf_add(out, "; it is the mean that differs (");
        add_mean(out, row, head);
        buf_add(out, "), by few large pairs rather than by most");
    }
    add_missing(out, row);
    add_net_missing(out, row);
    add_outlying(out, row);
    add_confirmation(out, row);
    double seconds = duel_seconds_to_settle(o, row);
    if (missing_comes_and_goes(&row->net_missing) ||
        (row->verdict == VERDICT_UNDECIDED && judge_is_torn(row)))
        return;
    if (isnan(seconds)) {
        buf_add(out, "; too close to the tolerance to be settled by more of them");
    } else if (seconds > 0) {
        buf_add(out, "; about ");
        add_seconds(out, seconds);
        buf_add(out, " more would settle it");
    }
}

bool duel_control_fired(const struct duel_subject *s, const struct duel_outcome *o)
{
    for (size_t i = 0; i < o->row_count; i++) {
        const struct duel_row *row = &o->rows[i];
        bool differs = row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_FASTER;
        if (row->is_gated && (row->control_fired || (s->is_identical && differs)))
            return true;
    }
    return false;
}

enum duel_status duel_status_of(const struct duel_report *r)
{
    enum duel_status status = DUEL_FINE;
    size_t comparable = 0;
    bool is_blind = false;
    for (size_t i = 0; i < r->count; i++) {
        const struct duel_outcome *o = &r->outcomes[i];
        if (duel_control_fired(&r->subjects[i], o))
            return DUEL_NO_VERDICT;
        is_blind |= *o->failure != '\0';
        for (size_t j = 0; j < o->row_count; j++) {
            const struct duel_row *row = &o->rows[j];
            if (!row->is_gated)
                continue;
            comparable += row->verdict != VERDICT_NOT_COMPARABLE;
            /* What head has lost, or has at times, is no row that may pass. */
            is_blind |= row->verdict == VERDICT_NOT_COMPARABLE && !judge_is_new(row);
            if (row->verdict == VERDICT_SLOWER)
                status = DUEL_REGRESSION;
            else if ((row->verdict == VERDICT_UNDECIDED ||
                      row->verdict == VERDICT_NOT_COMPARABLE) &&
                     status == DUEL_FINE)
                status = DUEL_UNDECIDED;
        }
    }
    if (status == DUEL_REGRESSION)
        return status;
    return comparable && !is_blind ? status : DUEL_NO_VERDICT;
}

void duel_add_noise(struct buf *out, const struct noise_delta *d)
{
    size_t begin = out->len;
    if (d->has_psi_cpu_some && d->duration_ns)
        buf_printf(out, "a CPU was waited for %.0f %% of the time",
                   100 * (double)d->psi_cpu_some_ns / (double)d->duration_ns);
    if (d->has_busy && d->foreign_ns > (int64_t)NOISE_TICK_NS)
        buf_printf(out, "%sothers used %.1f s of CPU time", out->len > begin ? ", " : "",
                   (double)d->foreign_ns * 1e-9);
    if (d->has_steal && d->steal_ns)
        buf_printf(out, "%sthe hypervisor took %.2f s", out->len > begin ? ", " : "",
                   (double)d->steal_ns * 1e-9);
    if (d->has_throttled && d->throttled_ns)
        buf_printf(out, "%sa quota held us back for %.2f s", out->len > begin ? ", " : "",
                   (double)d->throttled_ns * 1e-9);
}

/* The word behind an option; "" where it is not given. */
static const char *word_behind(const char *const *argv, const char *option)
{
    for (; argv && *argv; argv++)
        if (!strcmp(*argv, option))
            return argv[1] ? argv[1] : "";
    return "";
}

const char *duel_lock_note(const struct duel_subject *s, const struct duel_outcome *o)
{
    static const char *const options[] = {"--lock", "--plugin"};
    bool differs = false;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        differs |= strcmp(word_behind(s->base.argv, options[i]),
                          word_behind(s->head.argv, options[i])) != 0;
    return differs ? o->first.seen.note : "";
}

void duel_add_tally(struct buf *out, const struct duel_report *r)
{
    size_t counts[VERDICT_NOT_COMPARABLE + 1] = {0}, judged = 0, failures = 0;
    for (size_t i = 0; i < r->count; i++) {
        failures += *r->outcomes[i].failure != '\0';
        for (size_t j = 0; j < r->outcomes[i].row_count; j++) {
            const struct duel_row *row = &r->outcomes[i].rows[j];
            counts[row->verdict] += row->is_gated;
            judged += row->is_gated;
        }
    }
    for (int v = VERDICT_SLOWER; v <= VERDICT_NOT_COMPARABLE; v++)
        if (counts[v] || v <= VERDICT_SAME)
            buf_printf(out, "%s%s %zu", v ? ", " : "", verdict_name((enum verdict)v), counts[v]);
    buf_printf(out, " of %zu row%s judged", judged, judged == 1 ? "" : "s");
    if (failures)
        buf_printf(out, "; %zu of %zu comparisons could not be run", failures, r->count);
}
