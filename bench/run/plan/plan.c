#include "bench/run/plan/plan.h"

#include "bench/base/clock.h"
#include "bench/base/suggest.h"
#include "bench/base/units.h"
#include "bench/machine/affinity.h"
#include "bench/machine/cgroup.h"
#include "bench/registry.h"
#include "bench/registry_open.h"
#include "bench/run/plan/cell_fit.h"
#include "bench/run/plan/cell_param.h"
#include "bench/run/plan/cell_place.h"
#include "bench/run/plan/plan_group.h"
#include "bench/run/plan/plan_shard.h"
#include "bench/run/plan/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void plan_request_init(struct plan_request *r)
{
    *r = (struct plan_request){.seed = -1};
    units_parse("timer slack", PLAN_TIMER_SLACK, "ns", 1, TIMER_SLACK_MAX_NS, &r->timer_slack_ns,
                NULL);
    units_parse("timeout", PLAN_TIMEOUT, "ns", TIMEOUT_LEAST_NS, INT64_MAX, &r->timeout_ns, NULL);
}

uint32_t plan_cpus_allowed(void)
{
    /* Those that it was started with, whatever becomes of them. */
    static uint32_t cpus;
    int count = cpus ? 0 : affinity_count();
    if (!cpus)
        cpus = count > 0 ? (uint32_t)count : 1;
    return cpus;
}

uint32_t plan_cpus(void)
{
    static uint32_t cpus;
    if (!cpus) {
        double quota = cgroup_cpu_quota();
        uint32_t allowed = plan_cpus_allowed();
        cpus = quota > 0 && quota < allowed ? (uint32_t)ceil(quota) : allowed;
    }
    return cpus;
}

/* ---- Cells ------------------------------------------------------------------------- */

struct builder {
    struct plan *plan;
    const struct plan_request *request;
    size_t capacity;
    json_t *places;          /* of the cells in the plan, by their ids */
    bool *param_used;        /* of the request's parameters */
    struct word_list params; /* of the request */
};

/* Takes the cell over; a repeated one is dropped. Returns its index, or -1. */
static int add_cell(struct builder *b, struct cell *c, struct err *err)
{
    cell_make_id(c);
    const json_t *place = c->id ? json_object_get(b->places, c->id) : NULL;
    if (place) {
        int there = (int)json_integer_value(place);
        struct cell *known = &b->plan->cells[there];
        known->is_control &= c->is_control;
        known->own_probes |= c->is_control ? 0 : c->own_probes;
        known->ops = c->ops > known->ops ? c->ops : known->ops;
        cell_release(c);
        return there;
    }
    if (b->plan->cell_count == PLAN_CELLS_MAX) {
        cell_release(c);
        return err_set(err, ERR_USAGE, "more than %d cells to measure", PLAN_CELLS_MAX);
    }
    if (b->plan->cell_count == b->capacity) {
        size_t capacity = b->capacity ? b->capacity * 2 : 64;
        struct cell *grown = realloc(b->plan->cells, capacity * sizeof *grown);
        if (grown)
            b->plan->cells = grown;
        b->capacity = grown ? capacity : b->capacity;
    }
    if (!c->id || b->plan->cell_count == b->capacity ||
        json_object_set_new(b->places, c->id, json_integer((json_int_t)b->plan->cell_count))) {
        cell_release(c);
        return err_set(err, ERR_SYSTEM, "no memory for the plan");
    }
    b->plan->cells[b->plan->cell_count] = *c;
    b->plan->cells[b->plan->cell_count].place = (uint32_t)b->plan->cell_count;
    return (int)b->plan->cell_count++;
}

static int add_combination(struct builder *b, const struct plan_group *g, struct cell *c,
                           struct err *err)
{
    for (size_t i = 0; i < g->params.count; i++) {
        bool ignored = false;
        if (cell_apply_param(c, g->params.items[i], &ignored, err))
            return -1;
    }
    for (size_t i = 0; i < b->params.count; i++)
        if (cell_apply_param(c, b->params.items[i], &b->param_used[i], err))
            return -1;
    if (c->workload->metrics_of && registry_check_metrics(c->workload, c->workload_params, err))
        return -1;
    if (c->executor->traits & EXECUTOR_POOLED)
        c->workers = b->request->workers ? (uint32_t)b->request->workers : plan_cpus();
    c->lock_is_shared = g->lock_is_shared && (c->lock->traits & LOCK_PER_RUNTIME) &&
                        !(c->executor->traits & EXECUTOR_SHARED_HEAP);
    c->own_probes = g->own_probes;
    c->ops = g->ops;
    c->skip_reason = cell_skip_reason(c);
    if (!c->skip_reason)
        c->skip_reason = cell_place(c);
    return add_cell(b, c, err) < 0 ? -1 : 0;
}

static int parse_placement(const char *word, enum placement *out, struct err *err)
{
    struct opt_list known = {0};
    const char *name;
    for (int i = PLACEMENT_FREE; (name = placement_name((enum placement)i)) != NULL; i++) {
        if (!strcmp(word, name)) {
            *out = (enum placement)i;
            vec_release(&known);
            return 0;
        }
        vec_add(&known, name);
    }
    suggest_unknown("--placement", word, known.items, known.count, err);
    vec_release(&known);
    return -1;
}

/* Whether its cells are planned where nobody named executors or locks.  What runs somebody's own
 * programs has no lock of ours in it. */
static bool is_usual(const struct plan_group *g, const struct workload *w, const struct lock *k,
                     const struct executor *x)
{
    if (g->has_all_locks && (w->traits & WORKLOAD_SURROUNDINGS) && !(k->traits & LOCK_NONE))
        return false;
    bool is_meant = !g->has_all_executors || !(w->traits & WORKLOAD_SURROUNDINGS) || !w->needs;
    for (const char *const *name = w->needs; !is_meant && *name; name++)
        is_meant = !strcmp(*name, x->name);
    return is_meant;
}

static int expand_counts(struct builder *b, const struct plan_group *g, const struct workload *w,
                         const struct task_counts *counts, struct err *err)
{
    for (size_t k = 0; k < g->locks.count; k++) {
        const struct lock *lock = registry_find_lock(g->locks.items[k], err);
        if (!lock)
            return -1;
        for (size_t x = 0; x < g->executors.count; x++) {
            const struct executor *executor = registry_find_executor(g->executors.items[x], err);
            if (!executor)
                return -1;
            if (!is_usual(g, w, lock, executor))
                continue;
            for (size_t p = 0; p < g->placements.count; p++)
                for (size_t n = 0; n < counts->count; n++) {
                    struct cell c;
                    cell_init(&c, w, lock, executor);
                    c.tasks = counts->items[n];
                    if (parse_placement(g->placements.items[p], &c.placement, err) ||
                        add_combination(b, g, &c, err))
                        return -1;
                }
        }
    }
    return 0;
}

static int expand_workload(struct builder *b, const struct plan_group *g, const struct workload *w,
                           struct err *err)
{
    struct task_counts counts = {0};
    int failed =
        plan_task_counts(&g->tasks, w, &counts, err) || expand_counts(b, g, w, &counts, err);
    vec_release(&counts);
    return failed ? -1 : 0;
}

static int expand_group(struct builder *b, struct plan_group *g, struct err *err)
{
    if (plan_group_defaults(g, err))
        return -1;
    for (size_t i = 0; i < g->workloads.count; i++) {
        const struct workload *w = registry_find_workload(g->workloads.items[i], err);
        if (!w || expand_workload(b, g, w, err))
            return -1;
    }
    return 0;
}

/*
 * The ceiling of a cell: the same body, serial, without a lock, one task.  Measured in the same
 * rounds; added when nobody asked for it.
 */
static int add_controls(struct builder *b, struct err *err)
{
    size_t count = b->plan->cell_count;
    const struct lock *none = registry_find_lock("none", err);
    const struct executor *serial = registry_find_executor("serial", err);
    if (!none || !serial)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct cell *c = &b->plan->cells[i];
        char text[256];
        if (c->skip_reason ||
            cell_misfit(c->workload, serial, c->workload_params, text, sizeof text))
            continue;
        struct cell control;
        bool is_virtual = c->executor->traits & EXECUTOR_VIRTUAL;
        cell_init(&control, c->workload, none, is_virtual ? c->executor : serial);
        memcpy(control.workload_params, c->workload_params, sizeof control.workload_params);
        control.placement = c->placement == PLACEMENT_SAME ? PLACEMENT_SAME : PLACEMENT_FREE;
        control.is_control = true;
        control.own_probes = c->own_probes == PROBES_ALL ? PROBES_ALL : 0;
        int index = add_cell(b, &control, err);
        if (index < 0)
            return -1;
        b->plan->cells[i].control = index;
    }
    return 0;
}

/* The names that cells of the plan have parameters by, and the nearest. */
static int refuse_param(const struct builder *b, const char *assignment, struct err *err)
{
    struct opt_list names = {0};
    struct buf words = {0};
    char owner[64];
    snprintf(owner, sizeof owner, "%.*s", (int)strcspn(assignment, ".="), assignment);
    for (size_t i = 0; i < b->plan->cell_count; i++) {
        const struct cell *c = &b->plan->cells[i];
        const char *const of_cell[] = {c->workload->name, c->lock->name, c->executor->name};
        for (size_t k = 0; k < sizeof of_cell / sizeof *of_cell; k++) {
            size_t at = 0;
            while (at < names.count && strcmp(names.items[at], of_cell[k]) != 0)
                at++;
            if (at == names.count)
                vec_add(&names, of_cell[k]);
        }
    }
    suggest_words(&words, suggest(owner, names.items, names.count), names.items, names.count);
    err_set(err, ERR_USAGE, "-p %s: no cell has a workload, lock or executor of that name%s",
            assignment, buf_text(&words));
    buf_release(&words);
    vec_release(&names);
    return -1;
}

static int check_params_used(const struct builder *b, struct err *err)
{
    for (size_t i = 0; i < b->params.count; i++)
        if (!b->param_used[i])
            return refuse_param(b, b->params.items[i], err);
    return 0;
}

static int suite_number(const json_t *suite, const char *key, const char *unit, int64_t max,
                        const char *fallback, int64_t *out, struct err *err)
{
    const json_t *value = json_object_get(suite, key);
    char number[32], what[64];
    const char *text = value ? json_string_value(value) : fallback;
    *out = 0;
    if (!value && !fallback)
        return 0;
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        text = number;
    }
    snprintf(what, sizeof what, "suite: \"%s\"", key);
    if (!text)
        return err_set(err, ERR_INPUT, "%s must be a number or words such as \"%s\"", what,
                       strcmp(unit, "ns") ? PLAN_ROUNDS : PLAN_BUDGET);
    return units_parse(what, text, unit, 1, max, out, err);
}

/* A word that is not known is a wish that would not be heard. */
static int check_suite_keys(const json_t *suite, struct err *err)
{
    static const char *const keys[] = {"summary", "comment",   "rounds", "rounds_most",
                                       "budget",  "task_time", "groups"};
    enum { KEYS = sizeof keys / sizeof keys[0] };
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)suite, key, value)
    {
        size_t i = 0;
        while (i < KEYS && strcmp(key, keys[i]))
            i++;
        if (i == 0 && !json_is_string(value))
            return err_set(err, ERR_INPUT, "suite: \"summary\" must be a text");
        if (i < KEYS)
            continue;
        const char *near = suggest(key, keys, KEYS);
        return err_set(err, ERR_INPUT, "suite: unknown key \"%.64s\"%s%s%s", key,
                       near ? "; did you mean \""
                            : " (summary, comment, rounds, rounds_most, budget, task_time, groups)",
                       near ? near : "", near ? "\"?" : "");
    }
    return 0;
}

static int expand_suite(struct builder *b, const json_t *suite, struct err *err)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(suite, "groups"), i, item)
    {
        struct plan_group g = {0};
        int failed = plan_group_of_json(&g, item, err) ||
                     plan_group_override(&g, b->request, err) || expand_group(b, &g, err);
        plan_group_release(&g);
        if (failed)
            return -1;
    }
    return 0;
}

static int expand_request(struct builder *b, struct err *err)
{
    struct plan_group g = {0};
    int failed = plan_group_of_request(&g, b->request, err) || expand_group(b, &g, err);
    plan_group_release(&g);
    return failed ? -1 : 0;
}

static uint64_t draw_seed(int64_t asked)
{
    uint64_t seed = (uint64_t)asked;
    if (asked < 0 && getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = clock_now_ns();
    return asked < 0 ? seed & 0x7fffffff : seed;
}

/* Who asks for a number of rounds gets that many of each cell, unless more was asked for as well.
 */
static void set_rounds(struct plan *p, const struct plan_request *r, int64_t rounds, int64_t most)
{
    most = r->rounds_most ? r->rounds_most : r->rounds ? 0 : most;
    p->rounds = (uint32_t)(r->rounds ? r->rounds : rounds);
    p->rounds_most = most > p->rounds ? (uint32_t)most : p->rounds;
}

static void builder_release(struct builder *b)
{
    word_list_release(&b->params);
    json_decref(b->places);
    free(b->param_used);
}

static int expand(struct builder *b, const json_t *suite, struct err *err)
{
    if (suite ? expand_suite(b, suite, err) : expand_request(b, err))
        return -1;
    if (b->plan->cell_count == 0)
        return err_set(err, ERR_USAGE, "nothing to measure: the suite has no such workload");
    return check_params_used(b, err) || add_controls(b, err) ? -1 : 0;
}

int plan_build(const struct plan_request *r, struct plan *out, struct err *err)
{
    *out = (struct plan){0};
    struct builder b = {.plan = out, .request = r};
    const char *name = r->suite ? r->suite : r->workloads.count || r->document ? NULL : "standard";
    json_t *suite = r->document ? json_incref((json_t *)(uintptr_t)r->document)
                    : name      ? suite_load(name, err)
                                : NULL;
    int64_t rounds, rounds_most, budget_ns, task_time_ns;
    if (name && !suite)
        return -1;
    if (check_suite_keys(suite, err) || word_list_of_params(&b.params, &r->params, err) ||
        suite_number(suite, "rounds", "count", ROUNDS_MAX, PLAN_ROUNDS, &rounds, err) ||
        suite_number(suite, "rounds_most", "count", ROUNDS_MAX, NULL, &rounds_most, err) ||
        suite_number(suite, "budget", "ns", INT64_MAX, PLAN_BUDGET, &budget_ns, err) ||
        suite_number(suite, "task_time", "ns", TASK_TIME_MAX_NS, PLAN_TASK_TIME, &task_time_ns,
                     err))
        goto fail;
    b.places = json_object();
    b.param_used = calloc(b.params.count + 1, sizeof *b.param_used);
    if (!b.param_used || !b.places) {
        err_set(err, ERR_SYSTEM, "no memory for the plan");
        goto fail;
    }
    struct muting muting;
    registry_mute(&muting);
    int failed = expand(&b, suite, err);
    registry_unmute(&muting);
    if (failed)
        goto fail;
    out->suite = name ? strdup(name) : NULL;
    out->seed = draw_seed(r->seed);
    set_rounds(out, r, rounds, rounds_most);
    out->budget_ns = (uint64_t)(r->budget_ns ? r->budget_ns : budget_ns);
    out->task_time_ns = (uint64_t)(r->task_time_ns ? r->task_time_ns : task_time_ns);
    out->timer_slack_ns = (uint64_t)r->timer_slack_ns;
    out->timeout_ns = (uint64_t)r->timeout_ns;
    if (r->shard_count > 0 && plan_take_shard(out, r, err))
        goto fail;
    json_decref(suite);
    builder_release(&b);
    return 0;
fail:
    if (r->origin)
        err_prefix(err, "%s: ", r->origin);
    json_decref(suite);
    builder_release(&b);
    plan_release(out);
    return -1;
}

void plan_release(struct plan *p)
{
    for (size_t i = 0; i < p->cell_count; i++)
        cell_release(&p->cells[i]);
    free(p->cells);
    free(p->suite);
    *p = (struct plan){0};
}

bool plan_is_virtual(const struct plan *p)
{
    for (size_t i = 0; i < p->cell_count; i++)
        if (!(p->cells[i].executor->traits & EXECUTOR_VIRTUAL))
            return false;
    return true;
}

void plan_size_cell(struct cell *c, uint64_t ops_wanted, double op_ns, uint64_t task_time_ns,
                    uint32_t cpus)
{
    enum { BATCHES_MAX = 256, BATCH_LEAST_NS = 20000 };
    uint64_t ops = ops_wanted ? ops_wanted : c->workload->ops_per_task;
    if (!ops) {
        /* Up to four tasks a CPU they can use get the whole time each; more share it. */
        double time_ns = (double)task_time_ns;
        double most = 4.0 * cell_cpus(c, cpus);
        /* Without a serial form it was measured with all the tasks. */
        if (c->tasks > most && c->control != NO_CONTROL)
            time_ns = time_ns * most / c->tasks;
        ops = op_ns > 0 && time_ns > op_ns ? (uint64_t)(time_ns / op_ns) : 1;
    }
    double batches = op_ns > 0 ? (double)ops * op_ns / BATCH_LEAST_NS : (double)ops;
    uint64_t count = batches < 1 ? 1 : batches > BATCHES_MAX ? BATCHES_MAX : (uint64_t)batches;
    count = count > ops ? ops : count;
    /* A task's operations are a whole number of equal batches: rounded up, never fewer. */
    c->batch_count = (uint32_t)count;
    c->batch_ops = (ops + count - 1) / count;
}
