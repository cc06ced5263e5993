/*
 * What a duel has to show.  At a terminal a table a comparison, with the grounds of each verdict
 * and what the controls showed; for a reviewer, who reads it in ten seconds, what got slower, by
 * how much, how sure; for programs a row a metric; for a job a verdict a judged row.
 */
#include "bench/base/units.h"
#include "bench/judge/duel/report.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <string.h>

enum { INDENT = 2 };

static bool is_loud(const struct duel_row *row)
{
    return row->is_gated && row->verdict == VERDICT_SLOWER;
}

static bool is_open(const struct duel_row *row)
{
    return row->is_gated &&
           (row->verdict == VERDICT_UNDECIDED || row->verdict == VERDICT_NOT_COMPARABLE);
}

static bool is_measured(const struct duel_row *row)
{
    return isfinite(row->base) || isfinite(row->head);
}

/* Why there is no verdict, or what it rests on. */
static void add_why(struct buf *out, const struct duel_outcome *o, const struct duel_row *row)
{
    if (*row->reason)
        buf_add(out, row->reason);
    else
        duel_add_grounds(out, o, row);
}

/* ---- The rows, for whoever reads them ----------------------------------------------------- */

static const struct page_column columns[] = {
    {.key = "name", .head = "what", .to = PAGE_DOCUMENT | PAGE_DATA},
    {.key = "metric"},
    {.key = "unit", .to = PAGE_DATA},
    {.key = "better", .to = PAGE_DATA},
    {.key = "base", .align = PAGE_RIGHT, .gap = 3},
    {.key = "head", .align = PAGE_RIGHT},
    {.key = "change_ratio",
     .head = "head/base - 1",
     .align = PAGE_RIGHT,
     .flags = PAGE_INTERVAL,
     .width = 13},
    {.key = "interval",
     .head = "95 % interval",
     .align = PAGE_RIGHT,
     .width = 13,
     .to = PAGE_READERS},
    {.key = "pairs", .to = PAGE_DOCUMENT | PAGE_DATA},
    {.key = "tolerance_ratio", .head = "tolerance", .align = PAGE_LEFT, .gap = 1},
    {.key = "tolerance_source", .to = PAGE_DATA},
    {.key = "verdict"},
    {.key = "grounds", .to = PAGE_DATA},
    {0},
};

static void begin_grid(struct page *p)
{
    page_grid(p, &(struct page_grid_form){.key = "rows", .columns = columns});
}

static void add_value(struct page *p, double value, const char *unit)
{
    char text[64];
    if (isfinite(value))
        page_shown(p, page_exactly(value), "%s", units_format(text, sizeof text, value, unit, 4));
    else
        page_missing(p, NULL);
}

static void add_change(struct page *p, const struct duel_row *row)
{
    const struct arm_effect *e = &row->arms[ARM_HEAD];
    struct buf effect = {0}, interval = {0};
    duel_add_effect(&effect, e, row->higher_is_better);
    duel_add_interval(&interval, e, row->higher_is_better);
    page_shown(p, duel_change_of(e, row->higher_is_better), "%s", page_text_of(p, &effect));
    page_text(p, "%s", page_text_of(p, &interval));
    page_count(p, e->effect.n);
    page_settle(p, &effect);
    page_settle(p, &interval);
}

static void add_tolerance(struct page *p, const struct duel_row *row)
{
    double ratio = log_ratio_to_change(row->tolerance_ln);
    const char *source = tolerance_source_name(row->tolerance_source);
    if (!row->is_gated) {
        page_empty(p);
        page_empty(p);
        return;
    }
    page_shown(p, page_exactly(ratio), "%.3g %% (%s)", 100 * ratio, source);
    page_text(p, "%s", source);
}

static enum page_tone tone_of(const struct duel_row *row)
{
    return is_loud(row)                                      ? PAGE_BAD
           : is_open(row)                                    ? PAGE_DOUBTFUL
           : row->is_gated && row->verdict == VERDICT_FASTER ? PAGE_GOOD
                                                             : PAGE_PLAIN;
}

static void add_row(struct page *p, const struct duel_subject *s, const struct duel_outcome *o,
                    const struct duel_row *row)
{
    struct buf why = {0};
    page_row(p);
    page_texts(p, s->name, row->metric, row->unit, row->higher_is_better ? "higher" : "lower",
               NULL);
    add_value(p, row->base, row->unit);
    add_value(p, row->head, row->unit);
    add_change(p, row);
    add_tolerance(p, row);
    page_toned(p, tone_of(row), "%s", row->is_gated ? verdict_name(row->verdict) : "not judged");
    if (row->is_gated || *row->reason)
        add_why(&why, o, row);
    page_text(p, "%s", page_text_of(p, &why));
    page_settle(p, &why);
}

/* ---- A terminal --------------------------------------------------------------------------- */

static void say_control(struct page *p, const struct duel_row *row, enum duel_arm arm)
{
    const struct arm_effect *e = &row->arms[arm];
    struct buf line = {0};
    if (!e->effect.n)
        return;
    buf_printf(&line, "%s control ", duel_arm_name(arm));
    duel_add_effect(&line, e, row->higher_is_better);
    if (e->effect.n > 1) {
        buf_add(&line, " (");
        duel_add_interval(&line, e, row->higher_is_better);
        buf_add(&line, ")");
    }
    buf_printf(&line, ", %zu pair%s", e->effect.n, e->effect.n == 1 ? "" : "s");
    if (arm == ARM_NULL && row->control_fired)
        buf_add(&line, ": IT FIRED");
    else if (arm == ARM_NULL && e->effect.n < row->control_pairs_least)
        buf_printf(&line, "; it takes %zu for it to fire", row->control_pairs_least);
    page_indent(p, 2 * INDENT);
    page_say(p, PAGE_SENTENCE, "%s", page_text_of(p, &line));
    page_indent(p, INDENT);
    page_settle(p, &line);
}

/* The verdict's grounds, and what the controls showed beside it. */
static void say_grounds(struct page *p, const struct duel_outcome *o, const struct duel_row *row)
{
    struct buf why = {0};
    if (!row->is_gated && !*row->reason)
        return;
    add_why(&why, o, row);
    page_say(p, PAGE_SENTENCE, "%s: %s", row->metric, page_text_of(p, &why));
    for (enum duel_arm arm = ARM_NULL; arm <= ARM_LAYOUT && !*row->reason; arm++)
        say_control(p, row, arm);
    page_settle(p, &why);
}

/* How it was measured, and what disturbed it. */
static void say_circumstances(struct page *p, const struct duel_subject *s,
                              const struct duel_outcome *o)
{
    struct buf noise = {0}, note = {0};
    duel_add_noise(&noise, &o->noise);
    buf_add(&note, duel_lock_note(s, o));
    if (*page_text_of(p, &note))
        page_say(p, PAGE_SENTENCE, "%s", buf_text(&note));
    page_settle(p, &note);
    if (o->lanes > 1)
        page_say(p, PAGE_SENTENCE,
                 "two lanes: two pairs at the same time, each on a CPU of its own");
    if (o->is_realtime)
        page_say(p, PAGE_SENTENCE, "real time: nobody else had the CPUs of a side");
    if (*o->mode_note)
        page_say(p, PAGE_SENTENCE, "%s", o->mode_note);
    if (o->first.seen.slot_count) {
        page_say(p, PAGE_SENTENCE, "null control: %s", o->null_note);
        page_say(p, PAGE_SENTENCE, "layout control: %s", o->layout_note);
    }
    if (*page_text_of(p, &noise))
        page_say(p, PAGE_SENTENCE, "meanwhile %s", buf_text(&noise));
    page_settle(p, &noise);
}

static void add_subject(struct page *p, const struct duel_subject *s, const struct duel_outcome *o)
{
    page_heading(p, 4, "%s", s->name);
    page_indent(p, INDENT);
    page_say(p, PAGE_SENTENCE, "base  %s", s->base.label);
    page_say(p, PAGE_SENTENCE, "head  %s%s", s->head.label,
             s->is_identical     ? "  (the same file with the same arguments: one more control)"
             : s->has_equal_code ? "  (the program files are equal; what they load may differ)"
                                 : "");
    page_gap(p);
    if (*o->failure) {
        page_say(p, PAGE_SENTENCE, "No verdict: %s", o->failure);
        page_indent(p, 0);
        page_gap(p);
        return;
    }
    begin_grid(p);
    for (size_t j = 0; j < o->row_count; j++)
        if (is_measured(&o->rows[j]))
            add_row(p, s, o, &o->rows[j]);
    page_gap(p);
    for (size_t j = 0; j < o->row_count; j++)
        say_grounds(p, o, &o->rows[j]);
    say_circumstances(p, s, o);
    if (duel_control_fired(s, o))
        page_say(p, PAGE_SENTENCE, "No verdict: the control fired. %s",
                 s->is_identical
                     ? "The sides are the same file with the same arguments, and differ."
                     : "Base under another name differs from base by more than the "
                       "threshold, so that a difference of head means nothing.");
    page_indent(p, 0);
    page_gap(p);
}

/* ---- A reviewer --------------------------------------------------------------------------- */

enum part { PART_SLOWER, PART_JUDGED, PART_SHOWN, PARTS };

/* CPU time stands beside what is judged: it tells work from waiting. */
static enum part part_of(const struct duel_row *row)
{
    if (!row->is_gated && row->what != OBSERVED_CPU)
        return PART_SHOWN;
    return is_loud(row) ? PART_SLOWER : PART_JUDGED;
}

static void add_parts(struct page *p, const struct duel_report *r, enum part from, enum part to)
{
    begin_grid(p);
    for (enum part part = from; part < to; part++)
        for (size_t i = 0; i < r->count; i++)
            for (size_t j = 0; j < r->outcomes[i].row_count; j++) {
                const struct duel_row *row = &r->outcomes[i].rows[j];
                if (part_of(row) == part && is_measured(row))
                    add_row(p, &r->subjects[i], &r->outcomes[i], row);
            }
}

static void add_notes(struct page *p, const struct duel_subject *s, const struct duel_outcome *o)
{
    struct buf why = {0};
    if (*o->failure)
        page_say(p, PAGE_NOTE, "%s: %s", s->name, o->failure);
    if (duel_control_fired(s, o))
        page_say(p, PAGE_NOTE, "%s: the control fired: base differs from itself under another name",
                 s->name);
    for (size_t j = 0; j < o->row_count; j++) {
        if (!is_loud(&o->rows[j]) && !is_open(&o->rows[j]))
            continue;
        buf_reset(&why);
        add_why(&why, o, &o->rows[j]);
        page_say(p, PAGE_NOTE, "%s, %s: %s", s->name, o->rows[j].metric, page_text_of(p, &why));
    }
    page_settle(p, &why);
}

static void add_review(struct page *p, const struct duel_report *r, const char *tally)
{
    static const char *const headlines[] = {
        [DUEL_FINE] = "No regression",
        [DUEL_REGRESSION] = "Regression",
        [DUEL_UNDECIDED] = "No regression seen, but not everything could be judged",
        [DUEL_NO_VERDICT] = "No verdict possible here",
    };
    page_heading(p, 3, "%s", headlines[duel_status_of(r)]);
    page_say(p, PAGE_SUMMARY, "%s.", tally);
    duel_chart(p, r);
    add_parts(p, r, PART_SLOWER, PART_SHOWN);
    for (size_t i = 0; i < r->count; i++)
        add_notes(p, &r->subjects[i], &r->outcomes[i]);
    page_fold(p, "Not judged");
    add_parts(p, r, PART_SHOWN, PARTS);
    page_unfold(p);
}

/* ---- A job -------------------------------------------------------------------------------- */

/* "+2.01 % (+1.95 % .. +2.10 %), 36 pairs ..", or the reason. */
static void add_verdict(struct page *p, const struct duel_subject *s, const struct duel_outcome *o,
                        const struct duel_row *row)
{
    bool fired = duel_control_fired(s, o);
    struct buf story = {0};
    if (!*row->reason) {
        duel_add_effect(&story, &row->arms[ARM_HEAD], row->higher_is_better);
        buf_add(&story, " (");
        duel_add_interval(&story, &row->arms[ARM_HEAD], row->higher_is_better);
        buf_add(&story, "), ");
    }
    add_why(&story, o, row);
    page_verdict(
        p, &(struct page_verdict){.id = s->name,
                                  .name = row->metric,
                                  .word = fired ? "the control fired" : verdict_name(row->verdict),
                                  .severity = fired          ? PAGE_ERROR
                                              : is_loud(row) ? PAGE_FAIL
                                              : is_open(row) ? PAGE_WARNED
                                                             : PAGE_PASS,
                                  .text = page_text_of(p, &story)});
    page_settle(p, &story);
}

/* A comparison of which nothing is judged has not passed: that is a verdict too. */
static void add_verdicts(struct page *p, const struct duel_subject *s, const struct duel_outcome *o)
{
    size_t judged = 0;
    for (size_t j = 0; j < o->row_count; j++)
        if (o->rows[j].is_gated) {
            add_verdict(p, s, o, &o->rows[j]);
            judged++;
        }
    if (!judged)
        page_verdict(p,
                     &(struct page_verdict){.id = s->name,
                                            .name = "all metrics",
                                            .word = *o->failure ? "could not be run" : "not judged",
                                            .severity = *o->failure ? PAGE_ERROR : PAGE_WARNED,
                                            .text = *o->failure ? o->failure : NULL});
}

/* ---- All of it ---------------------------------------------------------------------------- */

static void add_rows(struct page *p, const struct duel_report *r)
{
    begin_grid(p);
    for (size_t i = 0; i < r->count; i++)
        for (size_t j = 0; j < r->outcomes[i].row_count; j++)
            add_row(p, &r->subjects[i], &r->outcomes[i], &r->outcomes[i].rows[j]);
}

void duel_page(struct page *p, const struct duel_report *r)
{
    struct buf tally = {0};
    double seconds = 0;
    page_init(p, "contend duel");
    duel_add_tally(&tally, r);
    page_to(p, PAGE_TERMINAL);
    for (size_t i = 0; i < r->count; i++) {
        add_subject(p, &r->subjects[i], &r->outcomes[i]);
        seconds += r->outcomes[i].first.seconds + r->outcomes[i].second.seconds;
    }
    if (r->options->priority_note)
        page_say(p, PAGE_SENTENCE, "priority: %s", r->options->priority_note);
    page_say(p, PAGE_SUMMARY, "%s, in %.1f s, seed %llu", page_text_of(p, &tally), seconds,
             (unsigned long long)r->options->seed);
    page_to(p, PAGE_DOCUMENT);
    add_review(p, r, page_text_of(p, &tally));
    page_to(p, PAGE_DATA);
    add_rows(p, r);
    page_to(p, PAGE_GATE);
    for (size_t i = 0; i < r->count; i++)
        add_verdicts(p, &r->subjects[i], &r->outcomes[i]);
    page_say(p, PAGE_SUMMARY, "%s", page_text_of(p, &tally));
    page_settle(p, &tally);
}
