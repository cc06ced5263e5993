/* The ladder for programs: the same slots, their numbers unrounded. */
#include "bench/base/json_make.h"
#include "bench/judge/ladder/ladder.h"

#include "bench/judge/parts/low.h"

#include <math.h>

static const char *kind_word(enum ladder_kind kind)
{
    static const char *const words[] = {
        [LADDER_STARTUP] = "startup", [LADDER_LIFECYCLE] = "lifecycle",
        [LADDER_MEMORY] = "memory",   [LADDER_SWITCH] = "switch",
        [LADDER_WAITING] = "waiting", [LADDER_COMPUTING] = "computing",
        [LADDER_LOCKED] = "locked",   [LADDER_LOCK_WAIT] = "lock_wait",
        [LADDER_OTHER] = "other",     [LADDER_OWN] = "own",
    };
    return words[kind];
}

static json_t *column_json(const struct ladder_column *c, enum ladder_of of)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "kind", kind_word(c->kind));
    json_make_text(&o, "metric", c->metric);
    if (of != LADDER_OF_WORKS) {
        json_make_text(&o, "workload", c->like->workload);
        json_make_int(&o, "tasks", c->like->tasks);
    }
    if (of == LADDER_OF_EXECUTORS)
        json_make_text(&o, "lock", c->like->lock);
    return json_made(&o);
}

static bool is_start(enum ladder_kind kind)
{
    return kind == LADDER_STARTUP || kind == LADDER_LIFECYCLE;
}

static json_t *slot_json(const struct ladder_slot *s, enum ladder_kind kind, bool *failed)
{
    if (!s->cell)
        return json_null();
    struct json_maker o = json_maker_new();
    json_make_text(&o, "cell", s->cell->id);
    if (s->cell->status != CELL_OK)
        json_make_text(&o, "status", cell_status_name(s->cell->status));
    if (s->metric) {
        const struct summary *v = &s->metric->summary;
        double low = is_start(kind) ? low_of(s->metric, failed) : (double)NAN;
        json_make_finite(&o, "center", v->center);
        json_make_finite(&o, "lo", v->lo);
        json_make_finite(&o, "hi", v->hi);
        json_make_finite(&o, "level", v->level);
        json_make_finite(&o, "fastest_tenth", low);
        json_make_text(&o, "unit", s->metric->unit);
        json_make_bool(&o, "doubtful", s->is_doubtful);
    }
    if (s->alone)
        json_make_finite(&o, "alone", s->alone->summary.center);
    return json_made(&o);
}

static json_t *row_json(const struct ladder *l, const struct ladder_row *row, bool *failed)
{
    struct json_maker o = json_maker_new(), slots = json_maker_list();
    json_make_text(&o, "name", row->name);
    json_make_text(&o, "result", row->result->label);
    for (size_t c = 0; c < l->columns.count; c++)
        json_make_add(&slots, slot_json(&row->slots[c], l->columns.items[c].kind, failed));
    json_make_list(&o, "slots", &slots);
    return json_made(&o);
}

json_t *ladder_json(const struct ladder *l)
{
    static const char *const of[] = {"executors", "locks", "works"};
    struct json_maker o = json_maker_new(), columns = json_maker_list(), rows = json_maker_list();
    bool failed = false;
    for (size_t i = 0; i < l->columns.count; i++)
        json_make_add(&columns, column_json(&l->columns.items[i], l->of));
    for (size_t i = 0; i < l->rows.count; i++)
        json_make_add(&rows, row_json(l, &l->rows.items[i], &failed));
    json_make_text(&o, "rows_are", of[l->of]);
    json_make_list(&o, "columns", &columns);
    json_make_list(&o, "rows", &rows);
    o.failed |= failed;
    return json_made(&o);
}
