/* For people at a terminal. */
#include "bench/core/units.h"
#include "bench/duel/report.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 7, CELL = 64 };

struct line {
    char cells[COLUMNS][CELL];
};

static void put(char *cell, struct buf *text)
{
    snprintf(cell, CELL, "%s", buf_text(text));
    buf_reset(text);
}

static void put_value(char *cell, double value, const char *unit)
{
    if (isfinite(value))
        units_format(cell, CELL, value, unit, 4);
    else
        snprintf(cell, CELL, "-");
}

static void fill(struct line *l, const struct duel_row *row)
{
    struct buf text = {0};
    bool higher = row->higher_is_better;
    snprintf(l->cells[0], CELL, "%s", row->metric);
    put_value(l->cells[1], row->base, row->unit);
    put_value(l->cells[2], row->head, row->unit);
    duel_add_effect(&text, &row->arms[ARM_HEAD], higher);
    put(l->cells[3], &text);
    duel_add_interval(&text, &row->arms[ARM_HEAD].effect, higher);
    put(l->cells[4], &text);
    if (row->is_gated)
        buf_printf(&text, "%.3g %% (%s)", 100 * log_ratio_to_change(row->tolerance_ln),
                   tolerance_source_name(row->tolerance_source));
    put(l->cells[5], &text);
    snprintf(l->cells[6], CELL, "%s", duel_row_word(row));
    buf_release(&text);
}

static void add_lines(struct buf *out, const struct line *lines, size_t count)
{
    size_t widths[COLUMNS] = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < COLUMNS; c++)
            if (strlen(lines[i].cells[c]) > widths[c])
                widths[c] = strlen(lines[i].cells[c]);
    for (size_t i = 0; i < count; i++) {
        buf_add(out, " ");
        for (size_t c = 0; c < COLUMNS; c++) {
            size_t blanks = widths[c] - strlen(lines[i].cells[c]);
            bool is_text = c == 0 || c >= COLUMNS - 2;
            buf_pad(out, is_text ? 1 : 2 + blanks);
            buf_add(out, lines[i].cells[c]);
            if (is_text && c < COLUMNS - 1)
                buf_pad(out, blanks + 1);
        }
        buf_add(out, "\n");
    }
}

static void add_control(struct buf *out, const struct duel_row *row, enum duel_arm arm)
{
    const struct arm_effect *e = &row->arms[arm];
    if (!e->effect.n)
        return;
    buf_printf(out, "    %s control ", duel_arm_name(arm));
    duel_add_effect(out, e, row->higher_is_better);
    if (e->effect.n > 1) {
        buf_add(out, " (");
        duel_add_interval(out, &e->effect, row->higher_is_better);
        buf_add(out, ")");
    }
    buf_printf(out, ", %zu pair%s", e->effect.n, e->effect.n == 1 ? "" : "s");
    if (arm == ARM_NULL && row->control_fired)
        buf_add(out, ": IT FIRED");
    else if (arm == ARM_NULL && e->effect.n < row->control_pairs_least)
        buf_printf(out, "; it takes %zu for it to fire", row->control_pairs_least);
    buf_add(out, "\n");
}

/* The verdict's grounds, and what the controls showed beside it. */
static void add_row_words(struct buf *out, const struct duel_outcome *o, const struct duel_row *row)
{
    buf_printf(out, "  %s: ", row->metric);
    if (*row->reason) {
        buf_printf(out, "%s\n", row->reason);
        return;
    }
    duel_add_grounds(out, o, row);
    buf_add(out, "\n");
    add_control(out, row, ARM_NULL);
    add_control(out, row, ARM_LAYOUT);
}

static void add_subject(struct buf *out, const struct duel_report *r, size_t i)
{
    const struct duel_subject *s = &r->subjects[i];
    const struct duel_outcome *o = &r->outcomes[i];
    struct line lines[DUEL_METRICS_MAX + 1] = {
        {{"metric", "base", "head", "head/base - 1", "95 % interval", "tolerance", "verdict"}}};
    size_t count = 1;
    buf_printf(out, "%s\n  base  %s\n  head  %s%s\n", s->name, s->base.label, s->head.label,
               s->is_identical     ? "  (the same file with the same arguments: one more control)"
               : s->has_equal_code ? "  (the program files are equal; what they load may differ)"
                                   : "");
    for (size_t j = 0; j < o->row_count; j++)
        if (isfinite(o->rows[j].base) || isfinite(o->rows[j].head))
            fill(&lines[count++], &o->rows[j]);
    buf_add(out, "\n");
    add_lines(out, lines, count);
    buf_add(out, "\n");
    for (size_t j = 0; j < o->row_count; j++) {
        const struct duel_row *row = &o->rows[j];
        if (row->is_gated || *row->reason)
            add_row_words(out, o, row);
    }
    if (o->lanes > 1)
        buf_add(out, "  two lanes: two pairs at the same time, each on a CPU of its own\n");
    if (o->is_realtime)
        buf_add(out, "  real time: nobody else had the CPUs of a side\n");
    if (*o->mode_note)
        buf_printf(out, "  %s\n", o->mode_note);
    if (o->first.seen.slot_count)
        buf_printf(out, "  null control: %s\n  layout control: %s\n", o->null_note, o->layout_note);
    struct buf noise = {0};
    duel_add_noise(&noise, &o->noise);
    if (noise.len)
        buf_printf(out, "  meanwhile %s\n", buf_text(&noise));
    buf_release(&noise);
    if (duel_control_fired(s, o))
        buf_add(out, s->is_identical
                         ? "  No verdict: the control fired. The sides are the same file with the "
                           "same arguments, and differ.\n"
                         : "  No verdict: the control fired. Base under another name differs from "
                           "base by more than the\n  threshold, so that a difference of head means "
                           "nothing.\n");
    buf_add(out, "\n");
}

void duel_render_text(const struct duel_report *r, struct buf *out)
{
    double seconds = 0;
    for (size_t i = 0; i < r->count; i++) {
        add_subject(out, r, i);
        seconds += r->outcomes[i].first.seconds + r->outcomes[i].second.seconds;
    }
    if (r->options->priority_note)
        buf_printf(out, "priority: %s\n", r->options->priority_note);
    duel_add_tally(out, r);
    buf_printf(out, ", in %.1f s, seed %llu\n", seconds, (unsigned long long)r->options->seed);
}
