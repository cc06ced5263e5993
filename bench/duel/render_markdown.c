/* For a reviewer, who reads it in ten seconds: what got slower, by how much, how sure. */
#include "bench/core/units.h"
#include "bench/duel/report.h"
#include "bench/stats/paired.h"

#include <math.h>

/* Text in a table's cell: no bars, no line feeds. */
static void add_cell(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (*text == '|')
            buf_add(out, "\\|");
        else
            buf_printf(out, "%c", (unsigned char)*text < ' ' ? ' ' : *text);
}

static const char *headline(enum duel_status status)
{
    switch (status) {
    case DUEL_FINE:
        return "No regression";
    case DUEL_REGRESSION:
        return "Regression";
    case DUEL_UNDECIDED:
        return "No regression seen, but not everything could be judged";
    case DUEL_NO_VERDICT:
        return "No verdict possible here";
    }
    return "";
}

static void add_value(struct buf *out, double value, const char *unit)
{
    char text[64];
    buf_add(out, isfinite(value) ? units_format(text, sizeof text, value, unit, 4) : "-");
}

static void add_row(struct buf *out, const struct duel_subject *s, const struct duel_row *row)
{
    bool loud = row->is_gated && row->verdict == VERDICT_SLOWER;
    buf_add(out, "| ");
    add_cell(out, s->name);
    buf_printf(out, " | %s | ", row->metric);
    add_value(out, row->base, row->unit);
    buf_add(out, " | ");
    add_value(out, row->head, row->unit);
    buf_add(out, " | ");
    duel_add_change(out, row->arms[ARM_HEAD].effect.center, row->higher_is_better);
    buf_add(out, " | ");
    duel_add_interval(out, &row->arms[ARM_HEAD].effect, row->higher_is_better);
    buf_printf(out, " | %zu | ", row->arms[ARM_HEAD].effect.n);
    if (row->is_gated)
        buf_printf(out, "%.3g %% (%s)", 100 * log_ratio_to_change(row->tolerance_ln),
                   tolerance_source_name(row->tolerance_source));
    buf_printf(out, " | %s%s%s |\n", loud ? "**" : "", duel_row_word(row), loud ? "**" : "");
}

static bool needs_words(const struct duel_row *row)
{
    return row->is_gated && (row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_UNDECIDED ||
                             row->verdict == VERDICT_NOT_COMPARABLE);
}

void duel_render_markdown(const struct duel_report *r, struct buf *out)
{
    buf_printf(out, "### %s\n\n", headline(duel_status_of(r)));
    duel_add_tally(out, r);
    buf_add(out,
            ".\n\n| what | metric | base | head | change | 95 % interval | pairs | tolerance | "
            "verdict |\n|---|---|--:|--:|--:|--:|--:|---|---|\n");
    for (size_t i = 0; i < r->count; i++)
        for (size_t j = 0; j < r->outcomes[i].row_count; j++)
            if (isfinite(r->outcomes[i].rows[j].base) || isfinite(r->outcomes[i].rows[j].head))
                add_row(out, &r->subjects[i], &r->outcomes[i].rows[j]);
    buf_add(out, "\n");
    for (size_t i = 0; i < r->count; i++) {
        const struct duel_outcome *o = &r->outcomes[i];
        if (duel_control_fired(&r->subjects[i], o))
            buf_printf(out, "- %s: **the control fired**: base differs from itself here\n",
                       r->subjects[i].name);
        for (size_t j = 0; j < o->row_count; j++) {
            if (!needs_words(&o->rows[j]))
                continue;
            buf_printf(out, "- %s, %s: ", r->subjects[i].name, o->rows[j].metric);
            if (*o->rows[j].reason)
                buf_add(out, o->rows[j].reason);
            else
                duel_add_grounds(out, o, &o->rows[j]);
            buf_add(out, "\n");
        }
    }
}
