/* A comparison for the terminal and for a pull request. */
#include "bench/page/escape.h"
#include "bench/report/compare/render.h"
#include "bench/report/result_line.h"

#include <stdio.h>
#include <string.h>

/* Rows of a verdict nobody has to act on that are shown without being asked for. */
enum { QUIET_ROWS = 20, MARKDOWN_ROWS = 200 };

static bool is_quiet(enum verdict v)
{
    return v != VERDICT_SLOWER && v != VERDICT_FASTER && v != VERDICT_SHIFTED;
}

static void add_files(const struct comparison *c, struct buf *out, const char *end)
{
    const struct compare_side *sides[] = {c->base, c->head};
    for (size_t i = 0; i < 2; i++)
        for (size_t f = 0; f < sides[i]->count; f++) {
            buf_add(out, i ? "head  " : "base  ");
            result_line(&sides[i]->results[f], out);
            buf_add(out, end);
        }
}

static void text_line(struct buf *out, const char *text)
{
    buf_printf(out, "note: %s\n", text);
}

static int column_width(const struct comparison *c, bool of_metric, int most)
{
    size_t width = 0;
    for (size_t i = 0; i < c->count; i++) {
        size_t length = strlen(of_metric ? c->rows[i].metric : c->rows[i].id);
        width = length > width ? length : width;
    }
    return width > (size_t)most ? most : (int)width;
}

static void add_text_row(const struct comparison *c, const struct compare_row *row, int id_width,
                         int metric_width, struct buf *out)
{
    char change[CHANGE_TEXT_MAX], interval[2 * CHANGE_TEXT_MAX + 8], base[VALUE_TEXT_MAX],
        head[VALUE_TEXT_MAX], reason[REASON_TEXT_MAX];
    compare_row_reason(c, row, reason);
    buf_printf(out, "  %-*s  %-*s", id_width, row->id, metric_width, row->metric);
    if (row->verdict != VERDICT_NOT_COMPARABLE && !row->is_exact)
        buf_printf(
            out, "  %8s  [%s]  %s -> %s  n %zu/%zu", compare_row_change_text(row, change),
            compare_interval_text(row, interval), compare_value_text(row->base, row->unit, base),
            compare_value_text(row->head, row->unit, head), row->base_rounds, row->head_rounds);
    buf_printf(out, "%s%s%s\n", reason[0] ? "  " : "", reason,
               row->is_control ? "  (control)" : "");
}

void compare_as_text(const struct comparison *c, bool with_all, struct buf *out)
{
    char change[CHANGE_TEXT_MAX];
    int id_width = column_width(c, false, 60), metric_width = column_width(c, true, 30);
    add_files(c, out, "\n");
    buf_add(out, "changes are " COMPARE_CHANGE_IS " of the metric; the word says whether that is "
                 "worse\n\n");
    for (size_t i = 0, shown = 0; i < c->count; i++) {
        const struct compare_row *row = &c->rows[i];
        bool is_first = i == 0 || c->rows[i - 1].verdict != row->verdict;
        shown = is_first ? 0 : shown;
        if (is_first)
            buf_printf(out, "%s\n", verdict_name(row->verdict));
        if (with_all || !is_quiet(row->verdict) || shown < QUIET_ROWS)
            add_text_row(c, row, id_width, metric_width, out);
        else if (shown == QUIET_ROWS)
            buf_printf(out, "  and %zu more (--all shows them)\n",
                       c->counts[row->verdict] - QUIET_ROWS);
        shown++;
    }
    buf_add(out, "\n");
    compare_counts_text(c, out);
    buf_printf(out, "; tolerance %s, intervals at %.0f %%\n",
               compare_change_text(c->tolerance, change), 100 * COMPARE_LEVEL);
    compare_notes(c, text_line, out);
}

static void add_cell(struct buf *out, const char *text)
{
    buf_add(out, " ");
    escape_markdown(out, text);
    buf_add(out, " |");
}

static void markdown_line(struct buf *out, const char *text)
{
    buf_add(out, "- ");
    escape_markdown(out, text);
    buf_add(out, "\n");
}

static void add_markdown_row(const struct comparison *c, const struct compare_row *row,
                             struct buf *out)
{
    char change[CHANGE_TEXT_MAX], interval[2 * CHANGE_TEXT_MAX + 8], value[VALUE_TEXT_MAX],
        reason[REASON_TEXT_MAX];
    buf_add(out, "|");
    add_cell(out, verdict_name(row->verdict));
    add_cell(out, row->id);
    add_cell(out, row->metric);
    add_cell(out, row->is_exact ? "" : compare_row_change_text(row, change));
    add_cell(out, compare_interval_text(row, interval));
    add_cell(out, compare_value_text(row->base, row->unit, value));
    add_cell(out, compare_value_text(row->head, row->unit, value));
    add_cell(out, compare_row_reason(c, row, reason));
    buf_add(out, "\n");
}

static void add_markdown_table(const struct comparison *c, bool quiet, struct buf *out)
{
    buf_add(out, "| verdict | cell | metric | " COMPARE_CHANGE_IS " | interval | base | head | |\n"
                 "|:---|:---|:---|---:|---:|---:|---:|:---|\n");
    size_t shown = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (is_quiet(c->rows[i].verdict) != quiet)
            continue;
        if (++shown <= MARKDOWN_ROWS)
            add_markdown_row(c, &c->rows[i], out);
    }
    if (shown > MARKDOWN_ROWS)
        buf_printf(out, "\nand %zu more rows.\n", shown - MARKDOWN_ROWS);
}

/* What a reviewer reads first: is it worse, where, by how much, and what nobody can say. */
void compare_as_markdown(const struct comparison *c, struct buf *out)
{
    char change[CHANGE_TEXT_MAX];
    size_t quiet =
        c->counts[VERDICT_SAME] + c->counts[VERDICT_UNDECIDED] + c->counts[VERDICT_NOT_COMPARABLE];
    buf_printf(out, "### Performance: %s\n\n",
               c->counts[VERDICT_SLOWER]      ? "slower"
               : c->counts[VERDICT_UNDECIDED] ? "no regression shown, not everything decided"
                                              : "no regression");
    compare_counts_text(c, out);
    buf_printf(out, ", with a tolerance of %s.\n\n", compare_change_text(c->tolerance, change));
    if (c->count > quiet) {
        add_markdown_table(c, false, out);
        buf_add(out, "\n");
    }
    if (c->counts[VERDICT_UNDECIDED] + c->counts[VERDICT_NOT_COMPARABLE] > 0)
        buf_printf(out, "**Could not be judged:** %zu undecided, %zu not comparable.\n\n",
                   c->counts[VERDICT_UNDECIDED], c->counts[VERDICT_NOT_COMPARABLE]);
    compare_notes(c, markdown_line, out);
    if (quiet > 0) {
        buf_printf(out, "\n<details><summary>%zu other rows</summary>\n\n", quiet);
        add_markdown_table(c, true, out);
        buf_add(out, "\n</details>\n");
    }
    buf_add(out, "\n<details><summary>What was compared</summary>\n\n```\n");
    add_files(c, out, "\n");
    buf_printf(out,
               "```\n\nTwo stored results were measured at two moments: intervals (%.0f %%) "
               "allow for what moments differ by. `contend duel` sees smaller effects.\n\n"
               "</details>\n",
               100 * COMPARE_LEVEL);
}
