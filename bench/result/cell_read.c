#include "bench/result/cell_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int place_out_of_memory(const struct place *at, struct err *err)
{
    while (at->up)
        at = at->up;
    return err_set(err, ERR_SYSTEM, "%s: out of memory", at->key);
}

/* ---- numbers that are still in the tree -------------------------------------------------- */

static int tree_samples(const struct place *metric, struct slim_cell *parts, struct slim_metric *m,
                        struct err *err)
{
    struct place at = {.up = metric, .key = "samples"};
    const json_t *array = field_required(metric, m->head, "samples", JSON_ARRAY, err);
    if (!array)
        return -1;
    m->sample = parts->samples.count;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        if (!json_is_number(item)) {
            struct place here = {.up = &at, .index = i};
            return place_expected(&here, "a number", item, err);
        }
        if (!numbers_add(&parts->samples, json_number_value(item)))
            return place_out_of_memory(metric, err);
    }
    m->sample_count = json_array_size(array);
    m->has_samples = true;
    return 0;
}

/* The file's own summary, for results that come without samples. */
static struct summary tree_summary(const json_t *object)
{
    const json_t *center = json_object_get(object, "center"), *lo = json_object_get(object, "lo"),
                 *hi = json_object_get(object, "hi"), *n = json_object_get(object, "n");
    if (!json_is_number(center) || !json_is_number(lo) || !json_is_number(hi))
        return (struct summary){0};
    return (struct summary){
        .center = json_number_value(center),
        .lo = json_number_value(lo),
        .hi = json_number_value(hi),
        .level = json_number_value(json_object_get(object, "level")),
        .n = json_is_integer(n) && json_integer_value(n) > 0 ? (size_t)json_integer_value(n) : 1,
    };
}

static double tree_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static struct distribution tree_distribution(const json_t *object)
{
    return (struct distribution){tree_number(object, "n"),    tree_number(object, "min"),
                                 tree_number(object, "p10"),  tree_number(object, "p50"),
                                 tree_number(object, "p90"),  tree_number(object, "p99"),
                                 tree_number(object, "p999"), tree_number(object, "max")};
}

/* Whole numbers of an array, or of a field of its objects; nothing when one is missing. */
static bool tree_indices(const json_t *array, const char *key, struct numbers *to)
{
    size_t before = to->count;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        const json_t *value = key ? json_object_get(item, key) : item;
        if (!json_is_integer(value) || json_integer_value(value) < 0 ||
            json_integer_value(value) > UINT32_MAX || !numbers_add(to, json_number_value(value))) {
            to->count = before;
            return false;
        }
    }
    return true;
}

/* What slim_next() does for text, of a tree. */
static int take_tree(const struct place *at, const json_t *metrics, struct slim_cell *parts,
                     struct err *err)
{
    const char *name;
    json_t *object;
    json_object_foreach((json_t *)(uintptr_t)metrics, name, object)
    {
        struct slim_metric *m = slim_metric_add(parts);
        if (!m)
            return place_out_of_memory(at, err);
        m->name = name;
        m->head = object;
        m->summary = tree_summary(json_object_get(object, "summary"));
        m->distribution = tree_distribution(json_object_get(object, "distribution"));
        if (tree_indices(json_object_get(object, "launches"), NULL, &parts->launches))
            m->launch_count = parts->launches.count - m->launch;
    }
    return 0;
}

/* ---- metrics ----------------------------------------------------------------------------- */

/* Every metric is an object and its samples are numbers. */
static int complete_numbers(const struct place *at, struct slim_cell *parts, struct err *err)
{
    for (size_t i = 0; i < parts->metric_count; i++) {
        struct slim_metric *m = &parts->metrics[i];
        struct place here = {.up = at, .key = m->name};
        if (!json_is_object(m->head))
            return place_expected(&here, "an object", m->head, err);
        if (!m->has_samples && tree_samples(&here, parts, m, err))
            return -1;
    }
    return 0;
}

static int read_metric(const struct place *at, const struct slim_metric *from, bool with_summary,
                       struct result_metric *m, struct err *err)
{
    m->name = from->name;
    m->json = from->head;
    m->unit = field_text(at, m->json, "unit", err);
    if (!m->unit || field_text_or(at, m->json, "better", "neutral", &m->better, err) ||
        field_text_or(at, m->json, "nature", "noisy", &m->nature, err) ||
        field_text_or(at, m->json, "group", "", &m->group, err) ||
        field_text_or(at, m->json, "source", "", &m->source, err) ||
        field_text_or(at, m->json, "reason", NULL, &m->reason, err))
        return -1;
    m->is_reference = json_is_true(json_object_get(m->json, "is_reference"));
    m->distribution = from->distribution;
    m->summary = from->summary;
    if (m->sample_count == 0 || !with_summary)
        return 0;
    return summary_of(m->samples, m->sample_count, SUMMARY_LEVEL, &m->summary, err);
}

/* Metrics, their samples and launches lie in one block: c->metrics owns them all. */
static int read_metrics(const struct place *at, struct slim_cell *parts, bool with_summaries,
                        struct result_cell *c, struct err *err)
{
    struct place here = {.up = at, .key = "metrics"};
    if (complete_numbers(&here, parts, err))
        return -1;
    if (parts->metric_count == 0)
        return 0;
    size_t samples_at = parts->metric_count * sizeof *c->metrics;
    size_t launches_at = samples_at + parts->samples.count * sizeof(double);
    c->metrics = calloc(1, launches_at + parts->launches.count * sizeof(uint32_t));
    if (!c->metrics)
        return place_out_of_memory(at, err);
    double *samples = (double *)(void *)((char *)c->metrics + samples_at);
    uint32_t *launches = (uint32_t *)(void *)((char *)c->metrics + launches_at);
    if (parts->samples.count)
        memcpy(samples, parts->samples.items, parts->samples.count * sizeof *samples);
    for (size_t i = 0; i < parts->launches.count; i++)
        launches[i] = (uint32_t)parts->launches.items[i];
    for (size_t i = 0; i < parts->metric_count; i++) {
        const struct slim_metric *from = &parts->metrics[i];
        struct place place = {.up = &here, .key = from->name};
        struct result_metric *m = &c->metrics[c->metric_count++];
        m->samples = samples + from->sample;
        m->sample_count = from->sample_count;
        if (from->launch_count == from->sample_count && from->launch_count > 0)
            m->launches = launches + from->launch;
        if (read_metric(&place, from, with_summaries, m, err))
            return -1;
    }
    return 0;
}

static void tree_ledger(const json_t *launches, struct slim_ledger *out)
{
    for (size_t i = 0; i < json_array_size(launches); i++) {
        const json_t *one = json_array_get(launches, i);
        slim_ledger_add(out, tree_number(one, "duration_ns"), tree_number(one, "foreign_cpu_ns"),
                        tree_number(one, "steal_ns"));
    }
}

static int read_ledger(const struct place *at, const struct slim_cell *parts, struct result_cell *c,
                       struct err *err)
{
    const struct numbers *rounds = &parts->rounds;
    const struct slim_ledger *ledger = &parts->ledger;
    /* The kernel counts in ticks: over short launches the sum may be a little below 0. */
    c->foreign_cpus =
        ledger->known_ns > 0 ? fmax(0, ledger->foreign_ns / ledger->known_ns) : (double)NAN;
    if (rounds->count == 0)
        return 0;
    c->rounds = malloc(rounds->count * sizeof *c->rounds);
    if (!c->rounds)
        return place_out_of_memory(at, err);
    c->launch_count = rounds->count;
    for (size_t i = 0; i < rounds->count; i++)
        c->rounds[i] = (uint32_t)rounds->items[i];
    return 0;
}

/* ---- the rest of a cell ------------------------------------------------------------------ */

int warnings_read(const struct place *at, const json_t *object, struct result_warning **out,
                  size_t *out_count, struct err *err)
{
    const json_t *warnings = NULL;
    *out_count = 0;
    if (field_optional(at, object, "warnings", JSON_ARRAY, &warnings, err))
        return -1;
    size_t count = json_array_size(warnings);
    if (count == 0)
        return 0;
    *out = calloc(count, sizeof **out);
    if (!*out)
        return place_out_of_memory(at, err);
    struct place list = {.up = at, .key = "warnings"};
    for (size_t i = 0; i < count; i++) {
        struct place here = {.up = &list, .index = i};
        const json_t *item = json_array_get(warnings, i);
        if (!json_is_object(item))
            return place_expected(&here, "an object", item, err);
        struct result_warning *w = &(*out)[(*out_count)++];
        w->code = field_text(&here, item, "code", err);
        w->text = w->code ? field_text(&here, item, "text", err) : NULL;
        if (!w->text)
            return -1;
    }
    return 0;
}

static int read_status(const struct place *at, struct result_cell *c, struct err *err)
{
    const char *word = field_text(at, c->json, "status", err);
    if (!word || field_text_or(at, c->json, "reason", "", &c->reason, err))
        return -1;
    for (enum cell_status s = CELL_OK; s <= CELL_FAILED; s++)
        if (!strcmp(word, cell_status_name(s))) {
            c->status = s;
            if (s != CELL_OK && !c->reason[0])
                return place_error(at, err, "a cell that is %s needs a \"reason\"", word);
            return 0;
        }
    struct place here = {.up = at, .key = "status"};
    return place_error(&here, err, "\"%s\" is unknown (ok, skipped, failed)", word);
}

/* Everything but metrics; takes over the reference. */
static int read_rest(const struct place *at, json_t *object, struct result_cell *c, struct err *err)
{
    c->json = object;
    if (!json_is_object(object))
        return place_expected(at, "an object", object, err);
    c->id = field_text(at, object, "id", err);
    c->workload = c->id ? field_text(at, object, "workload", err) : NULL;
    c->lock = c->workload ? field_text(at, object, "lock", err) : NULL;
    c->is_peer = json_is_true(json_object_get(object, "is_peer"));
    c->executor = c->lock ? field_text(at, object, "executor", err) : NULL;
    if (!c->executor || field_count(at, object, "tasks", 1, &c->tasks, err) ||
        field_count_or(at, object, "workers", 0, &c->workers, err) ||
        field_text_or(at, object, "placement", "free", &c->placement, err) ||
        field_text_or(at, object, "role", "measured", &c->role, err) ||
        field_text_or(at, object, "workload_kind", "", &c->workload_kind, err) ||
        field_optional(at, object, "params", JSON_OBJECT, &c->params, err) ||
        field_optional(at, object, "lock_params", JSON_OBJECT, &c->lock_params, err) ||
        field_optional(at, object, "executor_params", JSON_OBJECT, &c->executor_params, err) ||
        field_optional(at, object, "param_units", JSON_OBJECT, &c->param_units, err) ||
        read_status(at, c, err))
        return -1;
    return 0;
}

int cell_read_slim(const struct place *at, struct slim_cell *parts, struct metric_heads *heads,
                   bool with_summaries, struct result_cell *c, struct err *err)
{
    json_t *rest =
        json_loadb(buf_text(&parts->rest), parts->rest.len, JSON_REJECT_DUPLICATES, NULL);
    if (!rest)
        return -1;
    if (read_rest(at, rest, c, err))
        return -1;
    for (size_t i = 0; i < parts->metric_count; i++) {
        struct slim_metric *m = &parts->metrics[i];
        const json_t *head =
            heads_of(heads, buf_text(&parts->metric_text) + m->text, m->text_length);
        void *only = json_object_iter((json_t *)(uintptr_t)head);
        if (!only)
            return -1;
        m->name = json_object_iter_key(only);
        m->head = json_object_iter_value(only);
        for (size_t j = 0; j < i; j++)
            if (!strcmp(parts->metrics[j].name, m->name))
                return -1;
    }
    if (read_metrics(at, parts, with_summaries, c, err) || read_ledger(at, parts, c, err))
        return -1;
    return warnings_read(at, c->json, &c->warnings, &c->warning_count, err);
}

int cell_read_tree(const struct place *at, json_t *object, struct slim_cell *scratch,
                   bool with_summaries, struct result_cell *c, struct err *err)
{
    const json_t *metrics = NULL;
    struct place here = {.up = at, .key = "metrics"};
    slim_cell_reset(scratch);
    if (read_rest(at, json_incref(object), c, err) ||
        field_optional(at, object, "metrics", JSON_OBJECT, &metrics, err) ||
        take_tree(&here, metrics, scratch, err) ||
        read_metrics(at, scratch, with_summaries, c, err))
        return -1;
    tree_indices(json_object_get(object, "launches"), "round", &scratch->rounds);
    tree_ledger(json_object_get(object, "launches"), &scratch->ledger);
    if (read_ledger(at, scratch, c, err))
        return -1;
    return warnings_read(at, c->json, &c->warnings, &c->warning_count, err);
}

void cell_unload(struct result_cell *c)
{
    free(c->metrics);
    free(c->warnings);
    free(c->rounds);
    json_decref(c->json);
    *c = (struct result_cell){0};
}
