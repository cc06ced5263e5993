#include "bench/run/record.h"

#include "bench/base/json_make.h"
#include "bench/machine/host.h"
#include "bench/result/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record *records_new(const struct plan *p, struct err *err)
{
    struct record *records = calloc(p->cell_count + 1, sizeof *records);
    for (size_t i = 0; records && i < p->cell_count; i++) {
        records[i].cell = &p->cells[i];
        metric_list_of(p->cells[i].workload, p->cells[i].workload_params, &records[i].list);
        records[i].series = calloc(records[i].list.count + 1, sizeof(struct series));
        if (!records[i].series) {
            records_free(records, i);
            records = NULL;
        }
    }
    if (!records)
        err_set(err, ERR_SYSTEM, "no memory for %zu cells", p->cell_count);
    return records;
}

void records_free(struct record *records, size_t count)
{
    for (size_t i = 0; records && i < count; i++) {
        for (size_t m = 0; m < records[i].list.count; m++) {
            free(records[i].series[m].samples);
            free(records[i].series[m].launches);
            free(records[i].series[m].histogram);
        }
        free(records[i].series);
        free(records[i].launches);
    }
    free(records);
}

/* ---- Mailbox -> JSON --------------------------------------------------------------- */

static json_t *launch_to_json(const struct noise_delta *n, const char *excluded)
{
    struct json_maker o = json_maker_new();
    json_make_int(&o, "duration_ns", (int64_t)n->duration_ns);
    if (n->has_steal)
        json_make_int(&o, "steal_ns", (int64_t)n->steal_ns);
    if (n->has_busy)
        json_make_int(&o, "foreign_cpu_ns", (int64_t)n->foreign_ns);
    if (n->has_throttled)
        json_make_int(&o, "throttled_ns", (int64_t)n->throttled_ns);
    if (n->has_psi_cpu_some)
        json_make_int(&o, "psi_cpu_some_ns", (int64_t)n->psi_cpu_some_ns);
    if (n->branch_permille)
        json_make_int(&o, "branch_permille", n->branch_permille);
    if (*excluded)
        json_make_text(&o, "excluded", excluded);
    return json_made(&o);
}

static json_t *buckets_to_json(struct json_maker *o, const struct histogram *h)
{
    json_t *list = json_array();
    size_t i = 0;
    uint64_t low;
    uint32_t count;
    while (histogram_next(h, &i, &low, &count)) {
        json_make_item(o, list, json_integer((json_int_t)low));
        json_make_item(o, list, json_integer(count));
    }
    return list;
}

/* Whether there is anything to tell of the metric. */
static bool is_found(const struct found *f, uint32_t launch_count)
{
    bool any = f->reason[0] != '\0';
    for (uint32_t i = 0; i < launch_count; i++)
        any |= !isnan(f->values[i]);
    return any;
}

static json_t *found_to_json(const struct found *f, const struct histogram *h,
                             uint32_t launch_count)
{
    struct json_maker o = json_maker_new();
    json_t *values = json_array(), *launches = json_array();
    for (uint32_t i = 0; i < launch_count; i++) {
        if (isnan(f->values[i]))
            continue;
        json_make_item(&o, values, number_json(f->values[i]));
        json_make_item(&o, launches, json_integer(i));
    }
    bool all = json_array_size(values) == launch_count;
    json_make_value(&o, "v", values);
    if (!all)
        json_make_shared(&o, "l", launches);
    json_decref(launches);
    if (f->reason[0])
        json_make_text(&o, "reason", f->reason);
    if (f->is_failed)
        json_make_bool(&o, "failed", true);
    if (f->source[0])
        json_make_text(&o, "source", f->source);
    if (f->has_histogram) {
        json_make_value(&o, "h", buckets_to_json(&o, h));
        json_make_int(&o, "min", (int64_t)h->min);
        json_make_int(&o, "max", (int64_t)h->max);
    }
    return json_made(&o);
}

json_t *visit_to_json(size_t cell_index, uint32_t round, const struct cell *c,
                      const struct mailbox *m, uint64_t spent_ns)
{
    struct metric_list list;
    metric_list_of(c->workload, c->workload_params, &list);
    struct json_maker o = json_maker_new(), metrics = json_maker_new();
    json_t *launches = json_array();
    for (size_t i = 0; i < list.count; i++)
        if (is_found(&m->found[i], m->launch_count))
            json_make_value(&metrics, list.metrics[i]->name,
                            found_to_json(&m->found[i], &m->histograms[i], m->launch_count));
    for (uint32_t i = 0; i < m->launch_count; i++)
        json_make_item(&o, launches, launch_to_json(&m->noise[i], m->excluded[i]));
    json_make_int(&o, "cell", (int64_t)cell_index);
    json_make_int(&o, "round", round);
    json_make_text(&o, "id", c->id);
    json_make_int(&o, "spent_ns", (int64_t)spent_ns);
    json_make_value(&o, "launches", launches);
    json_make_value(&o, "metrics", json_made(&metrics));
    if (m->err.code != ERR_NONE) {
        json_make_int(&o, "error", m->err.code);
        json_make_text(&o, "reason", m->err.text);
    }
    return json_made(&o);
}

/* ---- JSON -> records --------------------------------------------------------------- */

static int append(struct series *s, double value, uint32_t launch, struct err *err)
{
    if (s->count == s->capacity) {
        size_t capacity = s->capacity ? s->capacity * 2 : 16;
        double *samples = realloc(s->samples, capacity * sizeof *samples);
        if (samples)
            s->samples = samples;
        uint32_t *launches = realloc(s->launches, capacity * sizeof *launches);
        if (launches)
            s->launches = launches;
        if (!samples || !launches)
            return err_set(err, ERR_SYSTEM, "no memory for samples");
        s->capacity = capacity;
    }
    s->launches[s->count] = launch;
    s->samples[s->count++] = value;
    return 0;
}

static int add_histogram(struct series *s, const json_t *found, struct err *err)
{
    const json_t *buckets = json_object_get(found, "h");
    if (!buckets)
        return 0;
    if (!s->histogram) {
        s->histogram = malloc(sizeof *s->histogram);
        if (!s->histogram)
            return err_set(err, ERR_SYSTEM, "no memory for a histogram");
        histogram_init(s->histogram);
    }
    struct histogram *h = s->histogram;
    for (size_t i = 0; i + 1 < json_array_size(buckets); i += 2) {
        uint64_t low = (uint64_t)json_integer_value(json_array_get(buckets, i));
        uint32_t count = (uint32_t)json_integer_value(json_array_get(buckets, i + 1));
        uint32_t *bucket = &h->buckets[histogram_index(low)], room = UINT32_MAX - *bucket;
        *bucket += count < room ? count : room; /* one that is full stays full */
        h->count += count;
    }
    uint64_t min = (uint64_t)json_integer_value(json_object_get(found, "min"));
    uint64_t max = (uint64_t)json_integer_value(json_object_get(found, "max"));
    h->min = min < h->min ? min : h->min;
    h->max = max > h->max ? max : h->max;
    return 0;
}

static int add_found(struct record *r, const char *name, const json_t *found, struct err *err)
{
    int index = metric_index(&r->list, name);
    if (index < 0)
        return err_set(err, ERR_INPUT, "journal: unknown metric \"%s\"", name);
    struct series *s = &r->series[index];
    const json_t *values = json_object_get(found, "v"), *launches = json_object_get(found, "l");
    for (size_t i = 0; i < json_array_size(values); i++) {
        size_t launch = launches ? (size_t)json_integer_value(json_array_get(launches, i)) : i;
        if (append(s, json_number_value(json_array_get(values, i)),
                   (uint32_t)(r->launch_count + launch), err))
            return -1;
    }
    const char *reason = json_string_value(json_object_get(found, "reason"));
    if (reason)
        host_sanitise(s->reason, sizeof s->reason, reason);
    s->failed += json_is_true(json_object_get(found, "failed"));
    const char *source = json_string_value(json_object_get(found, "source"));
    if (source)
        host_sanitise(s->source, sizeof s->source, source);
    return add_histogram(s, found, err);
}

static bool get_ns(const json_t *o, const char *name, uint64_t *out)
{
    const json_t *value = json_object_get(o, name);
    *out = (uint64_t)json_integer_value(value);
    return value != NULL;
}

static int add_launch(struct record *r, uint32_t round, const json_t *o, struct err *err)
{
    if (r->launch_count == r->launch_capacity) {
        size_t capacity = r->launch_capacity ? r->launch_capacity * 2 : 16;
        struct launch_note *grown = realloc(r->launches, capacity * sizeof *grown);
        if (!grown)
            return err_set(err, ERR_SYSTEM, "no memory for launches");
        r->launches = grown;
        r->launch_capacity = capacity;
    }
    struct launch_note *n = &r->launches[r->launch_count++];
    *n = (struct launch_note){.round = round};
    uint64_t foreign;
    get_ns(o, "duration_ns", &n->noise.duration_ns);
    n->noise.has_steal = get_ns(o, "steal_ns", &n->noise.steal_ns);
    n->noise.has_busy = get_ns(o, "foreign_cpu_ns", &foreign);
    n->noise.foreign_ns = (int64_t)foreign;
    n->noise.has_throttled = get_ns(o, "throttled_ns", &n->noise.throttled_ns);
    n->noise.has_psi_cpu_some = get_ns(o, "psi_cpu_some_ns", &n->noise.psi_cpu_some_ns);
    n->noise.branch_permille = (uint32_t)json_integer_value(json_object_get(o, "branch_permille"));
    const char *excluded = json_string_value(json_object_get(o, "excluded"));
    if (excluded)
        host_sanitise(n->excluded, sizeof n->excluded, excluded);
    return 0;
}

int records_add(struct record *records, size_t count, const json_t *visit, struct err *err)
{
    json_int_t cell, round, spent_ns = 0, error = 0;
    json_t *metrics, *launches;
    const char *id, *reason = "";
    if (json_unpack((json_t *)(uintptr_t)visit, "{s:I, s:I, s:s, s:o, s:o, s?I, s?I, s?s}", "cell",
                    &cell, "round", &round, "id", &id, "launches", &launches, "metrics", &metrics,
                    "spent_ns", &spent_ns, "error", &error, "reason", &reason))
        return err_set(err, ERR_INPUT, "journal: a visit is incomplete");
    if (cell < 0 || (size_t)cell >= count || strcmp(records[cell].cell->id, id))
        return err_set(err, ERR_INPUT, "journal: there is no cell \"%s\" in its plan", id);
    struct record *r = &records[cell];
    const char *name;
    json_t *found;
    json_object_foreach(metrics, name, found)
    {
        if (add_found(r, name, found, err))
            return -1;
    }
    for (size_t i = 0; i < json_array_size(launches); i++)
        if (add_launch(r, (uint32_t)round, json_array_get(launches, i), err))
            return -1;
    r->visit_count++;
    r->spent_ns += (uint64_t)spent_ns;
    if (r->rounds_done <= (uint32_t)round)
        r->rounds_done = (uint32_t)round + 1;
    if (error && r->failed == ERR_NONE) {
        r->failed = (enum err_code)error;
        host_sanitise(r->reason, sizeof r->reason,
                      *reason ? reason : "its journal does not say why");
    }
    return 0;
}

uint32_t records_rounds(const struct record *records, size_t count)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < count; i++)
        if (!records[i].cell->skip_reason && records[i].failed == ERR_NONE &&
            records[i].visit_count < least)
            least = records[i].visit_count;
    return least == UINT32_MAX ? 0 : least;
}

size_t records_visits(const struct record *records, size_t count)
{
    size_t visits = 0;
    for (size_t i = 0; i < count; i++)
        visits += records[i].visit_count;
    return visits;
}

const char *record_excluded(const struct record *r)
{
    for (size_t i = 0; i < r->launch_count; i++)
        if (!r->launches[i].excluded[0])
            return NULL;
    return r->launch_count ? r->launches[r->launch_count - 1].excluded : NULL;
}

uint64_t records_spent_ns(const struct record *records, size_t count)
{
    uint64_t spent_ns = 0;
    for (size_t i = 0; i < count; i++)
        spent_ns += records[i].spent_ns;
    return spent_ns;
}
