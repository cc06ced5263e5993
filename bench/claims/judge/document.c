/* contend.claims/1: everything, numbers unrounded. */
#include "bench/claims/judge/show.h"
#include "bench/core/json.h"

#include <math.h>
#include <stdlib.h>

/* Numbers are finite or null. */
static json_t *number_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *part_json(const struct part_verdict *p)
{
    static const char *const kinds[] = {
        [EFFECT_RATIO] = "ratio",         [EFFECT_VALUE] = "value",
        [EFFECT_INTERVALS] = "intervals", [EFFECT_CPU_INTERVALS] = "cpu_intervals",
        [EFFECT_BREAKEVEN] = "breakeven", [EFFECT_NEVER] = "never",
    };
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "text", p->part->text, "verdict",
                          standing_name(p->verdict), "metric", p->part->metric, "kind",
                          kinds[p->part->effect], "above",
                          p->part->above > 0 ? json_real(p->part->above) : json_null(), "below",
                          p->part->below > 0 ? json_real(p->part->below) : json_null());
    if (p->effect.n)
        json_object_set_new(o, "effect",
                            json_pack("{s:o, s:o, s:o, s:f, s:I}", "center",
                                      number_json(p->effect.center), "lo",
                                      number_json(p->effect.lo), "hi", number_json(p->effect.hi),
                                      "level", p->effect.level, "n", (json_int_t)p->effect.n));
    json_object_set_new(o, "load_ratio", number_json(p->load_ratio));
    if (p->reason[0])
        json_object_set_new(o, "reason", json_string(p->reason));
    return o;
}

static json_t *verdict_json(const struct claim_verdict *v)
{
    json_t *parts = json_array();
    for (size_t k = 0; k < v->part_count; k++)
        json_array_append_new(parts, part_json(&v->parts[k]));
    return json_pack("{s:s, s:o}", "verdict", standing_name(v->verdict), "parts", parts);
}

static json_t *claim_json(const struct claims_view *p, size_t i)
{
    const struct claim_verdict *v = &p->verdicts->items[i], *other = reference_of(p, i);
    json_t *o = json_pack("{s:i, s:s, s:s, s:s}", "number", v->claim->number, "name",
                          v->claim->name, "sentence", v->claim->sentence, "where", v->claim->where);
    json_object_update_new(o, verdict_json(v));
    if (v->verdict == STANDING_REFUTED && v->claim->known)
        json_object_set_new(o, "known", json_string(v->claim->known));
    if (v->part_count) {
        struct buf command = {0};
        claim_part_command(v->parts[v->decisive].part, p->substitutions, p->plugins, &command);
        json_object_set_new(o, "command", json_string(buf_text(&command)));
        buf_release(&command);
    }
    if (other)
        json_object_set_new(o, "reference", verdict_json(other));
    return o;
}

static json_t *result_json(const struct result *r)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "path", r->path, "run_id", r->run_id,
                     "runtime", r->runtime, "hostname", r->hostname, "cpus_allowed",
                     (json_int_t)r->cpus_allowed, "rounds", (json_int_t)r->rounds);
}

static json_t *counts_json(const struct verdicts *v)
{
    json_t *o = json_object();
    for (size_t k = 0; k < STANDINGS; k++)
        json_object_set_new(o, standing_name((enum standing)k),
                            json_integer((json_int_t)v->counts[k]));
    return o;
}

json_t *claims_document(const struct claims_view *p)
{
    json_t *claims = json_array();
    for (size_t i = 0; i < p->verdicts->count; i++)
        json_array_append_new(claims, claim_json(p, i));
    json_t *root =
        json_pack("{s:s, s:o, s:o, s:o}", "schema", "contend.claims/1", "result",
                  result_json(p->result), "counts", counts_json(p->verdicts), "claims", claims);
    if (root && p->reference)
        json_object_set_new(root, "reference", result_json(p->reference));
    if (root && p->reference_missing)
        json_object_set_new(root, "reference_missing", json_text(p->reference_missing));
    return root;
}
