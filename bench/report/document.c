/*
 * A report for programs: the numbers with their intervals beside the text people see.
 *
 *   { "schema": "contend.report/1", "results": [..],
 *     "tables": [ { "title", "labels": [..], "columns": [ {"group", "title", "metric", "ratio"} ],
 *                   "rows": [ { "labels": {..}, "values": [ {..} | null ] } ] } ],
 *     "notes": [..], "sentences": [..] }
 */
#include "bench/core/json.h"
#include "bench/report/report.h"

/* Paths and names may hold any bytes. */
static void set_text(json_t *o, const char *key, const char *text)
{
    json_object_set_new(o, key, json_text(text));
}

static void set_value(json_t *o, const struct page_value *v, const char *unit)
{
    json_set_finite(o, "center", v->center);
    json_set_finite(o, "lo", v->lo);
    json_set_finite(o, "hi", v->hi);
    json_set_finite(o, "level", v->level);
    if (v->n)
        json_object_set_new(o, "n", json_integer((json_int_t)v->n));
    set_text(o, "unit", unit);
}

static void set_status(json_t *o, const struct result_cell *c)
{
    set_text(o, "status", cell_status_name(c->status));
    if (c->status != CELL_OK)
        set_text(o, "reason", c->reason);
}

static json_t *slot_json(const struct slot *s)
{
    char text[48] = "";
    struct page_value v;
    json_t *o = s->kind == SLOT_EMPTY ? json_null() : json_object();
    switch (s->kind) {
    case SLOT_EMPTY:
        return o;
    case SLOT_VALUE:
        v = value_of_summary(&s->metric->summary);
        set_value(o, &v, s->metric->unit);
        set_text(o, "source", s->metric->source);
        set_text(o, "text", number_text(text, sizeof text, &s->number));
        break;
    case SLOT_RATIO:
        v = value_of_ratio(&s->ratio);
        set_value(o, &v, "ratio");
        set_text(o, "text", number_text(text, sizeof text, &s->number));
        break;
    case SLOT_ABSENT:
        if (s->metric->reason)
            set_text(o, "reason", s->metric->reason);
        set_text(o, "text", s->metric->is_reference ? "reference" : "-");
        break;
    case SLOT_STATUS:
        set_status(o, s->entry.cell);
        set_text(o, "text", cell_status_name(s->entry.cell->status));
        break;
    }
    set_text(o, "cell", s->entry.cell->id);
    return o;
}

static json_t *row_json(const struct grid *g, size_t row)
{
    json_t *labels = json_object(), *values = json_array(), *o = json_object();
    const struct entry *only = &g->rows[row].only;
    for (size_t l = 0; l < g->labels.count; l++)
        if (dim_text(grid_label(g, row, l))[0])
            set_text(labels, g->labels.names[l], dim_text(grid_label(g, row, l)));
    for (size_t c = 0; c < g->column_count; c++)
        json_array_append_new(values, slot_json(grid_slot(g, row, c)));
    json_object_set_new(o, "labels", labels);
    if (only->cell) {
        set_text(o, "result", only->result->label);
        set_text(o, "cell", only->cell->id);
        set_status(o, only->cell);
    }
    json_object_set_new(o, "values", values);
    return o;
}

static json_t *column_json(const struct grid_column *c)
{
    json_t *o = json_object();
    set_text(o, "group", c->group);
    set_text(o, "title", c->title);
    set_text(o, "metric", c->metric);
    json_object_set_new(o, "ratio", json_boolean(c->is_ratio));
    return o;
}

static json_t *grid_json(const struct grid *g)
{
    json_t *labels = json_array(), *columns = json_array(), *rows = json_array();
    for (size_t l = 0; l < g->labels.count; l++)
        json_array_append_new(labels, json_text(g->labels.names[l]));
    for (size_t c = 0; c < g->column_count; c++)
        json_array_append_new(columns, column_json(&g->columns[c]));
    for (size_t r = 0; r < g->row_count; r++)
        json_array_append_new(rows, row_json(g, r));
    json_t *o = json_object();
    set_text(o, "title", g->title);
    if (g->subtitle[0])
        set_text(o, "subtitle", g->subtitle);
    json_object_set_new(o, "labels", labels);
    json_object_set_new(o, "columns", columns);
    json_object_set_new(o, "rows", rows);
    return o;
}

static json_t *result_json(const struct result *r)
{
    json_t *o = json_object();
    set_text(o, "label", r->label);
    set_text(o, "path", r->path);
    set_text(o, "run", r->run_id);
    set_text(o, "status", r->status);
    if (r->hostname[0])
        set_text(o, "host", r->hostname);
    return o;
}

static json_t *note_json(const struct note *n)
{
    json_t *o = json_object();
    set_text(o, "kind", n->kind);
    set_text(o, "text", n->text);
    set_text(o, "about", n->is_absence ? "metric" : "cell");
    json_object_set_new(o, "cells", json_integer((json_int_t)n->count));
    if (n->first.cell)
        set_text(o, "first", n->first.cell->id);
    return o;
}

/* Those of several results name theirs. */
static json_t *sentences_json(const struct report_parts *r)
{
    json_t *list = json_array();
    struct buf b = {0};
    for (size_t i = 0; i < r->tables.result_count; i++)
        for (size_t s = 0; s < r->sentences[i].count; s++) {
            buf_reset(&b);
            if (r->tables.result_count > 1)
                buf_printf(&b, "%s: ", r->tables.results[i].label);
            buf_add(&b, r->sentences[i].items[s]);
            json_array_append_new(list, json_text_of(&b));
        }
    buf_release(&b);
    return list;
}

json_t *report_document(const struct report_parts *r)
{
    json_t *root = json_object(), *results = json_array(), *tables = json_array(),
           *notes = json_array();
    for (size_t i = 0; i < r->tables.result_count; i++)
        json_array_append_new(results, result_json(&r->tables.results[i]));
    for (size_t i = 0; i < r->tables.count; i++)
        json_array_append_new(tables, grid_json(&r->tables.grids[i]));
    for (size_t i = 0; i < r->notes.count; i++)
        json_array_append_new(notes, note_json(&r->notes.items[i]));
    set_text(root, "schema", "contend.report/1");
    json_object_set_new(root, "results", results);
    json_object_set_new(root, "tables", tables);
    json_object_set_new(root, "notes", notes);
    if (r->sentences)
        json_object_set_new(root, "sentences", sentences_json(r));
    return root;
}
