#include "bench/result/write.h"

#include "bench/base/json.h"
#include "bench/result/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void make_number(struct json_maker *m, const char *key, double value)
{
    if (!isnan(value))
        json_make_value(m, key, number_exact_json(value));
}

/* ---- A metric ------------------------------------------------------------------------------ */

static json_t *samples_json(struct json_maker *m, const struct result_metric *metric)
{
    json_t *list = json_array();
    for (size_t i = 0; i < metric->sample_count; i++)
        json_make_item(m, list, number_exact_json(metric->samples[i]));
    return list;
}

static json_t *launches_json(struct json_maker *m, const struct result_metric *metric)
{
    json_t *list = json_array();
    for (size_t i = 0; i < metric->sample_count; i++)
        json_make_item(m, list, json_integer(metric->launches[i]));
    return list;
}

/* What follows from the samples is rounded as they are; what stands for them is kept. */
static json_t *summary_json(const struct result_metric *metric)
{
    const struct summary *s = &metric->summary;
    bool is_derived = metric->sample_count > 0;
    struct json_maker m = json_maker_new();
    json_make_value(&m, "center",
                    is_derived ? number_json(s->center) : number_exact_json(s->center));
    json_make_value(&m, "lo", is_derived ? number_json(s->lo) : number_exact_json(s->lo));
    json_make_value(&m, "hi", is_derived ? number_json(s->hi) : number_exact_json(s->hi));
    json_make_real(&m, "level", s->level);
    json_make_int(&m, "n", (int64_t)s->n);
    return json_made(&m);
}

static json_t *distribution_json(const struct result_metric *metric)
{
    const struct distribution *d = metric->distribution;
    struct json_maker m = json_maker_new();
    make_number(&m, "n", d->n);
    make_number(&m, "min", d->min);
    make_number(&m, "p10", d->p10);
    make_number(&m, "p50", d->p50);
    make_number(&m, "p90", d->p90);
    make_number(&m, "p99", d->p99);
    make_number(&m, "p999", d->p999);
    make_number(&m, "max", d->max);
    json_t *buckets = json_array();
    for (size_t i = 0; i < metric->bucket_count; i++) {
        json_t *one = json_array();
        json_make_item(&m, one, json_integer((json_int_t)metric->buckets[i].low));
        json_make_item(&m, one, json_integer((json_int_t)metric->buckets[i].count));
        json_make_item(&m, buckets, one);
    }
    if (metric->bucket_count)
        json_make_value(&m, "buckets", buckets);
    else
        json_decref(buckets);
    return json_made(&m);
}

/* What was taken out of the head, at its place; what stands in the head still goes before it. */
static void make_numbers(struct json_maker *m, const struct result_metric *metric)
{
    const json_t *head = metric->json;
    if (!json_object_get(head, "samples"))
        json_make_value(m, "samples", samples_json(m, metric));
    if (metric->launches && !json_object_get(head, "launches"))
        json_make_value(m, "launches", launches_json(m, metric));
    if (metric->summary.n > 0 && !json_object_get(head, "summary"))
        json_make_value(m, "summary", summary_json(metric));
    if (!isnan(metric->distribution->n) && !json_object_get(head, "distribution"))
        json_make_value(m, "distribution", distribution_json(metric));
}

static bool is_behind_numbers(const char *key)
{
    return !strcmp(key, "reason") || !strcmp(key, "is_reference");
}

static json_t *metric_json(const struct result_metric *metric)
{
    struct json_maker m = json_maker_new();
    bool is_made = false;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)metric->json, key, value)
    {
        if (!is_made && is_behind_numbers(key)) {
            make_numbers(&m, metric);
            is_made = true;
        }
        json_make_shared(&m, key, value);
    }
    if (!is_made)
        make_numbers(&m, metric);
    return json_made(&m);
}

/* ---- A cell ---------------------------------------------------------------------------------- */

static void make_time(struct json_maker *m, const char *key, double value)
{
    if (!isnan(value))
        json_make_int(m, key, (int64_t)value);
}

struct json_maker result_launch_maker(const struct result_launch *l)
{
    struct json_maker one = json_maker_new();
    make_time(&one, "round", l->round);
    make_time(&one, "duration_ns", l->duration_ns);
    make_time(&one, "steal_ns", l->steal_ns);
    make_time(&one, "foreign_cpu_ns", l->foreign_cpu_ns);
    make_time(&one, "throttled_ns", l->throttled_ns);
    make_time(&one, "psi_cpu_some_ns", l->psi_cpu_some_ns);
    make_time(&one, "branch_permille", l->branch_permille);
    return one;
}

static json_t *ledger_json(struct json_maker *m, const struct result_cell *c)
{
    json_t *list = json_array();
    for (size_t i = 0; c->ledger && i < c->launch_count; i++) {
        struct json_maker one = result_launch_maker(&c->ledger[i]);
        json_make_item(m, list, json_made(&one));
    }
    return list;
}

static void make_measured(struct json_maker *m, const struct result_cell *c)
{
    struct json_maker metrics = json_maker_new();
    for (size_t i = 0; i < c->metric_count; i++)
        json_make_value(&metrics, c->metrics[i].name, metric_json(&c->metrics[i]));
    json_make_value(m, "metrics", json_made(&metrics));
    if (c->has_ledger)
        json_make_value(m, "launches", ledger_json(m, c));
}

static bool is_behind_metrics(const char *key)
{
    return !strcmp(key, "launches") || !strcmp(key, "warnings");
}

json_t *result_cell_json(const struct result_cell *c)
{
    struct json_maker m = json_maker_new();
    bool is_made = false;
    const char *key;
    json_t *value;
    json_object_foreach(c->json, key, value)
    {
        if (!is_made && is_behind_metrics(key)) {
            make_measured(&m, c);
            is_made = true;
        }
        if (strcmp(key, "metrics"))
            json_make_shared(&m, key, value);
    }
    if (!is_made)
        make_measured(&m, c);
    return json_made(&m);
}

/* ---- The document ---------------------------------------------------------------------------- */

static size_t digits_of(const json_t *value)
{
    const char *key;
    json_t *item;
    size_t i, digits = 15;
    if (json_is_real(value)) {
        double real = json_real_value(value), rounded = number_rounded(real);
        return rounded < real || rounded > real ? 17 : 15;
    }
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        if ((digits = digits_of(item)) > 15)
            return digits;
    }
    json_array_foreach(value, i, item)
    {
        if ((digits = digits_of(item)) > 15)
            return digits;
    }
    return digits;
}

/* The text of an object without its last bracket, or of one member of a list of cells without what
 * is around it. */
static int add_part(struct buf *out, json_t *object, size_t before, size_t behind)
{
    size_t flags = JSON_INDENT(1) | JSON_REAL_PRECISION(digits_of(object));
    return json_add_part(out, object, flags, before, behind);
}

void result_write_head(const json_t *root, struct buf *out)
{
    add_part(out, json_incref((json_t *)(uintptr_t)root), 0, strlen("\n}"));
    buf_add(out, ",\n \"cells\": [");
}

/* A cell is a tree while it is written, and no more than one is. */
void result_write_cell(json_t *cell, bool is_first, struct buf *out)
{
    static const char before[] = "{\n \"cells\": [", behind[] = "\n ]\n}";
    struct json_maker m = json_maker_new(), list = json_maker_list();
    json_make_add(&list, cell);
    json_make_list(&m, "cells", &list);
    buf_add(out, is_first ? "" : ",");
    add_part(out, json_made(&m), sizeof before - 1, sizeof behind - 1);
}

void result_write_end(bool has_cells, struct buf *out)
{
    buf_add(out, has_cells ? "\n ]\n}" : "]\n}");
}

int result_write(const struct result *r, struct buf *out, struct err *err)
{
    if (!r->is_whole)
        return err_set(err, ERR_USAGE, "%s was read without what is needed to write it", r->path);
    result_write_head(r->json, out);
    for (size_t i = 0; i < r->cell_count && !out->failed; i++)
        result_write_cell(result_cell_json(&r->cells[i]), i == 0, out);
    result_write_end(r->cell_count, out);
    return out->failed ? err_set(err, ERR_SYSTEM, "no memory for the result") : 0;
}
