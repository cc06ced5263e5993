#include "bench/judge/table/plan.h"

#include "bench/base/name_list.h"
#include "bench/base/suggest.h"
#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/metric_names.h"

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

static int add_metric(struct plan *p, const char *name, bool with_ratio, const struct entries *all,
                      struct err *err)
{
    const struct result_metric *m = find_metric(all, name);
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

/* "startup,throughput_per_s": names of the file or of the tables' heads. */
static int parse_names(struct plan *p, const struct table_request *request,
                       const struct metric_names *names, const struct entries *all, struct err *err)
{
    p->keeps_empty = true;
    if (!*request->metrics)
        return err_set(err, ERR_USAGE, "--metric: needs a metric, such as throughput_per_s");
    if (name_list_check("--metric", request->metrics, err))
        return -1;
    for (const char *at = request->metrics; *at;) {
        size_t length = strcspn(at, ",");
        char typed[64];
        snprintf(typed, sizeof typed, "%.*s", (int)length, at);
        const char *name = metric_names_find(names, "--metric", "no cell", typed, err);
        if (!name || add_metric(p, name, p->with_ratios, all, err))
            return -1;
        at += length + (at[length] == ',');
    }
    return 0;
}

static bool has_metric(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->metric_count; i++)
        if (!strcmp(p->metrics[i].name, name))
            return true;
    return false;
}

/* What a workload measures itself: as much as there is room for.  Not where columns are values of a
 * dimension: those would be empty under most of them. */
static void add_own(struct plan *p, size_t room, bool with_ratio, const struct entries *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct result_cell *c = all->items[i].cell;
        for (size_t j = 0; j < c->metric_count && p->metric_count < room; j++) {
            const struct result_metric *m = &c->metrics[j];
            if (!cell_has_own(c, m) || m->summary.n == 0 || has_metric(p, m->name))
                continue;
            struct plan_metric *to = &p->metrics[p->metric_count++];
            snprintf(to->name, sizeof to->name, "%s", m->name);
            snprintf(to->group, sizeof to->group, "the workload's own");
            to->with_ratio = with_ratio;
        }
    }
}

static void make_headline(struct plan *p, const struct entries *all)
{
    bool with_ratios = p->with_ratios;
    const size_t count = sizeof headline / sizeof *headline;
    bool has_peers = false;
    for (size_t i = 0; i < all->count; i++)
        has_peers |= all->items[i].cell->is_peer;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(headline[i].group, "contention") &&
            strcmp(headline[i - 1].group, "contention") && p->cols.count == 0)
            add_own(p, PLAN_METRICS_MAX - (count - i), with_ratios, all);
        /* What a library's units cost is what peers are there to be compared by. */
        const struct result_metric *m = find_metric(all, headline[i].name);
        bool is_cost = has_peers && m && m->role == ROLE_LIFECYCLE;
        p->metrics[p->metric_count] = headline[i];
        p->metrics[p->metric_count++].with_ratio |= with_ratios || is_cost;
    }
}

/* What ratios are to: what was asked for, or of several results the first. */
static int choose_base(struct plan *p, const struct table_request *request,
                       const struct entries *all, struct err *err)
{
    static const char option[] = "--relative-to";
    p->with_ratios = request->with_ratios || request->relative_to;
    if (request->relative_to)
        return bases_parse(&p->bases, option, request->relative_to, all, err);
    /* Entries stand in the order of the results. */
    if (all->count && all->items[0].result != all->items[all->count - 1].result)
        return bases_of(&p->bases, option, "result", all->items[0].result->label, all, err);
    return 0;
}

/* What rows can be sorted by, and what is nearest to what was typed. */
static int refuse_order(const char *typed, const struct metric_names *names,
                        const struct entries *all, struct err *err)
{
    struct dims dims = {0};
    struct buf words = {0};
    char metric[64];
    const char *near[2] = {metric_names_nearest(names, typed, metric, sizeof metric)};
    size_t count = near[0] != NULL;
    dims_of_entries(&dims, all);
    const char *const *there = (const char *const *)dims.names;
    const char *dim = suggest(typed, there, dims.count);
    if (dim)
        near[count++] = dim;
    suggest_words(&words, suggest(typed, near, count), NULL, 0);
    buf_add(&words, " (metrics: ");
    suggest_list(&words, names->items, names->count);
    buf_add(&words, "; dimensions: ");
    suggest_list(&words, there, dims.count);
    err_set(err, ERR_USAGE, "--sort: \"%s\" is no metric and no dimension of these cells%s)", typed,
            buf_text(&words));
    buf_release(&words);
    dims_release(&dims);
    return -1;
}

/* "-throughput": a metric before a dimension, for more of those are asked for. */
static int choose_order(struct plan *p, const char *sort, const struct metric_names *names,
                        const struct entries *all, struct err *err)
{
    if (!sort)
        return 0;
    p->is_reversed = sort[0] == '-';
    sort += p->is_reversed;
    const char *metric = metric_names_find(names, "--sort", "no cell", sort, NULL);
    if (metric)
        snprintf(p->sort_metric, sizeof p->sort_metric, "%s", metric);
    else if (!dim_check("--sort", sort, all, NULL))
        snprintf(p->sort_dim, sizeof p->sort_dim, "%s", sort);
    else
        return refuse_order(sort, names, all, err);
    return 0;
}

static int choose_metrics(struct plan *p, const struct table_request *request,
                          const struct entries *all, struct err *err)
{
    struct metric_names names = {0};
    bool is_all = request->metrics && !strcmp(request->metrics, "all");
    for (size_t i = 0; i < all->count; i++)
        metric_names_add(&names, all->items[i].cell);
    int status = names.failed ? err_set(err, ERR_SYSTEM, "table: out of memory") : 0;
    status = status || choose_base(p, request, all, err) ||
             choose_order(p, request->sort, &names, all, err);
    if (!status && is_all)
        status = add_all(p, p->with_ratios, all, err);
    else if (!status && request->metrics)
        status = parse_names(p, request, &names, all, err);
    else if (!status)
        make_headline(p, all);
    vec_release(&names);
    return status ? -1 : 0;
}

int plan_check(const struct plan *p, const struct entries *chosen, struct err *err)
{
    struct metric_names names = {0};
    int status = 0;
    for (size_t i = 0; i < chosen->count; i++)
        metric_names_add(&names, chosen->items[i].cell);
    if (names.failed)
        status = err_set(err, ERR_SYSTEM, "table: out of memory");
    for (size_t i = 0; p->keeps_empty && i < p->metric_count && !status; i++)
        if (!find_metric(chosen, p->metrics[i].name) &&
            !metric_names_find(&names, "--metric", "no cell that --filter chooses",
                               p->metrics[i].name, err))
            status = -1;
    vec_release(&names);
    return status;
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
    return choose_metrics(out, request, all, err);
}

/* Results of these cells; each once. */
struct results {
    VEC(const struct result *);
};

static void collect_results(struct results *out, const struct entry *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t k = out->count;
        while (k > 0 && out->items[k - 1] != items[i].result)
            k--;
        if (!k)
            vec_add(out, items[i].result);
    }
}

static bool agree_in(const struct result *a, const struct result *b, const char *dim)
{
    static const struct result_cell nothing = {
        .id = "", .role = "", .workload = "", .lock = "", .executor = "", .placement = ""};
    const struct entry left = {.result = a, .cell = &nothing},
                       right = {.result = b, .cell = &nothing};
    struct dim_value x, y;
    dim_value_of(&left, dim, &x);
    dim_value_of(&right, dim, &y);
    return !strcmp(dim_text(&x), dim_text(&y));
}

static const char *const of_results[] = {"host", "commit", "result"};
enum { OF_RESULTS = sizeof of_results / sizeof *of_results };

/* Whether two results that the labels and columns so far do not tell apart differ in it. */
static bool tells_apart(const char *dim, const struct plan *p, const struct dims *labels,
                        const struct results *results)
{
    for (size_t i = 0; i < results->count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct result *a = results->items[i], *b = results->items[k];
            bool is_told = false;
            for (size_t d = 0; d < OF_RESULTS; d++)
                is_told |=
                    (dims_have(labels, of_results[d]) || dims_have(&p->cols, of_results[d])) &&
                    !agree_in(a, b, of_results[d]);
            if (!is_told && !agree_in(a, b, dim))
                return true;
        }
    return false;
}

void plan_labels(const struct plan *p, const struct entry *items, size_t count, bool is_ambiguous,
                 struct dims *out)
{
    static const char *const others[] = {"executor", "tasks", "workers", "placement"};
    struct dims params = {0};
    struct results results = {0};
    dims_add_all(out, &p->rows);
    collect_results(&results, items, count);
    /* A commit is a label where somebody asks for it: what tells results apart are their names. */
    for (size_t i = 0; i < OF_RESULTS; i++)
        if (strcmp(of_results[i], "commit") != 0 && !dims_have(&p->cols, of_results[i]) &&
            tells_apart(of_results[i], p, out, &results))
            dims_add(out, of_results[i]);
    bool are_several = results.count > 1;
    out->failed |= results.failed;
    vec_release(&results);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!dims_have(&p->cols, others[i]) && dim_varies(others[i], items, count))
            dims_add(out, others[i]);
    dims_of_params(&params, items, count);
    for (size_t i = 0; i < params.count; i++)
        if (!dims_have(&p->cols, params.names[i]) && dim_varies(params.names[i], items, count))
            dims_add(out, params.names[i]);
    if (is_ambiguous) {
        if (are_several)
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
    bases_release(&p->bases);
}
