/*
 * JSON: the command's own document where it has one, otherwise the page itself,
 *
 *   { "schema": "contend.page/1", "title",
 *     "blocks": [ {"heading", "level"} | {"role", "text"} | {"command"} | {"verbatim"}
 *                 | {"grid", "title"?, "columns": [{"key", "head", "unit", "group"?}],
 *                    "rows": [{"group"?, KEY: null | text | number | cell}]}
 *                 | {"verdict", "id", "name", "severity", "text"}
 *                 | {"chart", "title", "kind", "x", "y",
 *                    "series": [{"name", "panel"?, "x"?, "y"?, "points": [..]}]} ] }
 *
 * A cell with an interval is {"center", "lo", "hi", "level", "n"}, with "unit" where it is not the
 * column's; one that is missing {"missing": why}; a row that was not measured ends with {"status",
 * "reason"}.
 */
#include "bench/base/json.h"
#include "bench/page/formats.h"
#include "bench/page/model.h"

#include <math.h>

/* Takes value. Returns -1 when either could not be made. */
static int set(json_t *object, const char *key, json_t *value)
{
    return object && value ? json_object_set_new(object, key, value) : (json_decref(value), -1);
}

static int set_text(json_t *object, const char *key, const char *text)
{
    return set(object, key, json_text(text ? text : ""));
}

/* Beyond it 15 digits may say a number that no double holds. */
#define NUMBER_MOST 1e308

static bool is_number(double value)
{
    return fabs(value) <= NUMBER_MOST;
}

/* Numbers are finite or absent. */
static int set_number(json_t *object, const char *key, double value)
{
    return is_number(value) ? set(object, key, json_real(value)) : 0;
}

/* The object, or NULL when something in it failed. */
static json_t *whole(json_t *object, int failed)
{
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *value_json(const struct page_cell *c)
{
    const struct page_value v = cell_value(c);
    if (!is_number(v.center))
        return json_null();
    if (!is_number(v.lo) && !is_number(v.hi) && !c->unit)
        return json_real(v.center);
    json_t *o = json_object();
    int failed = set_number(o, "center", v.center) | set_number(o, "lo", v.lo) |
                 set_number(o, "hi", v.hi) | set_number(o, "level", v.level);
    if (c->unit)
        failed |= set_text(o, "unit", c->unit);
    if (v.n)
        failed |= set(o, "n", json_integer((json_int_t)v.n));
    return whole(o, failed);
}

static json_t *trend_json(const struct page_cell *c)
{
    json_t *list = json_array();
    int failed = !list;
    for (size_t i = 0; i < c->trend->count && !failed; i++)
        failed = json_array_append_new(
            list, is_number(c->trend->values[i]) ? json_real(c->trend->values[i]) : json_null());
    return whole(list, failed);
}

static json_t *cell_json(const struct page_cell *c)
{
    json_t *o;
    switch (c->kind) {
    case CELL_EMPTY:
        return json_null();
    case CELL_TEXT:
        return json_text(c->text);
    case CELL_COUNT:
        /* Of a file that somebody wrote it may be more than any integer. */
        return c->number > -9e18 && c->number < 9e18 ? json_integer((json_int_t)c->number)
               : is_number(c->number)                ? json_real(c->number)
                                                     : json_null();
    case CELL_VALUE:
    case CELL_NUMBER:
    case CELL_SHOWN:
        return value_json(c);
    case CELL_MISSING:
        o = json_object();
        return whole(o, set_text(o, "missing", c->text));
    case CELL_STATUS:
        o = json_object();
        return whole(o, set_text(o, "status", c->word) | set_text(o, "reason", c->text));
    case CELL_TREND:
        return trend_json(c);
    }
    return NULL;
}

/* ---- Grids ------------------------------------------------------------------------------- */

static json_t *columns_json(const struct page_grid *g)
{
    json_t *list = json_array();
    int failed = !list;
    for (size_t i = 0; i < g->column_count && !failed; i++) {
        const struct page_column *c = &g->form.columns[i];
        if (!column_is_for(c, PAGE_DATA))
            continue;
        json_t *o = json_object();
        failed = set_text(o, "key", c->key) | set_text(o, "head", column_head(c)) |
                 set_text(o, "unit", c->unit);
        if (c->group)
            failed |= set_text(o, "group", c->group);
        failed |= json_array_append_new(list, o);
    }
    return whole(list, failed);
}

static json_t *rows_json(const struct page_grid *g)
{
    json_t *list = json_array();
    const char *group = NULL;
    int failed = !list;
    for (const struct page_row *r = g->rows; r && !failed; r = r->next) {
        json_t *o = json_object();
        size_t status = row_status(g, r);
        group = r->group ? r->group : group;
        if (group)
            failed |= set_text(o, "group", group);
        for (size_t c = 0; c < g->column_count && c <= status; c++)
            if (column_is_for(&g->form.columns[c], PAGE_DATA))
                failed |= set(o, g->form.columns[c].key, cell_json(&r->cells[c]));
        failed |= json_array_append_new(list, o);
    }
    return whole(list, failed);
}

/* ---- Charts ------------------------------------------------------------------------------ */

static json_t *axis_json(const struct page_axis *a)
{
    static const char *const scales[] = {
        [PAGE_LINEAR] = "linear", [PAGE_LOG] = "log", [PAGE_TAIL] = "tail"};
    json_t *o = json_object();
    return whole(o, set_text(o, "name", a->name) |
                        set_text(o, "unit", a->unit ? a->unit : "count") |
                        set_text(o, "scale", scales[a->scale]) |
                        set(o, "log", json_boolean(a->scale == PAGE_LOG)));
}

static json_t *point_json(const struct page_point *p)
{
    json_t *o = json_object();
    int failed = set_number(o, "x", p->x) | set_number(o, "y", p->y) | set_number(o, "lo", p->lo) |
                 set_number(o, "hi", p->hi);
    if (p->label)
        failed |= set_text(o, "label", p->label);
    if (p->flags & PAGE_ROUGH)
        failed |= set(o, "rough", json_true());
    if (p->flags & PAGE_UNRELIABLE)
        failed |= set(o, "unreliable", json_true());
    return whole(o, failed);
}

/* Where a panel has axes of its own, its series say them. */
static json_t *series_json(const struct page_chart *c, const struct page_panel *panel,
                           const struct page_series *s)
{
    static const char *const marks[] = {
        [PAGE_FIT] = "fit", [PAGE_TICK] = "tick", [PAGE_RULE] = "rule", [PAGE_ARROW] = "arrow"};
    json_t *o = json_object(), *points = json_array();
    int failed = !points;
    for (const struct page_points *p = s->points; p && !failed; p = p->next)
        failed = json_array_append_new(points, point_json(&p->point));
    failed |= set_text(o, "name", s->form.name);
    if (panel->title[0])
        failed |= set_text(o, "panel", panel->title);
    if (s->form.mark)
        failed |= set_text(o, "mark", marks[s->form.mark]);
    if (panel->x.name != c->form.x.name)
        failed |= set(o, "x", axis_json(&panel->x));
    if (panel->y.name != c->form.y.name)
        failed |= set(o, "y", axis_json(&panel->y));
    return whole(o, failed | set(o, "points", points));
}

static int set_chart(json_t *o, const struct page_chart *c)
{
    static const char *const kinds[] = {[PAGE_LINES] = "lines",
                                        [PAGE_DOTS] = "dots",
                                        [PAGE_BARS] = "bars",
                                        [PAGE_STACKS] = "stacks",
                                        [PAGE_LANES] = "lanes"};
    json_t *list = json_array();
    int failed = !list;
    for (const struct page_panel *panel = c->panels; panel; panel = panel->next)
        for (const struct page_series *s = panel->series; s && !failed; s = s->next)
            failed = json_array_append_new(list, series_json(c, panel, s));
    failed |= set_text(o, "chart", c->form.key) | set_text(o, "title", c->form.title) |
              set_text(o, "kind", kinds[c->form.kind]);
    if (c->form.subtitle[0])
        failed |= set_text(o, "subtitle", c->form.subtitle);
    if (c->form.note[0])
        failed |= set_text(o, "note", c->form.note);
    return failed | set(o, "x", axis_json(&c->form.x)) | set(o, "y", axis_json(&c->form.y)) |
           set(o, "series", list);
}

/* ---- Blocks ------------------------------------------------------------------------------ */

static int set_block(json_t *o, const struct page_block *b)
{
    static const char *const roles[] = {
        [PAGE_SENTENCE] = "sentence", [PAGE_SOURCE] = "source",   [PAGE_MEANING] = "meaning",
        [PAGE_NOTE] = "note",         [PAGE_WARNING] = "warning", [PAGE_LEGEND] = "legend",
        [PAGE_SUMMARY] = "summary",
    };
    static const char *const severities[] = {
        [PAGE_PASS] = "pass",      [PAGE_FAIL] = "fail", [PAGE_ERROR] = "error",
        [PAGE_WARNED] = "warning", [PAGE_SKIP] = "skip",
    };
    int failed = 0;
    switch (b->kind) {
    case BLOCK_HEADING:
        return set_text(o, "heading", b->text) | set(o, "level", json_integer(b->level));
    case BLOCK_WORDS:
        failed = b->lead[0] ? set_text(o, "lead", b->lead) : 0;
        return failed | set_text(o, "role", roles[b->role]) | set_text(o, "text", b->text);
    case BLOCK_COMMAND:
        return set_text(o, "command", b->text);
    case BLOCK_VERBATIM:
        return set_text(o, "verbatim", b->text);
    case BLOCK_GRID:
        failed = set_text(o, "grid", b->grid->form.key);
        if (b->grid->form.title[0])
            failed |= set_text(o, "title", b->grid->form.title);
        if (b->grid->form.subtitle[0])
            failed |= set_text(o, "subtitle", b->grid->form.subtitle);
        return failed | set(o, "columns", columns_json(b->grid)) |
               set(o, "rows", rows_json(b->grid));
    case BLOCK_VERDICT:
        return set_text(o, "verdict", b->verdict.word) | set_text(o, "id", b->verdict.id) |
               set_text(o, "name", b->verdict.name) |
               set_text(o, "severity", severities[b->verdict.severity]) |
               set_text(o, "text", b->verdict.text);
    case BLOCK_CHART:
        return set_chart(o, b->chart);
    case BLOCK_GAP:
    case BLOCK_FOLD:
    case BLOCK_UNFOLD:
    case BLOCK_MODEL:
        break;
    }
    return 0;
}

static json_t *page_json(const struct page *p)
{
    json_t *root = json_object(), *blocks = json_array();
    int failed = set_text(root, "schema", "contend.page/1") | set_text(root, "title", p->title);
    for (const struct page_block *b = page_next(p->blocks, PAGE_DATA); b && !failed;
         b = page_next(b->next, PAGE_DATA)) {
        json_t *o = json_object();
        failed = !o || set_block(o, b);
        if (failed || json_object_size(o) == 0)
            json_decref(o);
        else
            failed = json_array_append_new(blocks, o);
    }
    return whole(root, failed | set(root, "blocks", blocks));
}

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    (void)style;
    if (p->document_text) {
        json_escape(out, p->document_text);
        buf_add(out, "\n");
    } else if (p->document) {
        json_add_text(out, json_incref(p->document), p->document_flags);
    } else {
        json_add_text(out, page_json(p), JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    }
}

const struct page_format page_format_json = {
    .name = "json",
    .audience = PAGE_DATA,
    .shows_own = true,
    .write = write,
};
