/*
 * Tables as JSON, for programs: the numbers with their intervals beside the text people see.
 *
 *   { "schema": "contend.report/1", "results": [..],
 *     "tables": [ { "title", "labels": [..], "columns": [ {"group", "title", "metric", "ratio"} ],
 *                   "rows": [ { "labels": {..}, "values": [ {..} | null ] } ] } ],
 *     "notes": [..], "sentences": [..] }
 */
#include "bench/core/json.h"
#include "bench/report/render.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static json_t *summary_json(const struct slot *s)
{
    const struct summary *sum = &s->metric->summary;
    json_t *o = json_object();
    json_set_finite(o, "center", sum->center);
    json_set_finite(o, "lo", sum->lo);
    json_set_finite(o, "hi", sum->hi);
    json_set_finite(o, "level", sum->level);
    json_object_set_new(o, "n", json_integer((json_int_t)sum->n));
    json_object_set_new(o, "unit", json_string(s->metric->unit));
    json_object_set_new(o, "source", json_string(s->metric->source));
    return o;
}

static json_t *ratio_json(const struct slot *s)
{
    json_t *o = json_object();
    json_set_finite(o, "center", s->ratio.center);
    json_set_finite(o, "lo", s->ratio.lo);
    json_set_finite(o, "hi", s->ratio.hi);
    json_set_finite(o, "level", s->ratio.level);
    json_object_set_new(o, "unit", json_string("ratio"));
    return o;
}

static json_t *slot_json(const struct slot *s)
{
    char text[48];
    json_t *o = NULL;
    switch (s->kind) {
    case SLOT_EMPTY:
        return json_null();
    case SLOT_VALUE:
        o = summary_json(s);
        break;
    case SLOT_RATIO:
        o = ratio_json(s);
        break;
    case SLOT_ABSENT:
        o = json_object();
        if (s->metric->reason)
            json_object_set_new(o, "reason", json_string(s->metric->reason));
        break;
    case SLOT_STATUS:
        o = json_object();
        json_object_set_new(o, "status", json_string(cell_status_name(s->entry.cell->status)));
        json_object_set_new(o, "reason", json_string(s->entry.cell->reason));
        break;
    }
    slot_text(s, text, sizeof text);
    json_object_set_new(o, "text", json_string(text));
    json_object_set_new(o, "cell", json_string(s->entry.cell->id));
    return o;
}

static json_t *row_json(const struct grid *g, size_t row)
{
    json_t *labels = json_object(), *values = json_array(), *o = json_object();
    for (size_t l = 0; l < g->labels.count; l++) {
        const struct dim_value *v = grid_label(g, row, l);
        if (dim_text(v)[0])
            json_object_set_new(labels, g->labels.names[l], json_string(dim_text(v)));
    }
    for (size_t c = 0; c < g->column_count; c++)
        json_array_append_new(values, slot_json(grid_slot(g, row, c)));
    json_object_set_new(o, "labels", labels);
    const struct entry *only = &g->rows[row].only;
    if (only->cell) {
        json_object_set_new(o, "result", json_string(only->result->label));
        json_object_set_new(o, "cell", json_string(only->cell->id));
        json_object_set_new(o, "status", json_string(cell_status_name(only->cell->status)));
        if (only->cell->status != CELL_OK)
            json_object_set_new(o, "reason", json_string(only->cell->reason));
    }
    json_object_set_new(o, "values", values);
    return o;
}

static json_t *grid_json(const struct grid *g)
{
    json_t *labels = json_array(), *columns = json_array(), *rows = json_array();
    for (size_t l = 0; l < g->labels.count; l++)
        json_array_append_new(labels, json_string(g->labels.names[l]));
    for (size_t c = 0; c < g->column_count; c++) {
        const struct grid_column *col = &g->columns[c];
        json_array_append_new(columns,
                              json_pack("{s:s, s:s, s:s, s:b}", "group", col->group, "title",
                                        col->title, "metric", col->metric, "ratio", col->is_ratio));
    }
    for (size_t r = 0; r < g->row_count; r++)
        json_array_append_new(rows, row_json(g, r));
    json_t *o = json_object();
    json_object_set_new(o, "title", json_string(g->title));
    if (g->subtitle[0])
        json_object_set_new(o, "subtitle", json_string(g->subtitle));
    json_object_set_new(o, "labels", labels);
    json_object_set_new(o, "columns", columns);
    json_object_set_new(o, "rows", rows);
    return o;
}

static json_t *results_json(const struct tables *t)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->result_count; i++) {
        const struct result *r = &t->results[i];
        json_t *o = json_object();
        json_object_set_new(o, "label", json_string(r->label));
        json_object_set_new(o, "path", json_string(r->path));
        json_object_set_new(o, "run", json_string(r->run_id));
        json_object_set_new(o, "status", json_string(r->status));
        if (r->hostname[0])
            json_object_set_new(o, "host", json_string(r->hostname));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *notes_json(const struct page *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->notes->count; i++) {
        const struct note *n = &p->notes->items[i];
        json_t *o = json_object();
        json_object_set_new(o, "kind", json_string(n->kind));
        json_object_set_new(o, "text", json_string(n->text));
        json_object_set_new(o, "about", json_string(n->is_absence ? "metric" : "cell"));
        json_object_set_new(o, "cells", json_integer((json_int_t)n->count));
        if (n->first.cell)
            json_object_set_new(o, "first", json_string(n->first.cell->id));
        json_array_append_new(list, o);
    }
    return list;
}

void render_json(const struct page *p, struct buf *out)
{
    json_t *root = json_object(), *tables = json_array();
    json_object_set_new(root, "schema", json_string("contend.report/1"));
    json_object_set_new(root, "results", results_json(p->tables));
    for (size_t i = 0; i < p->tables->count; i++)
        json_array_append_new(tables, grid_json(&p->tables->grids[i]));
    json_object_set_new(root, "tables", tables);
    json_object_set_new(root, "notes", notes_json(p));
    if (p->sentences) {
        json_t *list = json_array();
        for (size_t i = 0; i < p->sentences->count; i++)
            json_array_append_new(list, json_string(p->sentences->items[i]));
        json_object_set_new(root, "sentences", list);
    }
    json_add_text(out, root, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
}
