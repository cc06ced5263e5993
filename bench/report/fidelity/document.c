/* The fidelity table for programs. */
#include "bench/core/json.h"
#include "bench/report/fidelity/parts.h"

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
    return json_pack("{s:o, s:s, s:s}", "file", json_text(r->label), "runtime", r->runtime,
                     "hostname", r->hostname);
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

json_t *fidelity_document(const struct fidelity *tables, const struct result *emulated,
                          const struct result *real, size_t count)
{
    json_t *o = json_pack("{s:o}", "emulated", side_json(emulated)), *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, table_json(&tables[i], &real[i]));
    if (count == 1)
        json_object_update(o, json_array_get(list, 0));
    else
        json_object_set(o, "references", list);
    json_decref(list);
    return o;
}
