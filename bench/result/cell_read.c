#include "bench/result/cell_read.h"

#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/result/check.h"
#include "bench/result/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int place_out_of_memory(const struct place *at, struct err *err)
{
    while (at->up)
        at = at->up;
    return err_set(err, ERR_SYSTEM, "%s: out of memory", at->key);
}

/* ---- numbers that are still in the tree: check.c has seen that they are arrays or objects --- */

static double tree_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

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
        struct place here = {.up = &at, .index = i};
        if (!json_is_number(item))
            return place_expected(&here, "a number", item, err);
        if (!numbers_add(&parts->samples, json_number_value(item)))
            return place_out_of_memory(metric, err);
    }
    m->sample_count = json_array_size(array);
    return 0;
}

static int tree_launches(const struct place *metric, struct slim_cell *parts, struct slim_metric *m,
                         struct err *err)
{
    struct place at = {.up = metric, .key = "launches"};
    const json_t *array = json_object_get(m->head, "launches");
    m->launch = parts->launches.count;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        struct place here = {.up = &at, .index = i};
        if (!json_is_integer(item))
            return place_expected(&here, "a whole number", item, err);
        if (check_number(&here, json_number_value(item), 0, UINT32_MAX, err))
            return -1;
        if (!numbers_add(&parts->launches, json_number_value(item)))
            return place_out_of_memory(metric, err);
    }
    m->launch_count = json_array_size(array);
    return 0;
}

/* The file's own summary, for results that come without samples; one that lacks a part is none. */
static struct summary tree_summary(const json_t *object)
{
    double n = tree_number(object, "n"), level = tree_number(object, "level");
    struct summary s = {.center = tree_number(object, "center"),
                        .lo = tree_number(object, "lo"),
                        .hi = tree_number(object, "hi"),
                        .level = isnan(level) ? 0 : level,
                        .n = slim_is_whole(n, 1) ? (size_t)n : 1};
    return isnan(s.center) || isnan(s.lo) || isnan(s.hi) ? (struct summary){0} : s;
}

static struct distribution tree_distribution(const json_t *object)
{
    return (struct distribution){tree_number(object, "n"),    tree_number(object, "min"),
                                 tree_number(object, "p10"),  tree_number(object, "p50"),
                                 tree_number(object, "p90"),  tree_number(object, "p99"),
                                 tree_number(object, "p999"), tree_number(object, "max")};
}

static const char *const part_names[] = {"samples", "launches", "summary", "distribution"};

/* What was not taken out of the metric's text. */
static int complete_metric(const struct place *at, struct slim_cell *parts, struct slim_metric *m,
                           struct err *err)
{
    if (!m->is_checked && check_metric(at, m->head, err))
        return -1;
    for (unsigned i = 0; i < 4; i++)
        if (m->taken & 1u << i && json_object_get(m->head, part_names[i]))
            return -1; /* twice, in two spellings */
    if (!(m->taken & SLIM_SAMPLES) && tree_samples(at, parts, m, err))
        return -1;
    if (!(m->taken & SLIM_LAUNCHES) && tree_launches(at, parts, m, err))
        return -1;
    if (!(m->taken & SLIM_SUMMARY))
        m->summary = tree_summary(json_object_get(m->head, "summary"));
    if (!(m->taken & SLIM_DISTRIBUTION))
        m->distribution = tree_distribution(json_object_get(m->head, "distribution"));
    return check_numbers(at, parts, m, err);
}

/* ---- metrics ----------------------------------------------------------------------------- */

/* What the file says of it. */
static enum role role_said(const struct result_metric *m)
{
    const char *word = json_string_value(json_object_get(m->json, "role"));
    return word ? role_of_word(word) : ROLE_NONE;
}

/*
 * What a file does not say is what the names stood for: all of it in files that say no traits, and
 * in others the roles that came later than those, where no metric is said to have them.
 */
static void complete_roles(struct result_cell *c)
{
    bool is_said[ROLES] = {false};
    for (size_t i = 0; i < c->metric_count; i++)
        is_said[c->metrics[i].role] = true;
    for (size_t i = 0; i < c->metric_count; i++) {
        struct result_metric *m = &c->metrics[i];
        enum role named = m->role == ROLE_NONE ? role_of_metric_named(m->name) : ROLE_NONE;
        if (named != ROLE_NONE && !is_said[named] && (!c->has_traits || role_is_late(named)))
            m->role = named;
    }
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
    m->summary = from->summary;
    if (m->sample_count == 0 || !with_summary)
        return 0;
    return summary_of(m->samples, m->sample_count, SUMMARY_LEVEL, &m->summary, err);
}

/* Where the numbers of a cell's metrics lie, behind the metrics. */
struct block {
    struct distribution *distributions;
    double *samples;
    struct result_bucket *buckets;
    uint32_t *launches;
};

static size_t distributions_in(const struct slim_cell *parts)
{
    size_t count = 0;
    for (size_t i = 0; i < parts->metric_count; i++)
        count += distribution_is_there(&parts->metrics[i].distribution);
    return count;
}

/* Metrics, their numbers and the id lie in one block, which is as large as they are. */
static int make_block(const struct slim_cell *parts, size_t bucket_count, struct result_cell *c,
                      struct block *out)
{
    size_t distributions_at = parts->metric_count * sizeof *c->metrics;
    size_t samples_at = distributions_at + distributions_in(parts) * sizeof(struct distribution);
    size_t buckets_at = samples_at + parts->samples.count * sizeof(double);
    size_t launches_at = buckets_at + bucket_count * sizeof(struct result_bucket);
    size_t id_at = launches_at + parts->launches.count * sizeof(uint32_t);
    size_t size = id_at + (parts->has_id ? parts->id.len + 1 : 0);
    if (size == 0)
        return 0;
    c->block = calloc(1, size);
    if (!c->block)
        return -1;
    char *at = c->block;
    c->metrics = c->block;
    if (parts->has_id)
        c->id = memcpy(at + id_at, buf_text(&parts->id), parts->id.len + 1);
    out->distributions = (struct distribution *)(void *)(at + distributions_at);
    out->samples = (double *)(void *)(at + samples_at);
    out->buckets = (struct result_bucket *)(void *)(at + buckets_at);
    out->launches = (uint32_t *)(void *)(at + launches_at);
    if (parts->samples.count)
        memcpy(out->samples, parts->samples.items, parts->samples.count * sizeof(double));
    for (size_t i = 0; i < bucket_count; i++)
        out->buckets[i] = (struct result_bucket){(uint64_t)parts->buckets.items[2 * i],
                                                 (uint64_t)parts->buckets.items[2 * i + 1]};
    for (size_t i = 0; i < parts->launches.count; i++)
        out->launches[i] = (uint32_t)parts->launches.items[i];
    return 0;
}

static int read_metrics(const struct place *at, struct slim_cell *parts, unsigned keep,
                        struct result_cell *c, struct err *err)
{
    struct place here = {.up = at, .key = "metrics"};
    struct block block = {0};
    for (size_t i = 0; i < parts->metric_count; i++) {
        struct place place = {.up = &here, .key = parts->metrics[i].name};
        if (!parts->metrics[i].name[0])
            return place_error(&here, err, "one without a name");
        if (check_text(&here, parts->metrics[i].name, err) ||
            complete_metric(&place, parts, &parts->metrics[i], err))
            return -1;
    }
    bool is_kept = keep & RESULT_ALL;
    if (make_block(parts, is_kept ? parts->buckets.count / 2 : 0, c, &block))
        return place_out_of_memory(at, err);
    for (size_t i = 0; i < parts->metric_count; i++) {
        const struct slim_metric *from = &parts->metrics[i];
        struct place place = {.up = &here, .key = from->name};
        struct result_metric *m = &c->metrics[c->metric_count++];
        m->distribution = &distribution_absent;
        if (distribution_is_there(&from->distribution)) {
            *block.distributions = from->distribution;
            m->distribution = block.distributions++;
        }
        m->samples = block.samples + from->sample;
        m->sample_count = from->sample_count;
        if (is_kept && from->bucket_count) {
            m->buckets = block.buckets + from->bucket / 2;
            m->bucket_count = from->bucket_count;
        }
        if (from->launch_count > 0)
            m->launches = block.launches + from->launch;
        if (read_metric(&place, from, keep & RESULT_SUMMARIES, m, err))
            return -1;
        m->role = role_said(m);
    }
    complete_roles(c);
    return 0;
}

/* ---- the ledger -------------------------------------------------------------------------- */

static int tree_time(const struct place *at, const json_t *launch, const char *key, double min,
                     double *out, struct err *err)
{
    const json_t *value = json_object_get(launch, key);
    struct place here = {.up = at, .key = key};
    if (!value || json_is_null(value))
        return 0;
    if (!json_is_integer(value))
        return place_expected(&here, "a whole number", value, err);
    *out = json_number_value(value);
    return check_number(&here, *out, min, RESULT_NUMBER_MAX, err);
}

/* A ledger that has more, or less, than this program knows. */
static int tree_ledger(const struct place *at, const json_t *launches, struct slim_cell *parts,
                       struct err *err)
{
    struct place list = {.up = at, .key = "launches"};
    for (size_t i = 0; i < json_array_size(launches); i++) {
        const json_t *one = json_array_get(launches, i);
        struct place here = {.up = &list, .index = i};
        struct result_launch launch = result_launch_absent;
        if (check_launch(&here, one, err))
            return -1;
        if (tree_time(&here, one, "round", 0, &launch.round, err) ||
            tree_time(&here, one, "duration_ns", 0, &launch.duration_ns, err) ||
            tree_time(&here, one, "steal_ns", 0, &launch.steal_ns, err) ||
            tree_time(&here, one, "foreign_cpu_ns", -RESULT_NUMBER_MAX, &launch.foreign_cpu_ns,
                      err) ||
            tree_time(&here, one, "throttled_ns", 0, &launch.throttled_ns, err) ||
            tree_time(&here, one, "psi_cpu_some_ns", 0, &launch.psi_cpu_some_ns, err) ||
            tree_time(&here, one, "branch_permille", 0, &launch.branch_permille, err))
            return -1;
        struct place round = {.up = &here, .key = "round"};
        if (!isnan(launch.round) && check_number(&round, launch.round, 0, UINT32_MAX, err))
            return -1;
        if (!slim_launch_add(parts, &launch))
            return place_out_of_memory(at, err);
    }
    return 0;
}

/* Others' time over all launches that say it, and the round of each where all say it. */
static int read_ledger(const struct place *at, const struct slim_cell *parts, unsigned keep,
                       struct result_cell *c, struct err *err)
{
    struct slim_ledger totals = {0};
    bool has_rounds = parts->ledger_count > 0;
    for (size_t i = 0; i < parts->ledger_count; i++) {
        const struct result_launch *one = &parts->ledger[i];
        slim_ledger_add(&totals, one->duration_ns, one->foreign_cpu_ns, one->steal_ns);
        has_rounds &= !isnan(one->round);
    }
    c->foreign_cpus = totals.known_ns > 0 ? totals.foreign_ns / totals.known_ns : (double)NAN;
    c->ledger_ns = totals.known_ns;
    c->ledger_launches = totals.count;
    c->has_ledger = parts->has_ledger;
    if (!has_rounds)
        return 0;
    bool is_kept = keep & RESULT_ALL;
    size_t ledger_bytes = is_kept ? parts->ledger_count * sizeof *c->ledger : 0;
    char *block = malloc(ledger_bytes + parts->ledger_count * sizeof *c->rounds);
    if (!block)
        return place_out_of_memory(at, err);
    c->ledger_block = block;
    c->rounds = (uint32_t *)(void *)(block + ledger_bytes);
    c->launch_count = parts->ledger_count;
    if (is_kept)
        c->ledger = memcpy(block, parts->ledger, ledger_bytes);
    for (size_t i = 0; i < parts->ledger_count; i++)
        c->rounds[i] = (uint32_t)parts->ledger[i].round;
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
        if (check_warning(&here, item, err))
            return -1;
        struct result_warning *w = &(*out)[(*out_count)++];
        w->code = json_string_value(json_object_get(item, "code"));
        w->text = json_string_value(json_object_get(item, "text"));
    }
    return 0;
}

static int read_status(const struct place *at, struct result_cell *c, struct err *err)
{
    const char *word = field_text(at, c->json, "status", err);
    if (!word || field_text_or(at, c->json, "reason", "", &c->reason, err))
        return -1;
    while (c->status < CELL_FAILED && strcmp(word, cell_status_name(c->status)))
        c->status++;
    if (c->status != CELL_OK && !c->reason[0])
        return place_error(at, err, "a cell that is %s needs a \"reason\"", word);
    return 0;
}

static void read_traits(struct result_cell *c)
{
    const json_t *executor = json_object_get(c->json, "executor_traits");
    const json_t *lock = json_object_get(c->json, "lock_traits");
    c->has_traits = json_is_array(executor);
    c->executor_traits =
        c->has_traits ? traits_of_executor(executor) : traits_of_executor_named(c->executor);
    c->lock_traits = json_is_array(lock) ? traits_of_lock(lock) : traits_of_lock_named(c->lock);
}

static int64_t whole_or(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

/* What cells that are otherwise alike differ in, of those members that are in c->json. */
static void read_own(struct result_cell *c)
{
    c->id = json_string_value(json_object_get(c->json, "id"));
    c->tasks = whole_or(c->json, "tasks", 0);
    c->workers = whole_or(c->json, "workers", 0);
    c->has_workers = json_is_integer(json_object_get(c->json, "workers"));
    c->ops_per_task = whole_or(c->json, "ops_per_task", -1);
    c->batch_ops = whole_or(c->json, "batch_ops", -1);
}

/* Everything but metrics and launches, of what check_cell() has passed. */
static int read_rest(const struct place *at, struct result_cell *c, struct err *err)
{
    const json_t *object = c->json;
    if (check_cell(at, object, err))
        return -1;
    c->workload = json_string_value(json_object_get(object, "workload"));
    c->lock = json_string_value(json_object_get(object, "lock"));
    c->executor = json_string_value(json_object_get(object, "executor"));
    read_traits(c);
    c->is_peer =
        json_is_true(json_object_get(object, "is_peer")) || c->executor_traits & EXECUTOR_PEER;
    read_own(c);
    if (field_text_or(at, object, "placement", "free", &c->placement, err) ||
        field_text_or(at, object, "role", "measured", &c->role, err) ||
        field_text_or(at, object, "workload_kind", "", &c->workload_kind, err) ||
        field_optional(at, object, "params", JSON_OBJECT, &c->params, err) ||
        field_optional(at, object, "lock_params", JSON_OBJECT, &c->lock_params, err) ||
        field_optional(at, object, "executor_params", JSON_OBJECT, &c->executor_params, err) ||
        field_optional(at, object, "param_units", JSON_OBJECT, &c->param_units, err))
        return -1;
    return read_status(at, c, err);
}

/* What is the cell's own in any case. */
static int finish_numbers(const struct place *at, struct slim_cell *parts, unsigned keep,
                          struct result_cell *c, struct err *err)
{
    const json_t *launches = json_object_get(c->json, "launches");
    /* Names in another spelling, and names that stand twice, are for jansson. */
    if (json_is_object(json_object_get(c->json, "metrics")) ||
        (parts->has_metrics && json_object_get(c->json, "metrics")) ||
        (parts->has_ledger && launches))
        return -1;
    return tree_ledger(at, launches, parts, err) || read_metrics(at, parts, keep, c, err) ||
                   read_ledger(at, parts, keep, c, err)
               ? -1
               : 0;
}

int cell_finish(const struct place *at, struct slim_cell *parts, json_t *rest, unsigned keep,
                struct result_cell *c, struct err *err)
{
    c->json = rest;
    return read_rest(at, c, err) || finish_numbers(at, parts, keep, c, err) ||
                   warnings_read(at, c->json, &c->warnings, &c->warning_count, err)
               ? -1
               : 0;
}

/* ---- cells that are alike ---------------------------------------------------------------- */

/* The cell as it stands in the file but for numbers: what was taken out is put back.  Taken over.
 */
static json_t *put_back(const struct slim_cell *parts, json_t *object)
{
    struct json_maker o = json_maker_take(object);
    if (parts->has_id)
        json_make_text(&o, "id", buf_text(&parts->id));
    for (unsigned i = 0; i < SLIM_OWN; i++)
        if (parts->has_own & 1u << i)
            json_make_int(&o, slim_own_names[i], parts->own[i]);
    return json_made(&o);
}

/*
 * The first of its kind: it is checked and read as a whole, and what others share with it stays.
 */
static int read_first(const struct place *at, const struct slim_cell *parts,
                      struct result_cell *like, struct err *err)
{
    json_t *rest =
        json_parse(buf_text(&parts->rest), parts->rest.len, JSON_REJECT_DUPLICATES, NULL);
    json_t *whole = rest ? put_back(parts, json_copy(rest)) : NULL;
    struct result_cell first = {.json = whole};
    int status = whole ? read_rest(at, &first, err) : -1;
    status = status || warnings_read(at, rest, &first.warnings, &first.warning_count, err);
    json_decref(whole);
    if (status) {
        free(first.warnings);
        json_decref(rest);
        return -1;
    }
    *like = first;
    like->json = rest;
    read_own(like); /* what was put back is that cell's alone */
    return 0;
}

/* A member in another spelling beside the one that was taken out. */
static bool stands_twice(const struct slim_cell *parts, const json_t *rest)
{
    bool is_twice = (parts->has_id && json_object_get(rest, "id")) ||
                    (parts->has_passed && json_object_get(rest, "launch_distributions"));
    for (unsigned i = 0; i < SLIM_OWN; i++)
        is_twice |= parts->has_own & 1u << i && json_object_get(rest, slim_own_names[i]);
    return is_twice;
}

static bool is_json(const struct buf *text)
{
    json_t *value = json_parse(buf_text(text), text->len, JSON_REJECT_DUPLICATES, NULL);
    json_decref(value);
    return value != NULL;
}

/* One that has no id is no cell, whatever others with this text have. */
static int refuse_lacking(const struct place *at, const struct slim_cell *parts, const json_t *rest,
                          struct err *err)
{
    json_t *whole = put_back(parts, json_copy((json_t *)(uintptr_t)rest));
    int failed = whole ? check_cell(at, whole, err) : 0;
    json_decref(whole);
    return failed ? failed : -1;
}

/* What it has of those is checked by who took it out, but for the text that nobody reads. */
static int read_alike(const struct place *at, struct slim_cell *parts, struct metric_heads *heads,
                      unsigned keep, struct result_cell *c, struct err *err)
{
    struct result_cell *like = heads_cell(heads, buf_text(&parts->rest), parts->rest.len);
    if (!like || (!like->json && read_first(at, parts, like, err)) ||
        stands_twice(parts, like->json) || (parts->has_passed && !is_json(&parts->passed)))
        return -1;
    unsigned has = parts->has_own;
    if ((!parts->has_id && !like->id) || (!(has & 1u << SLIM_TASKS) && !like->tasks))
        return refuse_lacking(at, parts, like->json, err);
    *c = *like;
    c->is_alike = true;
    c->tasks = has & 1u << SLIM_TASKS ? parts->own[SLIM_TASKS] : c->tasks;
    c->workers = has & 1u << SLIM_WORKERS ? parts->own[SLIM_WORKERS] : c->workers;
    c->has_workers = has & 1u << SLIM_WORKERS || c->has_workers;
    c->ops_per_task = has & 1u << SLIM_OPS ? parts->own[SLIM_OPS] : c->ops_per_task;
    c->batch_ops = has & 1u << SLIM_BATCH ? parts->own[SLIM_BATCH] : c->batch_ops;
    return finish_numbers(at, parts, keep, c, err);
}

/* The name and the head of each metric; -1: they are not JSON, or a name stands twice. */
static int read_heads(struct slim_cell *parts, struct metric_heads *heads)
{
    for (size_t i = 0; i < parts->metric_count; i++) {
        struct slim_metric *m = &parts->metrics[i];
        bool is_new;
        const json_t *head =
            heads_of(heads, buf_text(&parts->metric_text) + m->text, m->text_length, &is_new);
        void *only = json_object_iter((json_t *)(uintptr_t)head);
        if (!only || json_object_size(head) != 1)
            return -1;
        m->name = json_object_iter_key(only);
        m->head = json_object_iter_value(only);
        m->is_checked = !is_new;
        for (size_t j = 0; j < i; j++)
            if (!strcmp(parts->metrics[j].name, m->name))
                return -1;
    }
    return 0;
}

int cell_read(const struct place *at, struct slim_cell *parts, struct metric_heads *heads,
              unsigned keep, struct result_cell *c, struct err *err)
{
    struct place metrics = {.up = at, .key = "metrics"};
    if (parts->metric_count > RESULT_METRICS_MAX)
        return place_error(&metrics, err, "%zu of them (at most %d)", parts->metric_count,
                           RESULT_METRICS_MAX);
    if (parts->is_brief)
        return read_heads(parts, heads) ? -1 : read_alike(at, parts, heads, keep, c, err);
    json_t *rest =
        json_parse(buf_text(&parts->rest), parts->rest.len, JSON_REJECT_DUPLICATES, NULL);
    if (rest && !read_heads(parts, heads))
        return cell_finish(at, parts, rest, keep, c, err);
    json_decref(rest);
    return -1;
}

void cell_unload(struct result_cell *c)
{
    free(c->block);
    free(c->ledger_block);
    if (!c->is_alike) {
        free(c->warnings);
        json_decref(c->json);
    }
    *c = (struct result_cell){0};
}
