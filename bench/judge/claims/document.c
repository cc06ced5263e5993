/* contend.claims/1: everything, numbers unrounded. */
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/judge/claims/show.h"

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
    struct json_maker o = json_maker_take(json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o}", "text", p->part->text, "verdict",
        standing_name(p->verdict), "metric", p->part->metric, "kind", kinds[p->part->effect],
        "above", p->part->above > 0 ? json_real(p->part->above) : json_null(), "below",
        p->part->below > 0 ? json_real(p->part->below) : json_null()));
    if (p->effect.n)
        json_make_value(&o, "effect",
                        json_pack("{s:o, s:o, s:o, s:f, s:I}", "center",
                                  number_json(p->effect.center), "lo", number_json(p->effect.lo),
                                  "hi", number_json(p->effect.hi), "level", p->effect.level, "n",
                                  (json_int_t)p->effect.n));
    json_make_value(&o, "load_ratio", number_json(p->load_ratio));
    if (p->reason[0])
        json_make_text(&o, "reason", p->reason);
    return json_made(&o);
}

static json_t *verdict_json(const struct claim_verdict *v)
{
    struct json_maker parts = json_maker_list();
    for (size_t k = 0; k < v->part_count; k++)
        json_make_add(&parts, part_json(&v->parts[k]));
    return json_pack("{s:s, s:o}", "verdict", standing_name(v->verdict), "parts",
                     json_made(&parts));
}

static json_t *claim_json(const struct claims_view *p, size_t i)
{
    const struct claim_verdict *v = &p->verdicts->items[i], *other = reference_of(p, i);
    struct json_maker o = json_maker_take(
        json_pack("{s:i, s:s, s:s, s:s}", "number", v->claim->number, "name", v->claim->name,
                  "sentence", v->claim->sentence, "where", v->claim->where));
    json_make_all(&o, verdict_json(v));
    if (v->verdict == STANDING_REFUTED && v->claim->known)
        json_make_text(&o, "known", v->claim->known);
    if (v->part_count) {
        struct buf command = {0};
        claim_part_command(v->parts[v->decisive].part, p->substitutions, p->plugins, &command);
        json_make_text(&o, "command", buf_text(&command));
        buf_release(&command);
    }
    if (other)
        json_make_value(&o, "reference", verdict_json(other));
    return json_made(&o);
}

static json_t *result_json(const struct result *r)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "path", r->path, "run_id", r->run_id,
                     "runtime", r->runtime, "hostname", r->hostname, "cpus_allowed",
                     (json_int_t)r->cpus_allowed, "rounds", (json_int_t)r->rounds);
}

static json_t *counts_json(const struct verdicts *v)
{
    struct json_maker o = json_maker_new();
    for (size_t k = 0; k < STANDINGS; k++)
        json_make_int(&o, standing_name((enum standing)k), (int64_t)v->counts[k]);
    return json_made(&o);
}

json_t *claims_document(const struct claims_view *p)
{
    struct json_maker claims = json_maker_list();
    for (size_t i = 0; i < p->verdicts->count; i++)
        json_make_add(&claims, claim_json(p, i));
    struct json_maker root = json_maker_take(json_pack(
        "{s:s, s:o, s:o, s:o}", "schema", "contend.claims/1", "result", result_json(p->result),
        "counts", counts_json(p->verdicts), "claims", json_made(&claims)));
    if (p->reference)
        json_make_value(&root, "reference", result_json(p->reference));
    if (p->reference_missing)
        json_make_text(&root, "reference_missing", p->reference_missing);
    return json_made(&root);
}
