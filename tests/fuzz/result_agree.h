/*
 * What holds for any text that is read as a result, found out with jansson alone:
 *
 *   - both ways of reading take it, or neither does, and nothing is taken that jansson refuses;
 *   - each number, name and round is what jansson's tree holds;
 *   - what was read is written, read again and written again in the same bytes, and the tree of
 * what was written holds all that the first one held.
 *
 * agree_fault() says what does not hold, or NULL.
 */
#ifndef TESTS_FUZZ_RESULT_AGREE_H
#define TESTS_FUZZ_RESULT_AGREE_H

#include "bench/base/json.h"
#include "bench/result/read.h"
#include "bench/result/write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* NaN is what is not there. */
static inline bool agree_number(const json_t *object, const char *key, double value)
{
    const json_t *found = json_object_get(object, key);
    return json_is_number(found) ? json_number_value(found) == value : isnan(value);
}

static inline bool agree_text(const json_t *object, const char *key, const char *otherwise,
                              const char *value)
{
    const char *found = json_string_value(json_object_get(object, key));
    return !strcmp(found ? found : otherwise, value);
}

static inline const char *agree_metric(const struct result_metric *m, const json_t *metric)
{
    const json_t *samples = json_object_get(metric, "samples"),
                 *launches = json_object_get(metric, "launches"),
                 *distribution = json_object_get(metric, "distribution");
    if (!agree_text(metric, "unit", "", m->unit) ||
        !agree_text(metric, "better", "neutral", m->better) ||
        !agree_text(metric, "nature", "noisy", m->nature) ||
        !agree_text(metric, "source", "", m->source))
        return "a metric's words differ";
    if (json_array_size(samples) != m->sample_count)
        return "there are other samples";
    for (size_t i = 0; i < m->sample_count; i++)
        if (!(json_number_value(json_array_get(samples, i)) == m->samples[i]))
            return "a sample differs";
    if (m->launches ? json_array_size(launches) != m->sample_count : json_array_size(launches))
        return "there are other launches";
    for (size_t i = 0; m->launches && i < m->sample_count; i++)
        if (json_integer_value(json_array_get(launches, i)) != m->launches[i])
            return "a launch differs";
    if (!agree_number(distribution, "n", m->distribution->n) ||
        !agree_number(distribution, "p10", m->distribution->p10) ||
        !agree_number(distribution, "p99", m->distribution->p99) ||
        !agree_number(distribution, "max", m->distribution->max))
        return "a distribution differs";
    for (size_t i = 0; i < m->bucket_count; i++) {
        const json_t *bucket = json_array_get(json_object_get(distribution, "buckets"), i);
        if ((uint64_t)json_integer_value(json_array_get(bucket, 0)) != m->buckets[i].low ||
            (uint64_t)json_integer_value(json_array_get(bucket, 1)) != m->buckets[i].count)
            return "a bucket differs";
    }
    return NULL;
}

static inline int64_t agree_whole(const json_t *object, const char *key)
{
    const json_t *found = json_object_get(object, key);
    return json_is_integer(found) ? json_integer_value(found) : -1;
}

static inline const char *agree_cell(const struct result_cell *c, const json_t *cell)
{
    const json_t *metrics = json_object_get(cell, "metrics"),
                 *launches = json_object_get(cell, "launches");
    if (!agree_text(cell, "id", "", c->id) || !agree_text(cell, "workload", "", c->workload) ||
        !agree_text(cell, "lock", "", c->lock) || !agree_text(cell, "executor", "", c->executor) ||
        !agree_text(cell, "placement", "free", c->placement) ||
        !agree_text(cell, "status", "", cell_status_name(c->status)))
        return "a cell's words differ";
    if (json_integer_value(json_object_get(cell, "tasks")) != c->tasks ||
        json_integer_value(json_object_get(cell, "workers")) != c->workers)
        return "its tasks differ";
    if (agree_whole(cell, "ops_per_task") != c->ops_per_task ||
        agree_whole(cell, "batch_ops") != c->batch_ops)
        return "its operations differ";
    if (json_array_size(json_object_get(cell, "warnings")) != c->warning_count)
        return "it has other warnings";
    if (json_object_size(metrics) != c->metric_count)
        return "it has other metrics";
    for (size_t i = 0; i < c->metric_count; i++) {
        const char *fault =
            agree_metric(&c->metrics[i], json_object_get(metrics, c->metrics[i].name));
        if (fault)
            return fault;
    }
    if (c->rounds && json_array_size(launches) != c->launch_count)
        return "it has other launches";
    for (size_t i = 0; c->rounds && i < c->launch_count; i++) {
        const json_t *launch = json_array_get(launches, i);
        if (json_integer_value(json_object_get(launch, "round")) != c->rounds[i])
            return "a round differs";
        if (c->ledger && (!agree_number(launch, "duration_ns", c->ledger[i].duration_ns) ||
                          !agree_number(launch, "steal_ns", c->ledger[i].steal_ns) ||
                          !agree_number(launch, "foreign_cpu_ns", c->ledger[i].foreign_cpu_ns)))
            return "the ledger differs";
    }
    return NULL;
}

static inline const char *agree_result(const struct result *r, const json_t *tree)
{
    const json_t *cells = json_object_get(tree, "cells");
    if (!agree_text(json_object_get(tree, "run"), "id", "", r->run_id) ||
        !agree_text(json_object_get(tree, "host"), "hostname", "", r->hostname))
        return "its names differ";
    if (json_array_size(cells) != r->cell_count)
        return "it has other cells";
    for (size_t i = 0; i < r->cell_count; i++) {
        const char *fault = agree_cell(&r->cells[i], json_array_get(cells, i));
        if (fault)
            return fault;
    }
    return NULL;
}

/* Whether b holds all of a; numbers by their value, and what is added (a summary) is no loss. */
static inline bool agree_holds(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    if (json_is_number(a) && json_is_number(b))
        return json_number_value(a) == json_number_value(b);
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_array(a)) {
        bool ok = json_array_size(a) == json_array_size(b);
        for (size_t i = 0; ok && i < json_array_size(a); i++)
            ok = agree_holds(json_array_get(a, i), json_array_get(b, i));
        return ok;
    }
    if (!json_is_object(a))
        return json_equal(a, b);
    json_object_foreach((json_t *)(uintptr_t)a, key, value)
    {
        /* A summary is made of the samples again. */
        bool is_made = !strcmp(key, "summary") && json_array_size(json_object_get(a, "samples"));
        const json_t *other = json_object_get(b, key);
        if (json_is_null(value) || (json_is_array(value) && !json_array_size(value)))
            continue; /* as good as absent */
        if (!other || (!is_made && !agree_holds(value, other)))
            return false;
    }
    return true;
}

static inline const char *agree_again(const struct result *r, const json_t *tree)
{
    struct buf once = {0}, twice = {0};
    struct result again = {0};
    struct err err = {0};
    const char *fault = NULL;
    json_t *written = NULL;
    if (result_write(r, &once, &err))
        fault = "it cannot be written";
    else if (!(written = json_loadb(once.data, once.len, JSON_REJECT_DUPLICATES, NULL)))
        fault = "what was written is not JSON";
    else if (!agree_holds(tree, written))
        fault = "what was written lacks something";
    else if (result_read(&again,
                         &(struct result_source){
                             .path = "again", .text = once.data, .length = once.len, .keep = 3},
                         &err))
        fault = "what was written cannot be read";
    else if (result_write(&again, &twice, &err) || once.len != twice.len ||
             memcmp(once.data, twice.data, once.len))
        fault = "it is written in other bytes again";
    if (!fault || strcmp(fault, "what was written cannot be read"))
        result_unload(&again);
    json_decref(written);
    buf_release(&once);
    buf_release(&twice);
    return fault;
}

/* The same for who writes nothing: cells that are alike share what they are. */
static inline const char *agree_brief(const char *text, size_t length, bool is_taken,
                                      const json_t *tree)
{
    struct result_source source = {.path = "x.json", .text = text, .length = length};
    const char *fault = NULL;
    for (int i = 0; i < 2 && !fault; i++) {
        struct result r;
        struct err err = {0};
        source.by_tree = i;
        if (result_read(&r, &source, &err))
            return is_taken ? "read briefly it is refused" : NULL;
        fault = is_taken ? agree_result(&r, tree) : "read briefly it is taken";
        result_unload(&r);
    }
    return fault;
}

static inline const char *agree_fault(const char *text, size_t length)
{
    struct result_source source = {.path = "x.json", .text = text, .length = length, .keep = 3};
    struct result by_text, by_tree;
    struct err err = {0}, other = {0};
    size_t mark = json_mark(text, length); /* which jansson does not know */
    json_t *tree = json_loadb(text + mark, length - mark, JSON_REJECT_DUPLICATES, NULL);
    bool is_read = !result_read(&by_text, &source, &err);
    source.by_tree = true;
    bool is_read_by_tree = !result_read(&by_tree, &source, &other);
    const char *fault = is_read != is_read_by_tree ? "one way of reading takes it, one does not"
                        : is_read && !tree         ? "jansson refuses it"
                        : is_read                  ? agree_result(&by_text, tree)
                        : !err.text[0]             ? "it is refused without a word"
                                                   : NULL;
    if (!fault && is_read)
        fault = agree_result(&by_tree, tree);
    if (!fault)
        fault = agree_brief(text, length, is_read, tree);
    if (!fault && is_read)
        fault = agree_again(&by_text, tree);
    if (!fault && is_read)
        fault = agree_again(&by_tree, tree);
    if (is_read)
        result_unload(&by_text);
    if (is_read_by_tree)
        result_unload(&by_tree);
    json_decref(tree);
    return fault;
}

#endif
