/* What was found, for programs: contend.advice/1. */
#include "bench/judge/advise/advise.h"

#include "bench/base/json_make.h"

static const char *const axis_names[ADVISE_AXES] = {"cpu_ratio", "wait_ns", "concurrency",
                                                    "memory_bytes"};

static json_t *value_json(const struct page_value *v)
{
    struct json_maker m = json_maker_new();
    json_make_finite(&m, "center", v->center);
    json_make_finite(&m, "lo", v->lo);
    json_make_finite(&m, "hi", v->hi);
    json_make_int(&m, "n", (int64_t)v->n);
    return json_made(&m);
}

static void make_shape(struct json_maker *m, const struct advise_shape *s)
{
    json_make_text(m, "kind", advise_executor(s->kind));
    json_make_int(m, "processes", s->processes);
    json_make_int(m, "units", s->units);
}

static json_t *entry_json(const struct advise_view *v, const struct advise_entry *e)
{
    struct json_maker m = json_maker_new();
    make_shape(&m, &e->shape);
    json_make_bool(&m, "is_taken", e == advise_choice(v));
    json_make_real(&m, "memory_bytes", e->memory_bytes);
    json_make_finite(&m, "foretold_per_s", e->foretold_per_s);
    json_make_text_or_null(&m, "command", e->command ? e->command : "");
    if (!e->rank) {
        json_make_text(&m, "failed", e->failed);
        return json_made(&m);
    }
    json_make_int(&m, "rank", e->rank);
    json_make_int(&m, "rounds", e->rounds);
    json_make_int(&m, "left_out_after", e->out_after);
    json_make_bool(&m, "is_close", e->is_close);
    json_make_bool(&m, "keeps_up", e->keeps_up);
    json_make_bool(&m, "meets_slo", e->meets_slo);
    json_make_bool(&m, "fits", e->fits);
    json_make_value(&m, "served_per_s", value_json(&e->served));
    json_make_value(&m, "served_of_offered_ratio", value_json(&e->kept));
    json_make_value(&m, "of_best_ratio", value_json(&e->ratio));
    json_make_value(&m, "p50_ns", value_json(&e->p50));
    json_make_value(&m, "p99_ns", value_json(&e->p99));
    return json_made(&m);
}

static json_t *work_json(const struct advise_work *w)
{
    struct json_maker m = json_maker_new();
    json_make_real(&m, "cpu_ns", w->cpu_ns);
    json_make_real(&m, "wait_ns", w->wait_ns);
    json_make_real(&m, "concurrency", w->concurrency);
    json_make_real(&m, "rate_per_s", w->rate_per_s);
    json_make_real(&m, "payload_bytes", w->payload_bytes);
    json_make_real(&m, "image_bytes", w->image_bytes);
    json_make_real(&m, "memory_bytes", w->memory_bytes);
    json_make_real(&m, "slo_ratio", w->slo_ratio);
    json_make_real(&m, "slo_ns", w->slo_ns);
    json_make_text(&m, "lock", w->has_gil ? "gil" : "none");
    json_make_int(&m, "cpus", w->cpus);
    return json_made(&m);
}

static json_t *flip_json(const struct advise_flip *f)
{
    struct json_maker m = json_maker_new();
    json_make_text(&m, "axis", axis_names[f->axis]);
    json_make_text(&m, "side", f->is_above ? "above" : "below");
    json_make_real(&m, "value", f->value);
    json_make_text(&m, "kind", advise_executor(f->kind));
    json_make_text(&m, "source", "foretold");
    return json_made(&m);
}

static json_t *verified_json(const struct advise_verified *f)
{
    struct json_maker m = json_maker_new(), first = json_maker_new(), second = json_maker_new();
    make_shape(&first, &f->first->shape);
    json_make_value(&first, "served_per_s", value_json(&f->served[0]));
    json_make_value(&first, "p99_ns", value_json(&f->p99[0]));
    make_shape(&second, &f->second->shape);
    json_make_value(&second, "served_per_s", value_json(&f->served[1]));
    json_make_value(&second, "p99_ns", value_json(&f->p99[1]));
    json_make_value(&m, "first", json_made(&first));
    json_make_value(&m, "second", json_made(&second));
    json_make_value(&m, "ratio", value_json(&f->ratio));
    return json_made(&m);
}

static void make_stretched(struct json_maker *m, const struct advise_view *v)
{
    double served;
    if (!v->asked_cpus || v->asked_cpus <= v->work->cpus)
        return;
    struct json_maker s = json_maker_new();
    struct advise_shape shape = advise_stretched(v, &served);
    make_shape(&s, &shape);
    json_make_int(&s, "cpus", v->asked_cpus);
    json_make_real(&s, "served_per_s", served);
    json_make_text(&s, "source", "extrapolated");
    json_make_value(m, "beyond", json_made(&s));
}

static void make_reference(struct json_maker *m, const struct advise_reference *r)
{
    struct json_maker rows = json_maker_list();
    for (size_t i = 0; i < r->count; i++) {
        struct json_maker row = json_maker_new();
        make_shape(&row, &r->rows[i].entry->shape);
        json_make_finite(&row, "served_per_s", r->rows[i].served_per_s);
        json_make_finite(&row, "p99_ns", r->rows[i].p99_ns);
        json_make_finite(&row, "memory_bytes", r->rows[i].memory_bytes);
        json_make_add(&rows, json_made(&row));
    }
    json_make_text_or_null(m, "runtime", r->runtime ? r->runtime : "");
    json_make_list(m, "reference", &rows);
}

json_t *advise_document(const struct advise_view *v)
{
    struct json_maker m = json_maker_new(), shapes = json_maker_list(), flips = json_maker_list();
    struct buf refusal = {0};
    const struct advise_entry *choice = advise_choice(v);
    for (size_t i = 0; i < v->board->count; i++)
        json_make_add(&shapes, entry_json(v, &v->board->items[i]));
    for (size_t i = 0; i < v->flips->count && advise_foretells(v); i++)
        json_make_add(&flips, flip_json(&v->flips->items[i]));
    json_make_text(&m, "schema", "contend.advice/1");
    json_make_value(&m, "work", work_json(v->work));
    if (choice) {
        struct json_maker taken = json_maker_new();
        make_shape(&taken, &choice->shape);
        json_make_value(&m, "choice", json_made(&taken));
    } else {
        advise_refusal(v, &refusal);
        json_make_text(&m, "refusal", buf_text(&refusal));
        buf_release(&refusal);
    }
    json_make_list(&m, "shapes", &shapes);
    json_make_list(&m, "flips", &flips);
    if (v->verified)
        json_make_value(&m, "verified", verified_json(v->verified));
    if (v->reference)
        make_reference(&m, v->reference);
    make_stretched(&m, v);
    json_make_int(&m, "seed", (int64_t)v->seed);
    json_make_int(&m, "rounds", v->rounds);
    json_make_real(&m, "took_ns", v->took_ns);
    json_make_finite(&m, "others_ratio", v->others_ratio);
    json_make_real(&m, "turn_ns", v->turn_ns);
    return json_made(&m);
}
