/* The fidelity table with a column for each of several real ones. */
#include "bench/report/fidelity/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW    "%-42s %10s %9s"
#define COLUMN "  %-22s"

/* The emulated figure is the same in all, but for the rounds a real one shares with it. */
static const char *emulated_text(const struct fidelity *tables, size_t count, size_t row)
{
    for (size_t i = 0; i < count; i++)
        if (tables[i].rows[row].emulated_text[0])
            return tables[i].rows[row].emulated_text;
    return "";
}

static bool is_variant(const struct fidelity *f, size_t row)
{
    return f->rows[row].rule->kind == FIDELITY_VARIANT;
}

/* "0.987 agrees", with more room "0.987 -1.2 % agrees" */
static void column_text(const struct fidelity_row *row, bool has_room, char *out, size_t size)
{
    char difference[24] = "";
    if (has_room)
        fidelity_difference_text(row, difference, sizeof difference);
    snprintf(out, size, "%s%s%s%s%s", row->real_text, row->real_text[0] ? " " : "", difference,
             difference[0] ? " " : "", fidelity_verdict_name(row->verdict));
}

/* Why there is no decision: once where all have the same reason. */
static void add_reasons(const struct fidelity *tables, const struct result *real, size_t count,
                        size_t row, struct buf *out)
{
    bool is_same = count > 1;
    const char *first = tables[0].rows[row].reason;
    for (size_t i = 1; i < count; i++)
        is_same &= !strcmp(first, tables[i].rows[row].reason);
    if (is_same && *first)
        buf_printf(out, "      %s\n", first);
    for (size_t i = 0; i < count && !is_same; i++)
        if (tables[i].rows[row].reason[0])
            buf_printf(out, "      %s: %s\n", real[i].runtime, tables[i].rows[row].reason);
}

static void text_columns(const struct fidelity *tables, const struct result *real, size_t count,
                         struct buf *out)
{
    buf_printf(out, ROW, "", "emulated", "tolerance");
    for (size_t i = 0; i < count; i++)
        buf_printf(out, COLUMN, real[i].runtime);
    buf_add(out, "\n");
    for (size_t r = 0; r < tables->count; r++) {
        char tolerance[24], text[96];
        const struct fidelity_row *row = &tables->rows[r];
        if (fidelity_begins_group(tables, r))
            buf_printf(out, "%s\n", row->rule->group);
        snprintf(text, sizeof text, "  %s", row->rule->text);
        fidelity_tolerance_text(row, tolerance, sizeof tolerance);
        buf_printf(out, ROW, text, emulated_text(tables, count, r), tolerance);
        for (size_t i = 0; i < (is_variant(tables, r) ? 1 : count); i++) {
            column_text(&tables[i].rows[r], false, text, sizeof text);
            buf_printf(out, COLUMN, text);
        }
        buf_add(out, "\n");
        add_reasons(tables, real, is_variant(tables, r) ? 1 : count, r, out);
    }
}

static void markdown_columns(const struct fidelity *tables, const struct result *real, size_t count,
                             struct buf *out)
{
    buf_add(out, "| | emulated | tolerance |");
    for (size_t i = 0; i < count; i++)
        fidelity_add_cell(out, real[i].runtime);
    buf_add(out, "\n|:---|---:|---:|");
    for (size_t i = 0; i < count; i++)
        buf_add(out, "---:|");
    buf_add(out, "\n");
    for (size_t r = 0; r < tables->count; r++) {
        char text[128 + FIDELITY_REASON_MAX], figure[96];
        const struct fidelity_row *row = &tables->rows[r];
        buf_add(out, "|");
        snprintf(text, sizeof text, "%s: %s", row->rule->group, row->rule->text);
        fidelity_add_cell(out, text);
        fidelity_add_cell(out, emulated_text(tables, count, r));
        fidelity_tolerance_text(row, text, sizeof text);
        fidelity_add_cell(out, text);
        for (size_t i = 0; i < count; i++) {
            const struct fidelity_row *one = &tables[i].rows[r];
            column_text(one, true, figure, sizeof figure);
            snprintf(text, sizeof text, "%s%s%s", figure, one->reason[0] ? ": " : "", one->reason);
            fidelity_add_cell(out, is_variant(tables, r) && i ? "" : text);
        }
        buf_add(out, "\n");
    }
}

void fidelity_render_columns(const struct fidelity *tables, const struct result *real, size_t count,
                             bool is_markdown, struct buf *out)
{
    if (is_markdown)
        markdown_columns(tables, real, count, out);
    else
        text_columns(tables, real, count, out);
    buf_add(out, "\n");
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s: ", real[i].runtime);
        fidelity_add_sum(&tables[i], out);
        if (is_markdown)
            buf_add(out, "\n");
    }
}
