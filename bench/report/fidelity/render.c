/* The fidelity table as text, Markdown and JSON. */
#include "bench/core/json.h"
#include "bench/report/fidelity/parts.h"
#include "bench/report/result_line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE "%-42s %10s %10s %9s %10s  %s\n"

const char *const fidelity_formats[] = {"text", "markdown", "json", NULL};

static bool is_of_shares(const struct fidelity_row *row)
{
    return row->rule->kind == FIDELITY_COLLAPSE || row->rule->kind == FIDELITY_SHAPE;
}

void fidelity_difference_text(const struct fidelity_row *row, char *out, size_t size)
{
    if (!isfinite(row->difference))
        snprintf(out, size, "%s", "");
    else if (is_of_shares(row))
        snprintf(out, size, "%+.1f pt", 100 * row->difference);
    else
        snprintf(out, size, "%+.1f %%", 100 * row->difference);
}

void fidelity_tolerance_text(const struct fidelity_row *row, char *out, size_t size)
{
    if (row->rule->kind == FIDELITY_COLLAPSE)
        snprintf(out, size, "over %.0f %%", 100 * row->rule->tolerance);
    else if (row->rule->kind == FIDELITY_ORDER)
        snprintf(out, size, "same");
    else if (row->rule->kind == FIDELITY_VARIANT && isinf(row->rule->most))
        snprintf(out, size, "%g or more", row->rule->least);
    else if (row->rule->kind == FIDELITY_VARIANT)
        snprintf(out, size, "%g to %g", row->rule->least, row->rule->most);
    else
        snprintf(out, size, "%.0f %s", 100 * row->rule->tolerance,
                 row->rule->kind == FIDELITY_SHAPE ? "pt" : "%");
}

bool fidelity_begins_group(const struct fidelity *f, size_t i)
{
    return i == 0 || strcmp(f->rows[i].rule->group, f->rows[i - 1].rule->group) != 0;
}

void fidelity_add_sum(const struct fidelity *f, struct buf *out)
{
    buf_printf(out, "%zu rows: %zu agree, %zu differ, %zu undecided, %zu missing\n", f->count,
               f->counts[FIDELITY_AGREES], f->counts[FIDELITY_DIFFERS],
               f->counts[FIDELITY_UNDECIDED], f->counts[FIDELITY_MISSING]);
}

static void render_as_text(const struct fidelity *f, struct buf *out)
{
    buf_printf(out, LINE, "", "emulated", "real", "", "tolerance", "verdict");
    for (size_t i = 0; i < f->count; i++) {
        const struct fidelity_row *row = &f->rows[i];
        char difference[24], tolerance[24], text[64];
        if (fidelity_begins_group(f, i))
            buf_printf(out, "%s\n", row->rule->group);
        fidelity_difference_text(row, difference, sizeof difference);
        fidelity_tolerance_text(row, tolerance, sizeof tolerance);
        snprintf(text, sizeof text, "  %s", row->rule->text);
        buf_printf(out, LINE, text, row->emulated_text, row->real_text, difference, tolerance,
                   fidelity_verdict_name(row->verdict));
        if (row->reason[0])
            buf_printf(out, "      %s\n", row->reason);
    }
    buf_add(out, "\n");
    fidelity_add_sum(f, out);
}

/* A bar would end the cell. */
void fidelity_add_cell(struct buf *out, const char *text)
{
    buf_add(out, " ");
    for (; *text; text++) {
        if (strchr("\\|*_`<>[]~#", *text))
            buf_add(out, "\\");
        buf_add_bytes(out, text, 1);
    }
    buf_add(out, " |");
}

static void render_as_markdown(const struct fidelity *f, struct buf *out)
{
    buf_add(out, "| | emulated | real | difference | tolerance | verdict |\n"
                 "|:---|---:|---:|---:|---:|:---|\n");
    for (size_t i = 0; i < f->count; i++) {
        const struct fidelity_row *row = &f->rows[i];
        char text[128], verdict[FIDELITY_REASON_MAX + 16];
        buf_add(out, "|");
        snprintf(text, sizeof text, "%s: %s", row->rule->group, row->rule->text);
        fidelity_add_cell(out, text);
        fidelity_add_cell(out, row->emulated_text);
        fidelity_add_cell(out, row->real_text);
        fidelity_difference_text(row, text, sizeof text);
        fidelity_add_cell(out, text);
        fidelity_tolerance_text(row, text, sizeof text);
        fidelity_add_cell(out, text);
        snprintf(verdict, sizeof verdict, "%s%s%s", fidelity_verdict_name(row->verdict),
                 row->reason[0] ? ": " : "", row->reason);
        fidelity_add_cell(out, verdict);
        buf_add(out, "\n");
    }
    buf_add(out, "\n");
    fidelity_add_sum(f, out);
}

/* What has to be measured for a row, by the names contend gives cells. */
static json_t *cells_json(const struct fidelity_rule *rule)
{
    json_t *list = json_array();
    char name[120];
    bool is_order = rule->kind == FIDELITY_ORDER;
    for (size_t i = 0; i < (is_order ? FIDELITY_FORMS : 2); i++) {
        const struct fidelity_cell *cell = is_order ? &fidelity_forms[i].cell
                                           : i      ? &rule->base
                                                    : &rule->subject;
        if (!cell->workload)
            continue;
        fidelity_name_cell(cell, name, sizeof name);
        json_array_append_new(list, json_string(name));
    }
    return list;
}

static json_t *row_json(const struct fidelity_row *row)
{
    json_t *o = json_object();
    json_object_set_new(o, "name", json_string(row->rule->name));
    json_object_set_new(o, "group", json_string(row->rule->group));
    json_object_set_new(o, "text", json_string(row->rule->text));
    if (row->rule->kind == FIDELITY_ORDER && row->emulated_text[0]) {
        json_object_set_new(o, "emulated", json_string(row->emulated_text));
        json_object_set_new(o, "real", json_string(row->real_text));
    }
    json_set_finite(o, "emulated", row->emulated.center);
    json_set_finite(o, "emulated_lo", row->emulated.lo);
    json_set_finite(o, "emulated_hi", row->emulated.hi);
    json_set_finite(o, "real", row->real.center);
    json_set_finite(o, "real_lo", row->real.lo);
    json_set_finite(o, "real_hi", row->real.hi);
    json_set_finite(o, "difference", row->difference);
    if (row->rule->kind == FIDELITY_VARIANT) {
        json_set_finite(o, "least", row->rule->least);
        json_set_finite(o, "most", row->rule->most);
    } else {
        json_set_finite(o, "tolerance", row->rule->tolerance);
    }
    json_object_set_new(o, "verdict", json_string(fidelity_verdict_name(row->verdict)));
    if (row->rounds)
        json_object_set_new(o, "rounds", json_integer((json_int_t)row->rounds));
    if (row->reason[0])
        json_object_set_new(o, "reason", json_string(row->reason));
    json_object_set_new(o, "cells", cells_json(row->rule));
    return o;
}

static json_t *side_json(const struct result *r)
{
    return json_pack("{s:s, s:s, s:s}", "file", r->label, "runtime", r->runtime, "hostname",
                     r->hostname);
}

/* One real side: who it is, the counts and the rows. */
static json_t *table_json(const struct fidelity *f, const struct result *real)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < f->count; i++)
        json_array_append_new(rows, row_json(&f->rows[i]));
    return json_pack("{s:o, s:b, s:i, s:i, s:i, s:i, s:o}", "real", side_json(real), "interleaved",
                     f->is_paired, "agrees", (int)f->counts[FIDELITY_AGREES], "differs",
                     (int)f->counts[FIDELITY_DIFFERS], "undecided",
                     (int)f->counts[FIDELITY_UNDECIDED], "missing",
                     (int)f->counts[FIDELITY_MISSING], "rows", rows);
}

static int render_as_json(const struct fidelity *tables, const struct result *emulated,
                          const struct result *real, size_t count, struct buf *out, struct err *err)
{
    json_t *o = json_pack("{s:o}", "emulated", side_json(emulated));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, table_json(&tables[i], &real[i]));
    if (count == 1)
        json_object_update(o, json_array_get(list, 0));
    else
        json_object_set(o, "references", list);
    json_decref(list);
    json_add_text(out, o, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    return out->failed ? err_set(err, ERR_SYSTEM, "fidelity: out of memory") : 0;
}

/* Where its waiters ask for the lock, as far as the file says. */
static const char *request_text(const struct result *r)
{
    const json_t *tool = json_object_get(json_object_get(r->json, "run"), "tool");
    const char *request = json_string_value(json_object_get(tool, "lock_request"));
    return !request                     ? ""
           : !strcmp(request, "thread") ? "; waiters ask the thread that has the lock"
           : !strcmp(request, "shared") ? "; waiters ask all threads at once"
                                        : "";
}

/* Who is compared, and why the comparison may be worth less. */
static void add_heading(const struct fidelity *tables, const struct result *emulated,
                        const struct result *real, size_t count, bool is_markdown, struct buf *out)
{
    const char *gap = is_markdown ? "\n" : "";
    for (size_t i = 0; i <= count; i++) {
        struct buf line = {0};
        buf_printf(&line, i ? "real: " : "emulated: ");
        result_line(i ? &real[i - 1] : emulated, &line);
        buf_printf(out, "%s%s\n%s", buf_text(&line), i ? request_text(&real[i - 1]) : "", gap);
        buf_release(&line);
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(emulated->hostname, real[i].hostname) != 0 ||
            strcmp(emulated->cpu, real[i].cpu) != 0)
            buf_printf(out, "warning: the two were measured on different machines\n%s", gap);
        if (!tables[i].is_paired)
            buf_printf(out,
                       "note: measured at two moments, which differ by themselves; an interleaved "
                       "run decides more\n%s",
                       gap);
    }
    if (emulated->sanitizer[0])
        buf_printf(out, "warning: the emulation was built with a sanitizer (%s)\n%s",
                   emulated->sanitizer, gap);
    buf_add(out, is_markdown ? "" : "\n");
}

int fidelity_render(const struct fidelity *tables, const struct result *emulated,
                    const struct result *real, size_t count, size_t format, struct buf *out,
                    struct err *err)
{
    if (format == 2)
        return render_as_json(tables, emulated, real, count, out, err);
    add_heading(tables, emulated, real, count, format == 1, out);
    if (count > 1)
        fidelity_render_columns(tables, real, count, format == 1, out);
    else if (format == 1)
        render_as_markdown(tables, out);
    else
        render_as_text(tables, out);
    return out->failed ? err_set(err, ERR_SYSTEM, "fidelity: out of memory") : 0;
}
