#include "bench/run/plan.h"

#include "bench/core/affinity.h"
#include "bench/core/clock.h"
#include "bench/core/limits.h"
#include "bench/core/suggest.h"
#include "bench/core/units.h"
#include "bench/registry.h"
#include "bench/run/suite.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { WORDS_MAX = 64, WORD_MAX = 64 };

/* A list of short words, by value: what "a,b" and ["a", "b"] both become. */
struct words {
    char items[WORDS_MAX][WORD_MAX];
    size_t count;
};

/* One group: the cross product of its lists. */
struct group {
    struct words workloads, locks, executors, tasks, placements, params;
    bool lock_is_shared;
    uint64_t own_probes;
    uint64_t ops;
};

void plan_request_init(struct plan_request *r)
{
    *r = (struct plan_request){.seed = -1, .timer_slack_ns = 50000, .timeout_ns = 300000000000};
}

uint32_t plan_cpus(void)
{
    int cpus[1024];
    int count = affinity_allowed(cpus, 1024);
    return count > 0 ? (uint32_t)count : 1;
}

static int add_word(struct words *w, const char *text, size_t length, struct err *err)
{
    if (w->count == WORDS_MAX || length >= WORD_MAX)
        return err_set(err, ERR_USAGE, "\"%s\": too long a list (at most %d words of %d letters)",
                       text, WORDS_MAX, WORD_MAX - 1);
    memcpy(w->items[w->count], text, length);
    w->items[w->count++][length] = '\0';
    return 0;
}

/* Splits "a,b,c"; an empty word is an error. */
static int add_words(struct words *w, const char *what, const char *text, struct err *err)
{
    for (const char *p = text;; p++) {
        size_t length = strcspn(p, ",");
        if (length == 0)
            return err_set(err, ERR_USAGE, "%s: \"%s\" has an empty word", what, text);
        if (add_word(w, p, length, err))
            return -1;
        p += length;
        if (!*p)
            return 0;
    }
}

static int words_from_list(struct words *w, const char *what, const struct opt_list *list,
                           struct err *err)
{
    for (size_t i = 0; i < list->count; i++)
        if (add_words(w, what, list->items[i], err))
            return -1;
    return 0;
}

static int words_from_json(struct words *w, const json_t *group, const char *key, struct err *err)
{
    json_t *list = json_object_get(group, key);
    if (list && !json_is_array(list))
        return err_set(err, ERR_INPUT, "suite: \"%s\" must be a list of words", key);
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        char number[32];
        const char *text = json_string_value(item);
        if (json_is_integer(item)) {
            snprintf(number, sizeof number, "%lld", (long long)json_integer_value(item));
            text = number;
        }
        if (!text)
            return err_set(err, ERR_INPUT, "suite: \"%s\" must be a list of words", key);
        if (add_word(w, text, strlen(text), err))
            return -1;
    }
    return 0;
}

/* Without a list all probes are meant; an empty one means none. */
static int probes_from_json(const json_t *list, uint64_t *set, struct err *err)
{
    size_t i;
    json_t *item;
    *set = list ? 0 : PROBES_ALL;
    if (list && !json_is_array(list))
        return err_set(err, ERR_INPUT, "suite: \"probes\" must be a list of names");
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item))
            return err_set(err, ERR_INPUT, "suite: \"probes\" must be a list of names");
        if (cell_add_probe(set, json_string_value(item), err))
            return -1;
    }
    return 0;
}

static int group_from_json(struct group *g, const json_t *o, struct err *err)
{
    static const char *const keys[] = {"workloads",  "locks",  "executors",  "tasks",
                                       "placements", "params", "lock_scope", "comment",
                                       "probes",     "ops"};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)o, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
            known |= !strcmp(key, keys[i]);
        if (!known)
            return err_set(err, ERR_INPUT, "suite: unknown key \"%s\" in a group", key);
    }
    const char *scope = json_string_value(json_object_get(o, "lock_scope"));
    g->lock_is_shared = scope && !strcmp(scope, "shared");
    if (probes_from_json(json_object_get(o, "probes"), &g->own_probes, err))
        return -1;
    value = json_object_get(o, "ops");
    if (value && json_integer_value(value) < 1)
        return err_set(err, ERR_INPUT, "suite: \"ops\" must be a whole number above 0");
    g->ops = (uint64_t)json_integer_value(value);
    json_object_foreach(json_object_get(o, "params"), key, value)
    {
        char assignment[WORD_MAX];
        const char *text = json_string_value(value);
        snprintf(assignment, sizeof assignment, "%s=%s", key, text ? text : "");
        if (add_word(&g->params, assignment, strlen(assignment), err))
            return -1;
    }
    return words_from_json(&g->workloads, o, "workloads", err) ||
                   words_from_json(&g->locks, o, "locks", err) ||
                   words_from_json(&g->executors, o, "executors", err) ||
                   words_from_json(&g->tasks, o, "tasks", err) ||
                   words_from_json(&g->placements, o, "placements", err)
               ? -1
               : 0;
}

static void default_words(struct words *w, const char *const *items)
{
    if (w->count)
        return;
    for (; *items; items++)
        add_word(w, *items, strlen(*items), NULL);
}

/* Every executor that is neither hidden nor somebody else's. */
static void default_executors(struct words *w)
{
    if (w->count)
        return;
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        if (!(x->traits & (EXECUTOR_HIDDEN | EXECUTOR_PEER)))
            add_word(w, x->name, strlen(x->name), NULL);
}

/* ---- Task counts ------------------------------------------------------------------- */

/* "8", "cpus" or "4cpus". */
static int parse_tasks(const char *word, uint32_t *out, struct err *err)
{
    size_t length = strlen(word);
    int64_t value;
    if (length >= 4 && !strcmp(word + length - 4, "cpus")) {
        char factor[WORD_MAX];
        snprintf(factor, sizeof factor, "%.*s", (int)(length - 4), word);
        if (!*factor)
            value = 1;
        else if (units_parse("--tasks", factor, "count", 1, 1000, &value, err))
            return -1;
        *out = (uint32_t)value * plan_cpus();
        return 0;
    }
    if (units_parse("--tasks", word, "count", 1, TASKS_MAX, &value, err))
        return -1;
    *out = (uint32_t)value;
    return 0;
}

static int compare_counts(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Ascending and without repetition; empty or "default" means the sweep of the workload's kind. */
static int task_counts(const struct words *w, const struct workload *workload, uint32_t *counts,
                       size_t *count, struct err *err)
{
    static const char *const io[] = {"1", "10", "200"};
    static const char *const cpu[] = {"1", "2", "cpus", "4cpus"};
    size_t n = 0;
    bool is_default = w->count == 0 || (w->count == 1 && !strcmp(w->items[0], "default"));
    size_t wanted = !is_default ? w->count : workload->kind == WORKLOAD_IO ? 3 : 4;
    for (size_t i = 0; i < wanted; i++) {
        const char *word = !is_default                     ? w->items[i]
                           : workload->kind == WORKLOAD_IO ? io[i]
                                                           : cpu[i];
        if (parse_tasks(word, &counts[n++], err))
            return -1;
    }
    qsort(counts, n, sizeof counts[0], compare_counts);
    *count = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || counts[i] != counts[i - 1])
            counts[(*count)++] = counts[i];
    return 0;
}

/* ---- Parameters -------------------------------------------------------------------- */

struct owner {
    const char *name;
    const struct param *params;
    int64_t *values;
};

static int set_param(const struct owner *o, const char *name, const char *value,
                     const char *assignment, struct err *err)
{
    int row = param_find(o->params, name);
    if (row < 0) {
        const char *names[CONTEND_PARAM_MAX];
        size_t count = param_count(o->params);
        for (size_t i = 0; i < count; i++)
            names[i] = o->params[i].name;
        const char *near = suggest(name, names, count);
        return err_set(err, ERR_USAGE, "-p %s: %s has no parameter \"%s\"%s%s%s", assignment,
                       o->name, name, near ? "; did you mean \"" : "", near ? near : "",
                       near ? "\"?" : "");
    }
    const struct param *p = &o->params[row];
    if (!p->choices) {
        char what[96];
        snprintf(what, sizeof what, "-p %s.%s", o->name, p->name);
        return units_parse(what, value, p->unit, p->min, p->max, &o->values[row], err);
    }
    for (int i = 0; p->choices[i]; i++)
        if (!strcmp(p->choices[i], value)) {
            o->values[row] = i;
            return 0;
        }
    char list[160] = "";
    for (int i = 0; p->choices[i]; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "",
                 p->choices[i]);
    return err_set(err, ERR_USAGE, "-p %s.%s: \"%s\" is unknown (%s)", o->name, p->name, value,
                   list);
}

/* Applies "owner.name=value" if the owner takes part in this cell. */
static int apply_param(struct cell *c, const char *assignment, bool *used, struct err *err)
{
    char owner[WORD_MAX], name[WORD_MAX];
    const char *dot = strchr(assignment, '.'), *equals = strchr(assignment, '=');
    if (!dot || !equals || equals < dot || dot == assignment)
        return err_set(err, ERR_USAGE, "-p: \"%s\" is not of the form NAME.PARAMETER=VALUE",
                       assignment);
    snprintf(owner, sizeof owner, "%.*s", (int)(dot - assignment), assignment);
    snprintf(name, sizeof name, "%.*s", (int)(equals - dot - 1), dot + 1);
    const struct owner owners[] = {
        {c->workload->name, c->workload->params, c->workload_params},
        {c->lock->name, c->lock->params, c->lock_params},
        {c->executor->name, c->executor->params, c->executor_params},
    };
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(owners[i].name, owner))
            continue;
        *used = true;
        if (set_param(&owners[i], name, equals + 1, assignment, err))
            return -1;
    }
    return 0;
}

/* ---- Cells ------------------------------------------------------------------------- */

/* Why the workload is not for this executor, or NULL. */
static const char *find_misfit(const struct workload *w, const struct executor *x,
                               const int64_t *params, char *text, size_t size)
{
    bool is_meant = !w->needs;
    for (const char *const *name = w->needs; name && *name; name++)
        is_meant |= !strcmp(*name, x->name);
    if (!is_meant) {
        snprintf(text, size, "the workload %s is not for the executor %s", w->name, x->name);
        return text;
    }
    if ((x->traits & EXECUTOR_STACKLESS) && !w->step) {
        snprintf(text, size, "the workload %s has no stackless form", w->name);
        return text;
    }
    if ((w->traits & WORKLOAD_TOGETHER) && (x->traits & (EXECUTOR_SEQUENTIAL | EXECUTOR_POOLED)))
        return "the executor does not keep all its tasks alive at once";
    return w->unfit ? w->unfit(x, params) : NULL;
}

char *plan_skip_reason(const struct cell *c)
{
    char text[256];
    const struct executor *x = c->executor;
    const char *reason = x->unavailable ? x->unavailable() : NULL;
    if (!reason && c->lock->unavailable)
        reason = c->lock->unavailable();
    if (reason)
        return strdup(reason);
    reason = find_misfit(c->workload, x, c->workload_params, text, sizeof text);
    if (reason)
        return strdup(reason);
    if ((c->lock->traits & LOCK_THREADS_ONLY) && !(x->traits & EXECUTOR_SHARED_HEAP)) {
        snprintf(text, sizeof text, "the lock %s does not work across processes", c->lock->name);
        return strdup(text);
    }
    if (x->task_limit && c->tasks > x->task_limit) {
        snprintf(text, sizeof text, "the executor %s holds at most %u tasks", x->name,
                 x->task_limit);
        return strdup(text);
    }
    uint32_t kernel_units = x->traits & EXECUTOR_POOLED         ? c->workers
                            : x->traits & EXECUTOR_SEQUENTIAL   ? 1 /* at a time */
                            : x->traits & EXECUTOR_KERNEL_UNITS ? c->tasks
                                                                : 0;
    if (kernel_units > 64 &&
        limits_check_units(kernel_units, !(x->traits & EXECUTOR_SHARED_HEAP), text, sizeof text))
        return strdup(text);
    return NULL;
}

struct builder {
    struct plan *plan;
    const struct plan_request *request;
    size_t capacity;
    bool param_used[WORDS_MAX]; /* of the request's parameters */
    struct words params;        /* of the request */
};

static int find_cell(const struct plan *p, const char *id)
{
    for (size_t i = 0; i < p->cell_count; i++)
        if (!strcmp(p->cells[i].id, id))
            return (int)i;
    return -1;
}

/* Takes the cell over; a repeated one is dropped. Returns its index, or -1. */
static int add_cell(struct builder *b, struct cell *c, struct err *err)
{
    cell_make_id(c);
    int there = c->id ? find_cell(b->plan, c->id) : -1;
    if (there >= 0) {
        struct cell *known = &b->plan->cells[there];
        known->is_control &= c->is_control;
        known->own_probes |= c->is_control ? 0 : c->own_probes;
        known->ops = c->ops > known->ops ? c->ops : known->ops;
        cell_release(c);
        return there;
    }
    if (b->plan->cell_count == b->capacity) {
        size_t capacity = b->capacity ? b->capacity * 2 : 64;
        struct cell *grown = realloc(b->plan->cells, capacity * sizeof *grown);
        if (!grown || !c->id) {
            cell_release(c);
            return err_set(err, ERR_SYSTEM, "no memory for the plan");
        }
        b->plan->cells = grown;
        b->capacity = capacity;
    }
    b->plan->cells[b->plan->cell_count] = *c;
    return (int)b->plan->cell_count++;
}

static int add_combination(struct builder *b, const struct group *g, struct cell *c,
                           struct err *err)
{
    for (size_t i = 0; i < g->params.count; i++) {
        bool ignored = false;
        if (apply_param(c, g->params.items[i], &ignored, err))
            return -1;
    }
    for (size_t i = 0; i < b->params.count; i++)
        if (apply_param(c, b->params.items[i], &b->param_used[i], err))
            return -1;
    if (c->executor->traits & EXECUTOR_POOLED)
        c->workers = b->request->workers ? (uint32_t)b->request->workers : plan_cpus();
    c->lock_is_shared = g->lock_is_shared && (c->lock->traits & LOCK_PER_RUNTIME) &&
                        !(c->executor->traits & EXECUTOR_SHARED_HEAP);
    c->own_probes = g->own_probes;
    c->ops = g->ops;
    c->skip_reason = plan_skip_reason(c);
    return add_cell(b, c, err) < 0 ? -1 : 0;
}

static int parse_placement(const char *word, enum placement *out, struct err *err)
{
    for (int i = PLACEMENT_FREE; i <= PLACEMENT_SPREAD; i++)
        if (!strcmp(word, placement_name((enum placement)i))) {
            *out = (enum placement)i;
            return 0;
        }
    return err_set(err, ERR_USAGE, "--placement: \"%s\" is unknown (free, same, spread)", word);
}

static int expand_workload(struct builder *b, const struct group *g, const struct workload *w,
                           struct err *err)
{
    uint32_t counts[WORDS_MAX + 8];
    size_t count;
    if (task_counts(&g->tasks, w, counts, &count, err))
        return -1;
    for (size_t k = 0; k < g->locks.count; k++) {
        const struct lock *lock = registry_find_lock(g->locks.items[k], err);
        if (!lock)
            return -1;
        for (size_t x = 0; x < g->executors.count; x++) {
            const struct executor *executor = registry_find_executor(g->executors.items[x], err);
            if (!executor)
                return -1;
            for (size_t p = 0; p < g->placements.count; p++)
                for (size_t n = 0; n < count; n++) {
                    struct cell c;
                    cell_init(&c, w, lock, executor);
                    c.tasks = counts[n];
                    if (parse_placement(g->placements.items[p], &c.placement, err) ||
                        add_combination(b, g, &c, err))
                        return -1;
                }
        }
    }
    return 0;
}

static int expand_group(struct builder *b, struct group *g, struct err *err)
{
    static const char *const locks[] = {"none", "gil", NULL};
    static const char *const placements[] = {"free", NULL};
    default_words(&g->locks, locks);
    default_words(&g->placements, placements);
    default_executors(&g->executors);
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
            find_misfit(c->workload, serial, c->workload_params, text, sizeof text))
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

static int check_params_used(const struct builder *b, struct err *err)
{
    for (size_t i = 0; i < b->params.count; i++)
        if (!b->param_used[i])
            return err_set(err, ERR_USAGE,
                           "-p %s: no cell has a workload, lock or executor of that name",
                           b->params.items[i]);
    return 0;
}

/* Words of the command line take the place of the group's; workloads pick among groups. */
static int override_group(struct group *g, const struct plan_request *r, struct err *err)
{
    struct words asked = {0};
    if (words_from_list(&asked, "--workload", &r->workloads, err))
        return -1;
    if (asked.count) {
        struct words kept = {0};
        for (size_t i = 0; i < g->workloads.count; i++)
            for (size_t j = 0; j < asked.count; j++)
                if (!strcmp(g->workloads.items[i], asked.items[j]))
                    add_word(&kept, asked.items[j], strlen(asked.items[j]), NULL);
        g->workloads = kept;
    }
    struct {
        struct words *words;
        const struct opt_list *list;
        const char *what;
    } rows[] = {
        {&g->locks, &r->locks, "--lock"},
        {&g->executors, &r->executors, "--executor"},
        {&g->tasks, &r->tasks, "--tasks"},
        {&g->placements, &r->placements, "--placement"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].list->count)
            continue;
        *rows[i].words = (struct words){0};
        if (words_from_list(rows[i].words, rows[i].what, rows[i].list, err))
            return -1;
    }
    if (r->lock_scope)
        g->lock_is_shared = !strcmp(r->lock_scope, "shared");
    return 0;
}

static int suite_number(const json_t *suite, const char *key, const char *unit, int64_t max,
                        int64_t fallback, int64_t *out, struct err *err)
{
    const json_t *value = json_object_get(suite, key);
    *out = fallback;
    if (json_is_integer(value)) {
        *out = json_integer_value(value);
        return 0;
    }
    return value ? units_parse(key, json_string_value(value) ? json_string_value(value) : "?", unit,
                               1, max, out, err)
                 : 0;
}

static int expand_suite(struct builder *b, const json_t *suite, struct err *err)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(suite, "groups"), i, item)
    {
        struct group *g = calloc(1, sizeof *g);
        int failed = !g || group_from_json(g, item, err) || override_group(g, b->request, err) ||
                     expand_group(b, g, err);
        free(g);
        if (failed)
            return -1;
    }
    return 0;
}

static int expand_request(struct builder *b, struct err *err)
{
    struct group *g = calloc(1, sizeof *g);
    if (!g)
        return err_set(err, ERR_SYSTEM, "no memory for the plan");
    g->own_probes = PROBES_ALL;
    int failed = words_from_list(&g->workloads, "--workload", &b->request->workloads, err) ||
                 words_from_list(&g->locks, "--lock", &b->request->locks, err) ||
                 words_from_list(&g->executors, "--executor", &b->request->executors, err) ||
                 words_from_list(&g->tasks, "--tasks", &b->request->tasks, err) ||
                 words_from_list(&g->placements, "--placement", &b->request->placements, err);
    g->lock_is_shared = b->request->lock_scope && !strcmp(b->request->lock_scope, "shared");
    failed = failed || expand_group(b, g, err);
    free(g);
    return failed ? -1 : 0;
}

static uint64_t draw_seed(int64_t asked)
{
    uint64_t seed = (uint64_t)asked;
    if (asked < 0 && getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = clock_now_ns();
    return asked < 0 ? seed & 0x7fffffff : seed;
}

/* Keeps every shard_count-th measured cell, and the controls those refer to. */
static void take_shard(struct plan *p, int64_t index, int64_t count)
{
    int64_t seen = 0;
    for (size_t i = 0; i < p->cell_count; i++) {
        struct cell *c = &p->cells[i];
        if (c->is_control)
            continue;
        if (seen++ % count != index - 1 && !c->skip_reason)
            c->batch_ops = UINT64_MAX; /* marked: not ours */
    }
    for (size_t i = 0; i < p->cell_count; i++)
        if (p->cells[i].batch_ops != UINT64_MAX && p->cells[i].control >= 0)
            p->cells[p->cells[i].control].batch_ops = 0;
    int *moved = calloc(p->cell_count, sizeof *moved);
    size_t kept = 0;
    for (size_t i = 0; i < p->cell_count && moved; i++) {
        moved[i] = (int)kept;
        if (p->cells[i].batch_ops == UINT64_MAX)
            cell_release(&p->cells[i]);
        else
            p->cells[kept++] = p->cells[i];
    }
    p->cell_count = moved ? kept : p->cell_count;
    for (size_t i = 0; i < kept && moved; i++)
        if (p->cells[i].control >= 0)
            p->cells[i].control = moved[p->cells[i].control];
    free(moved);
}

int plan_build(const struct plan_request *r, struct plan *out, struct err *err)
{
    *out = (struct plan){0};
    struct builder b = {.plan = out, .request = r};
    const char *name = r->suite ? r->suite : r->workloads.count ? NULL : "standard";
    json_t *suite = r->document ? json_incref((json_t *)(uintptr_t)r->document)
                    : name      ? suite_load(name, err)
                                : NULL;
    int64_t rounds, budget_ns, task_time_ns;
    if (name && !suite)
        return -1;
    if (words_from_list(&b.params, "-p", &r->params, err) ||
        suite_number(suite, "rounds", "count", ROUNDS_MAX, 11, &rounds, err) ||
        suite_number(suite, "budget", "ns", INT64_MAX, 60000000000, &budget_ns, err) ||
        suite_number(suite, "task_time", "ns", 60000000000, 50000000, &task_time_ns, err))
        goto fail;
    if (suite ? expand_suite(&b, suite, err) : expand_request(&b, err))
        goto fail;
    if (out->cell_count == 0) {
        err_set(err, ERR_USAGE, "nothing to measure: the suite has no such workload");
        goto fail;
    }
    if (check_params_used(&b, err) || add_controls(&b, err))
        goto fail;
    if (r->shard_count > 0)
        take_shard(out, r->shard_index, r->shard_count);
    out->suite = name ? strdup(name) : NULL;
    out->seed = draw_seed(r->seed);
    out->rounds = (uint32_t)(r->rounds ? r->rounds : rounds);
    out->budget_ns = (uint64_t)(r->budget_ns ? r->budget_ns : budget_ns);
    out->task_time_ns = (uint64_t)(r->task_time_ns ? r->task_time_ns : task_time_ns);
    out->timer_slack_ns = (uint64_t)r->timer_slack_ns;
    out->timeout_ns = (uint64_t)r->timeout_ns;
    json_decref(suite);
    return 0;
fail:
    json_decref(suite);
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
        /* Up to four tasks a CPU get the whole time each; more share it. */
        double time_ns = (double)task_time_ns;
        double most = 4.0 * cpus;
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

json_t *plan_to_json(const struct plan *p)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < p->cell_count; i++)
        json_array_append_new(cells, cell_to_json(&p->cells[i]));
    json_t *o =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "seed", (json_int_t)p->seed, "rounds",
                  (json_int_t)p->rounds, "budget_ns", (json_int_t)p->budget_ns, "task_time_ns",
                  (json_int_t)p->task_time_ns, "timer_slack_ns", (json_int_t)p->timer_slack_ns,
                  "timeout_ns", (json_int_t)p->timeout_ns, "cells", cells);
    if (o && p->suite)
        json_object_set_new(o, "suite", json_string(p->suite));
    return o;
}

int plan_from_json(const json_t *object, struct plan *out, struct err *err)
{
    *out = (struct plan){0};
    json_int_t seed, rounds, budget, task_time, slack, timeout;
    json_t *cells;
    const char *suite = NULL;
    if (json_unpack((json_t *)(uintptr_t)object, "{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s?s}", "seed",
                    &seed, "rounds", &rounds, "budget_ns", &budget, "task_time_ns", &task_time,
                    "timer_slack_ns", &slack, "timeout_ns", &timeout, "cells", &cells, "suite",
                    &suite) ||
        !json_is_array(cells))
        return err_set(err, ERR_INPUT, "the plan in the journal is incomplete");
    out->seed = (uint64_t)seed;
    out->rounds = (uint32_t)rounds;
    out->budget_ns = (uint64_t)budget;
    out->task_time_ns = (uint64_t)task_time;
    out->timer_slack_ns = (uint64_t)slack;
    out->timeout_ns = (uint64_t)timeout;
    out->suite = suite ? strdup(suite) : NULL;
    out->cells = calloc(json_array_size(cells) + 1, sizeof *out->cells);
    if (!out->cells)
        return err_set(err, ERR_SYSTEM, "no memory for the plan");
    for (size_t i = 0; i < json_array_size(cells); i++) {
        if (cell_from_json(json_array_get(cells, i), &out->cells[i], err)) {
            plan_release(out);
            return -1;
        }
        out->cell_count++;
    }
    return 0;
}
