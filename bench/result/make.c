#include "bench/result/make.h"

#include "bench/result/cell_read.h"
#include "bench/result/read.h"

#include <string.h>

static const struct place place = {.key = "the result"};

int result_make_head(struct result *r, json_t *header, struct err *err)
{
    *r = (struct result){.json = header, .heads = heads_new(), .is_whole = true};
    if (!header || !r->heads)
        return place_out_of_memory(&place, err);
    return result_read_head(&place, r, err);
}

struct slim_metric *result_make_metric(struct result *r, struct slim_cell *parts, const char *name,
                                       json_t *head)
{
    struct slim_metric *m = !heads_keep(r->heads, head) ? slim_metric_add(parts) : NULL;
    if (!m)
        return NULL;
    m->name = name;
    m->head = head;
    m->taken = SLIM_SAMPLES | SLIM_LAUNCHES | SLIM_SUMMARY | SLIM_DISTRIBUTION;
    return m;
}

bool result_make_distribution(struct slim_cell *parts, struct slim_metric *m,
                              const struct histogram *h)
{
    m->distribution = (struct distribution){
        .n = (double)h->count,
        .min = (double)h->min,
        .p10 = (double)histogram_quantile(h, 0.1),
        .p50 = (double)histogram_quantile(h, 0.5),
        .p90 = (double)histogram_quantile(h, 0.9),
        .p99 = (double)histogram_quantile(h, 0.99),
        .p999 = (double)histogram_quantile(h, 0.999),
        .max = (double)h->max,
    };
    size_t i = 0;
    uint64_t low;
    uint32_t count;
    bool ok = true;
    while (histogram_next(h, &i, &low, &count))
        ok = ok && numbers_add(&parts->buckets, (double)low) && numbers_add(&parts->buckets, count);
    return ok;
}

void result_made_metric(struct slim_cell *parts, struct slim_metric *m)
{
    m->sample_count = parts->samples.count - m->sample;
    m->launch_count = parts->launches.count - m->launch;
    m->bucket_count = (parts->buckets.count - m->bucket) / 2;
}

int result_make_cell(struct result *r, struct slim_cell *parts, json_t *identity, struct err *err)
{
    struct place list = {.up = &place, .key = "cells"};
    struct place here = {.up = &list, .index = r->cell_count};
    struct result_cell *c = identity ? result_cell_new(r) : NULL;
    if (!c) {
        json_decref(identity);
        return place_out_of_memory(&place, err);
    }
    parts->has_metrics = true;
    parts->has_ledger = !json_object_get(identity, "launches");
    return cell_finish(&here, parts, identity, RESULT_SUMMARIES | RESULT_ALL, c, err);
}
