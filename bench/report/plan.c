#include "bench/report/plan.h"

#include "bench/core/suggest.h"

#include <stdio.h>
#include <string.h>

/* The headline: what it costs to start, what it yields, what it loses by contention. */
static const struct plan_metric headline[] = {
    {"startup_ns", "startup", false},
    {"lifecycle_ns", "startup", false},
    {"memory_bytes", "startup", false},
    {"throughput_per_s", "throughput", true},
    {"makespan_ns", "throughput", false},
    {"efficiency_ratio", "throughput", false},
    {"lock_wait_ratio", "contention", false},
    {"lock_contended_ratio", "contention", false},
    {"handoffs_per_s", "contention", false},
    {"fairness_ratio", "contention", false},
    {"runqueue_wait_ratio", "contention", false},
    {"voluntary_switches_per_s", "contention", false},
    {"involuntary_switches_per_s", "contention", false},
};

static const char *const units[] = {"_per_s", "_ratio", "_bytes", "_count", "_ns", "_hz"};

void plan_metric_title(char *out, size_t size, const char *metric)
{
    size_t length = strlen(metric);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t unit = strlen(units[i]);
        if (length > unit && !strcmp(metric + length - unit, units[i])) {
            length -= unit;
            break;
        }
    }
    snprintf(out, size, "%.*s", (int)length, metric);
    for (char *c = out; *c; c++)
        if (*c == '_')
            *c = ' ';
}

/* The first cell that has the metric, with a value or without; NULL when none has. */
static const struct result_metric *find_metric(const struct entries *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct result_metric *m = result_metric_find(all->items[i].cell, name);
        if (m)
            return m;
    }
    return NULL;
}

static int unknown_metric(const struct entries *all, const char *name, struct err *err)
{
    const char *known[256] = {0};
    size_t count = 0;
    for (size_t i = 0; i < all->count && count < 256; i++)
        for (size_t j = 0; j < all->items[i].cell->metric_count && count < 256; j++) {
            const char *one = all->items[i].cell->metrics[j].name;
            size_t k = 0;
            while (k < count && strcmp(known[k], one))
                k++;
            if (k == count)
                known[count++] = one;
        }
    const char *near = suggest(name, known, count);
    if (near)
        return err_set(err, ERR_USAGE, "--metric: no cell has \"%s\"; did you mean %s?", name,
                       near);
    struct buf list = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", known[i]);
    err_set(err, ERR_USAGE, "--metric: no cell has \"%s\" (%s)", name, buf_text(&list));
    buf_release(&list);
    return -1;
}

static int add_metric(struct plan *p, const char *name, bool with_ratio, const struct entries *all,
                      struct err *err)
{
    const struct result_metric *m = find_metric(all, name);
    if (!m)
        return unknown_metric(all, name, err);
    if (p->metric_count == PLAN_METRICS_MAX)
        return err_set(err, ERR_USAGE, "--metric: more than %d metrics", PLAN_METRICS_MAX);
    struct plan_metric *to = &p->metrics[p->metric_count++];
    snprintf(to->name, sizeof to->name, "%s", name);
    snprintf(to->group, sizeof to->group, "%s", m->group);
    to->with_ratio = with_ratio;
    return 0;
}

/* "all": every metric some cell has, in the order they are met. */
static int add_all(struct plan *p, bool with_ratio, const struct entries *all, struct err *err)
{
    for (size_t i = 0; i < all->count; i++)
        for (size_t j = 0; j < all->items[i].cell->metric_count; j++) {
            const char *name = all->items[i].cell->metrics[j].name;
            size_t k = 0;
            while (k < p->metric_count && strcmp(p->metrics[k].name, name))
                k++;
            if (k == p->metric_count && add_metric(p, name, with_ratio, all, err))
                return -1;
        }
    return 0;
}

static int parse_metrics(struct plan *p, const struct table_request *request,
                         const struct entries *all, struct err *err)
{
    if (!strcmp(request->metrics, "all"))
        return add_all(p, request->with_ratios, all, err);
    p->keeps_empty = true;
    for (const char *at = request->metrics; *at;) {
        size_t length = strcspn(at, ",");
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (add_metric(p, name, request->with_ratios, all, err))
            return -1;
        at += length + (at[length] == ',');
    }
    if (p->metric_count == 0)
        return err_set(err, ERR_USAGE, "--metric: needs a metric, such as throughput_per_s");
    return 0;
}

static bool has_metric(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->metric_count; i++)
        if (!strcmp(p->metrics[i].name, name))
            return true;
    return false;
}

/* What a workload measures itself is what it is there for: as many as there is room for.  Not where
 * columns are values of a dimension: those would be empty under most of them. */
static void add_own(struct plan *p, size_t room, bool with_ratio, const struct entries *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct result_cell *c = all->items[i].cell;
        for (size_t j = 0; j < c->metric_count && p->metric_count < room; j++) {
            const struct result_metric *m = &c->metrics[j];
            if (strcmp(m->source, c->workload) || m->summary.n == 0 || has_metric(p, m->name))
                continue;
            struct plan_metric *to = &p->metrics[p->metric_count++];
            snprintf(to->name, sizeof to->name, "%s", m->name);
            snprintf(to->group, sizeof to->group, "the workload's own");
            to->with_ratio = with_ratio;
        }
    }
}

static void make_headline(struct plan *p, bool with_ratios, const struct entries *all)
{
    const size_t count = sizeof headline / sizeof *headline;
    bool has_peers = false;
    for (size_t i = 0; i < all->count; i++)
        has_peers |= all->items[i].cell->is_peer;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(headline[i].group, "contention") &&
            strcmp(headline[i - 1].group, "contention") && p->cols.count == 0)
            add_own(p, PLAN_METRICS_MAX - (count - i), with_ratios, all);
        /* What a library's units cost is what peers are there to be compared by. */
        bool is_cost = has_peers && !strcmp(headline[i].name, "lifecycle_ns");
        p->metrics[p->metric_count] = headline[i];
        p->metrics[p->metric_count++].with_ratio |= with_ratios || is_cost;
    }
}

int plan_make(struct plan *out, const struct table_request *request, const struct entries *all,
              struct err *err)
{
    *out = (struct plan){0};
    if (dims_parse(&out->rows, "--rows", request->rows ? request->rows : "executor,tasks", all,
                   err))
        return -1;
    if (request->cols && dims_parse(&out->cols, "--cols", request->cols, all, err))
        return -1;
    if (out->cols.count > 1)
        return err_set(err, ERR_USAGE, "--cols: takes one dimension, not \"%s\"", request->cols);
    if (out->cols.count && dims_have(&out->rows, out->cols.names[0])) {
        if (request->rows)
            return err_set(err, ERR_USAGE, "--cols: \"%s\" is in --rows already", request->cols);
        /* --cols tasks takes it out of the rows nobody asked for. */
        dims_release(&out->rows);
        dims_add(&out->rows, strcmp(request->cols, "executor") ? "executor" : "tasks");
    }
    static const char *const apart[] = {"workload", "lock"};
    for (size_t i = 0; i < 2; i++)
        if (!dims_have(&out->rows, apart[i]) && !dims_have(&out->cols, apart[i]))
            dims_add(&out->blocks, apart[i]);
    if (out->blocks.failed || out->rows.failed)
        return err_set(err, ERR_SYSTEM, "table: out of memory");
    if (request->metrics)
        return parse_metrics(out, request, all, err);
    make_headline(out, request->with_ratios, all);
    return 0;
}

void plan_labels(const struct plan *p, const struct entry *items, size_t count, bool is_ambiguous,
                 struct dims *out)
{
    static const char *const others[] = {"host",  "result",  "executor",
                                         "tasks", "workers", "placement"};
    struct dims params = {0};
    dims_add_all(out, &p->rows);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        /* Two files of one host are told apart by their names; two hosts are enough alone. */
        bool is_needed = strcmp(others[i], "result") || !dims_have(out, "host");
        if (is_needed && !dims_have(&p->cols, others[i]) && dim_varies(others[i], items, count))
            dims_add(out, others[i]);
    }
    dims_of_params(&params, items, count);
    for (size_t i = 0; i < params.count; i++)
        if (!dims_have(&p->cols, params.names[i]) && dim_varies(params.names[i], items, count))
            dims_add(out, params.names[i]);
    if (is_ambiguous) {
        dims_add(out, "result");
        dims_add(out, "id");
    }
    out->failed |= params.failed;
    dims_release(&params);
}

void table_plan_release(struct plan *p)
{
    dims_release(&p->blocks);
    dims_release(&p->rows);
    dims_release(&p->cols);
}
