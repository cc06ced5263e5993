/*
 * A report for programs: the numbers with their intervals beside the text people see.
 *
 *   { "schema": "contend.report/1", "results": [..],
 *     "ladder": { "rows_are", "columns": [ {"kind", "metric", ..} ],
 *                 "rows": [ { "name", "slots": [ {..} | null ] } ] },
 *     "tables": [ { "title", "labels": [..], "columns": [ {"group", "title", "metric", "ratio"} ],
 *                   "rows": [ { "labels": {..}, "values": [ {..} | null ] } ] } ],
 *     "notes": [..], "sentences": [..] }
 *
 * Ten thousand rows are a hundred megabytes as a tree and thirty as a text: rows become text one by
 * one.
 */
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/judge/table/report.h"

#include <string.h>

static void make_value(struct json_maker *o, const struct page_value *v, const char *unit)
{
    json_make_finite(o, "center", v->center);
    json_make_finite(o, "lo", v->lo);
    json_make_finite(o, "hi", v->hi);
    json_make_finite(o, "level", v->level);
    if (v->n)
        json_make_int(o, "n", (int64_t)v->n);
    json_make_text(o, "unit", unit);
}

static void make_status(struct json_maker *o, const struct result_cell *c)
{
    json_make_text(o, "status", cell_status_name(c->status));
    if (c->status != CELL_OK)
        json_make_text(o, "reason", c->reason);
}

static json_t *slot_json(const struct slot *s)
{
    char text[48] = "";
    struct page_value v;
    if (s->kind == SLOT_EMPTY)
        return json_null();
    struct json_maker o = json_maker_new();
    switch (s->kind) {
    case SLOT_EMPTY:
        break;
    case SLOT_VALUE:
        v = value_of_summary(&s->metric->summary);
        make_value(&o, &v, s->metric->unit);
        json_make_text(&o, "source", s->metric->source);
        json_make_text(&o, "text", number_text(text, sizeof text, &s->number));
        break;
    case SLOT_RATIO:
        v = value_of_ratio(&s->ratio);
        make_value(&o, &v, "ratio");
        json_make_text(&o, "text", number_text(text, sizeof text, &s->number));
        break;
    case SLOT_ABSENT:
        if (s->metric->reason)
            json_make_text(&o, "reason", s->metric->reason);
        json_make_text(&o, "text", s->metric->is_reference ? "reference" : "-");
        break;
    case SLOT_STATUS:
        make_status(&o, s->entry.cell);
        json_make_text(&o, "text", cell_status_name(s->entry.cell->status));
        break;
    }
    json_make_text(&o, "cell", s->entry.cell->id);
    return json_made(&o);
}

static json_t *row_json(const struct grid *g, size_t row)
{
    struct json_maker o = json_maker_new(), labels = json_maker_new(), values = json_maker_list();
    const struct entry *only = &g->rows[row].only;
    for (size_t l = 0; l < g->labels.count; l++)
        if (dim_text(grid_label(g, row, l))[0])
            json_make_text(&labels, g->labels.names[l], dim_text(grid_label(g, row, l)));
    for (size_t c = 0; c < g->column_count; c++)
        json_make_add(&values, slot_json(grid_slot(g, row, c)));
    json_make_value(&o, "labels", json_made(&labels));
    if (only->cell) {
        json_make_text(&o, "result", only->result->label);
        json_make_text(&o, "cell", only->cell->id);
        make_status(&o, only->cell);
    }
    json_make_list(&o, "values", &values);
    return json_made(&o);
}

static json_t *column_json(const struct grid_column *c)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "group", c->group);
    json_make_text(&o, "title", c->title);
    json_make_text(&o, "metric", c->metric);
    json_make_bool(&o, "ratio", c->is_ratio);
    return json_made(&o);
}

/* All but the rows. */
static json_t *grid_json(const struct grid *g)
{
    struct json_maker o = json_maker_new(), labels = json_maker_list(), columns = json_maker_list();
    for (size_t l = 0; l < g->labels.count; l++)
        json_make_add(&labels, json_text(g->labels.names[l]));
    for (size_t c = 0; c < g->column_count; c++)
        json_make_add(&columns, column_json(&g->columns[c]));
    json_make_text(&o, "title", g->title);
    if (g->subtitle[0])
        json_make_text(&o, "subtitle", g->subtitle);
    json_make_list(&o, "labels", &labels);
    json_make_list(&o, "columns", &columns);
    return json_made(&o);
}

static json_t *result_json(const struct result *r)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "label", r->label);
    json_make_text(&o, "path", r->path);
    json_make_text(&o, "run", r->run_id);
    json_make_text(&o, "status", r->status);
    if (r->hostname[0])
        json_make_text(&o, "host", r->hostname);
    return json_made(&o);
}

static json_t *note_json(const struct note *n)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "kind", n->kind);
    json_make_text(&o, "text", n->text);
    json_make_text(&o, "about", n->is_of_metric ? "metric" : "cell");
    json_make_int(&o, "cells", (int64_t)n->count);
    if (n->first.cell)
        json_make_text(&o, "first", n->first.cell->id);
    return json_made(&o);
}

/* Those of several results name theirs. */
static json_t *sentences_json(const struct report_parts *r)
{
    struct json_maker list = json_maker_list();
    struct buf b = {0};
    for (size_t i = 0; i < r->tables.result_count; i++)
        for (size_t s = 0; s < r->sentences[i].count; s++) {
            buf_reset(&b);
            if (r->tables.result_count > 1)
                buf_printf(&b, "%s: ", r->tables.results[i].label);
            buf_add(&b, r->sentences[i].items[s]);
            json_make_add(&list, json_text_of(&b));
        }
    buf_release(&b);
    return json_made(&list);
}

/* ---- The text, part by part ---------------------------------------------------------------- */

enum { FLAGS = JSON_INDENT(1) | JSON_REAL_PRECISION(15) };

/* What surrounds a table in a tree of nothing else, and a row in such a table. */
static const char before_table[] = "{\n \"tables\": [", behind_table[] = "\n ]\n}";
static const char before_row[] = "{\n \"tables\": [\n  {\n   \"rows\": [",
                  behind_row[] = "\n   ]\n  }\n ]\n}";

/* {"tables": [grid]} */
static json_t *as_table(json_t *grid)
{
    struct json_maker o = json_maker_new(), list = json_maker_list();
    json_make_add(&list, grid);
    json_make_list(&o, "tables", &list);
    return json_made(&o);
}

static json_t *as_row(json_t *row)
{
    struct json_maker o = json_maker_new(), list = json_maker_list();
    json_make_add(&list, row);
    json_make_list(&o, "rows", &list);
    return as_table(json_made(&o));
}

static int add_table(struct buf *out, const struct grid *g)
{
    int failed = json_add_part(out, as_table(grid_json(g)), FLAGS, strlen(before_table),
                               strlen(behind_table) + strlen("\n  }"));
    buf_add(out, g->row_count ? ",\n   \"rows\": [" : ",\n   \"rows\": []");
    for (size_t r = 0; r < g->row_count && !failed; r++) {
        buf_add(out, r ? "," : "");
        failed = json_add_part(out, as_row(row_json(g, r)), FLAGS, strlen(before_row),
                               strlen(behind_row));
    }
    buf_add(out, g->row_count ? "\n   ]\n  }" : "\n  }");
    return failed;
}

static json_t *begin_json(const struct report_parts *r)
{
    struct json_maker root = json_maker_new(), results = json_maker_list();
    for (size_t i = 0; i < r->tables.result_count; i++)
        json_make_add(&results, result_json(&r->tables.results[i]));
    json_make_text(&root, "schema", "contend.report/1");
    json_make_list(&root, "results", &results);
    /* Where rows are works the tables say the same, row by row. */
    if (r->ladder.of != LADDER_OF_WORKS)
        json_make_value(&root, "ladder", ladder_json(&r->ladder));
    return json_made(&root);
}

static json_t *end_json(const struct report_parts *r)
{
    struct json_maker root = json_maker_new(), notes = json_maker_list();
    for (size_t i = 0; i < r->notes.count; i++)
        json_make_add(&notes, note_json(&r->notes.items[i]));
    json_make_list(&root, "notes", &notes);
    if (r->sentences)
        json_make_value(&root, "sentences", sentences_json(r));
    return json_made(&root);
}

void report_document(const struct report_parts *r, struct buf *out)
{
    int failed = json_add_part(out, begin_json(r), FLAGS, 0, strlen("\n}"));
    buf_add(out, r->tables.count ? ",\n \"tables\": [" : ",\n \"tables\": []");
    for (size_t i = 0; i < r->tables.count && !failed; i++) {
        buf_add(out, i ? "," : "");
        failed = add_table(out, &r->tables.grids[i]);
    }
    buf_add(out, r->tables.count ? "\n ]," : ",");
    if (!failed)
        json_add_part(out, end_json(r), FLAGS, strlen("{"), 0);
}
