/* For a reviewer, who reads it in ten seconds: what got slower, by how much, how sure. */
#include "bench/core/units.h"
#include "bench/duel/report.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <string.h>

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
    duel_add_effect(out, &row->arms[ARM_HEAD], row->higher_is_better);
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

enum part { PART_SLOWER, PART_JUDGED, PART_SHOWN };

/* CPU time stands beside what is judged: it tells work from waiting. */
static enum part part_of(const struct duel_row *row)
{
    if (!row->is_gated && strcmp(row->metric, "cpu_ns"))
        return PART_SHOWN;
    return row->is_gated && row->verdict == VERDICT_SLOWER ? PART_SLOWER : PART_JUDGED;
}

static void add_part(struct buf *out, const struct duel_report *r, enum part part)
{
    for (size_t i = 0; i < r->count; i++)
        for (size_t j = 0; j < r->outcomes[i].row_count; j++) {
            const struct duel_row *row = &r->outcomes[i].rows[j];
            if (part_of(row) == part && (isfinite(row->base) || isfinite(row->head)))
                add_row(out, &r->subjects[i], row);
        }
}

static void add_words(struct buf *out, const struct duel_subject *s, const struct duel_outcome *o)
{
    if (duel_control_fired(s, o))
        buf_printf(out,
                   "- %s: **the control fired**: base differs from itself under another name\n",
                   s->name);
    for (size_t j = 0; j < o->row_count; j++) {
        const struct duel_row *row = &o->rows[j];
        if (!needs_words(row))
            continue;
        buf_printf(out, "- %s, %s: ", s->name, row->metric);
        if (*row->reason)
            buf_add(out, row->reason);
        else
            duel_add_grounds(out, o, row);
        buf_add(out, "\n");
    }
}

void duel_render_markdown(const struct duel_report *r, struct buf *out)
{
    static const char heading[] = "| what | metric | base | head | head/base - 1 | 95 % interval | "
                                  "pairs | tolerance | verdict |\n"
                                  "|---|---|--:|--:|--:|--:|--:|---|---|\n";
    buf_printf(out, "### %s\n\n", headline(duel_status_of(r)));
    duel_add_tally(out, r);
    buf_printf(out, ".\n\n%s", heading);
    add_part(out, r, PART_SLOWER);
    add_part(out, r, PART_JUDGED);
    buf_add(out, "\n");
    for (size_t i = 0; i < r->count; i++)
        add_words(out, &r->subjects[i], &r->outcomes[i]);
    buf_printf(out, "\n<details><summary>Not judged</summary>\n\n%s", heading);
    add_part(out, r, PART_SHOWN);
    buf_add(out, "\n</details>\n");
}
