/* The fidelity table for programs. */
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/judge/fidelity/parts.h"

/* What has to be measured for a row, by the names contend gives cells. */
static json_t *cells_json(const struct fidelity_rule *rule)
{
    struct json_maker list = json_maker_list();
    char name[120];
    bool is_order = rule->kind == FIDELITY_ORDER;
    for (size_t i = 0; i < (is_order ? FIDELITY_FORMS : 2); i++) {
        const struct fidelity_cell *cell = is_order ? &fidelity_forms[i].cell
                                           : i      ? &rule->base
                                                    : &rule->subject;
        if (!cell->workload)
            continue;
        fidelity_name_cell(cell, name, sizeof name);
        json_make_add(&list, json_string(name));
    }
    return json_made(&list);
}

static json_t *row_json(const struct fidelity_row *row)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "name", row->rule->name);
    json_make_text(&o, "group", row->rule->group);
    json_make_text(&o, "text", row->rule->text);
    if (row->rule->kind == FIDELITY_ORDER && row->emulated_text[0]) {
        json_make_text(&o, "emulated", row->emulated_text);
        json_make_text(&o, "real", row->real_text);
    }
    json_make_finite(&o, "emulated", row->emulated.center);
    json_make_finite(&o, "emulated_lo", row->emulated.lo);
    json_make_finite(&o, "emulated_hi", row->emulated.hi);
    json_make_finite(&o, "real", row->real.center);
    json_make_finite(&o, "real_lo", row->real.lo);
    json_make_finite(&o, "real_hi", row->real.hi);
    json_make_finite(&o, "difference", row->difference);
    if (row->rule->kind == FIDELITY_VARIANT) {
        json_make_finite(&o, "least", row->rule->least);
        json_make_finite(&o, "most", row->rule->most);
    } else {
        json_make_finite(&o, "tolerance", row->rule->tolerance);
    }
    json_make_text(&o, "verdict", fidelity_verdict_name(row->verdict));
    if (row->rounds)
        json_make_int(&o, "rounds", (int64_t)row->rounds);
    if (row->rounds_lacking)
        json_make_int(&o, "rounds_lacking", (int64_t)row->rounds_lacking);
    if (row->reason[0])
        json_make_text(&o, "reason", row->reason);
    json_make_value(&o, "cells", cells_json(row->rule));
    return json_made(&o);
}

static json_t *side_json(const struct result *r)
{
    return json_pack("{s:o, s:s, s:s}", "file", json_text(r->label), "runtime", r->runtime,
                     "hostname", r->hostname);
}

/* One real side: who it is, the counts and the rows. */
static json_t *table_json(const struct fidelity *f, const struct result *real)
{
    struct json_maker rows = json_maker_list();
    for (size_t i = 0; i < f->count; i++)
        json_make_add(&rows, row_json(&f->rows[i]));
    return json_pack("{s:o, s:b, s:i, s:i, s:i, s:i, s:o}", "real", side_json(real), "interleaved",
                     f->is_paired, "agrees", (int)f->counts[FIDELITY_AGREES], "differs",
                     (int)f->counts[FIDELITY_DIFFERS], "undecided",
                     (int)f->counts[FIDELITY_UNDECIDED], "missing",
                     (int)f->counts[FIDELITY_MISSING], "rows", json_made(&rows));
}

json_t *fidelity_document(const struct fidelity *tables, const struct result *emulated,
                          const struct result *real, size_t count)
{
    struct json_maker o = json_maker_take(json_pack("{s:o}", "emulated", side_json(emulated))),
                      list = json_maker_list();
    for (size_t i = 0; i < count; i++)
        json_make_add(&list, table_json(&tables[i], &real[i]));
    json_t *made = json_made(&list);
    if (count == 1)
        json_make_all(&o, json_incref(json_array_get(made, 0)));
    else
        json_make_shared(&o, "references", made);
    json_decref(made);
    return json_made(&o);
}
