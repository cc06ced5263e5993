#include "bench/run/plan/plan_group.h"

#include "bench/base/units.h"
#include "bench/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int plan_group_of_json(struct plan_group *g, const json_t *o, struct err *err)
{
    static const char *const keys[] = {"workloads",  "locks",  "executors",  "tasks",
                                       "placements", "params", "lock_scope", "comment",
                                       "probes",     "ops"};
    const char *key;
    json_t *value;
    if (!json_is_object(o))
        return err_set(err, ERR_INPUT, "suite: each of \"groups\" must be an object");
    if (json_object_get(o, "params") && !json_is_object(json_object_get(o, "params")))
        return err_set(err, ERR_INPUT, "suite: \"params\" must be an object of names and values");
    json_object_foreach((json_t *)(uintptr_t)o, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
            known |= !strcmp(key, keys[i]);
        if (!known)
            return err_set(err, ERR_INPUT, "suite: unknown key \"%s\" in a group", key);
    }
    const char *scope = json_string_value(json_object_get(o, "lock_scope"));
    if (json_object_get(o, "lock_scope") &&
        (!scope || (strcmp(scope, "shared") && strcmp(scope, "auto"))))
        return err_set(err, ERR_INPUT,
                       "suite: \"lock_scope\" must be \"auto\" or \"shared\"%s%.64s%s",
                       scope ? ", not \"" : "", scope ? scope : "", scope ? "\"" : "");
    g->lock_is_shared = scope && !strcmp(scope, "shared");
    if (probes_from_json(json_object_get(o, "probes"), &g->own_probes, err))
        return -1;
    value = json_object_get(o, "ops");
    if (value && (json_integer_value(value) < 1 || json_integer_value(value) > OPS_MAX))
        return err_set(err, ERR_INPUT, "suite: \"ops\" must be a whole number from 1 to %lld",
                       (long long)OPS_MAX);
    g->ops = (uint64_t)json_integer_value(value);
    json_object_foreach(json_object_get(o, "params"), key, value)
    {
        char number[32];
        struct buf assignment = {0};
        const char *text = json_string_value(value);
        if (json_is_integer(value)) {
            snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
            text = number;
        }
        if (!text)
            return err_set(err, ERR_INPUT, "suite: parameter \"%.64s\" must be a word or a number",
                           key);
        buf_printf(&assignment, "%s=%s", key, text);
        int failed = word_list_add(&g->params, buf_text(&assignment), assignment.len, err);
        buf_release(&assignment);
        if (failed)
            return -1;
    }
    return word_list_of_json(&g->workloads, o, "workloads", err) ||
                   word_list_of_json(&g->locks, o, "locks", err) ||
                   word_list_of_json(&g->executors, o, "executors", err) ||
                   word_list_of_json(&g->tasks, o, "tasks", err) ||
                   word_list_of_json(&g->placements, o, "placements", err)
               ? -1
               : 0;
}

int plan_group_of_request(struct plan_group *g, const struct plan_request *r, struct err *err)
{
    g->own_probes = PROBES_ALL;
    g->lock_is_shared = r->lock_scope && !strcmp(r->lock_scope, "shared");
    return word_list_of_options(&g->workloads, "--workload", &r->workloads, err) ||
                   word_list_of_options(&g->locks, "--lock", &r->locks, err) ||
                   word_list_of_options(&g->executors, "--executor", &r->executors, err) ||
                   word_list_of_options(&g->tasks, "--tasks", &r->tasks, err) ||
                   word_list_of_options(&g->placements, "--placement", &r->placements, err)
               ? -1
               : 0;
}

/* Leaves the words that were asked for. */
static void keep_words(struct word_list *w, const struct word_list *asked)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++) {
        bool is_kept = false;
        for (size_t j = 0; j < asked->count; j++)
            is_kept |= !strcmp(w->items[i], asked->items[j]);
        if (is_kept)
            w->items[kept++] = w->items[i];
        else
            free(w->items[i]);
    }
    w->count = kept;
}

void plan_group_release(struct plan_group *g)
{
    struct word_list *const lists[] = {&g->workloads, &g->locks,      &g->executors,
                                       &g->tasks,     &g->placements, &g->params};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        word_list_release(lists[i]);
}

int plan_group_override(struct plan_group *g, const struct plan_request *r, struct err *err)
{
    struct word_list asked = {0};
    if (word_list_of_options(&asked, "--workload", &r->workloads, err)) {
        word_list_release(&asked);
        return -1;
    }
    if (asked.count)
        keep_words(&g->workloads, &asked);
    word_list_release(&asked);
    struct {
        struct word_list *words;
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
        word_list_release(rows[i].words);
        if (word_list_of_options(rows[i].words, rows[i].what, rows[i].list, err))
            return -1;
    }
    if (r->lock_scope)
        g->lock_is_shared = !strcmp(r->lock_scope, "shared");
    return 0;
}

/* Every executor that is neither hidden nor somebody else's. */
static int default_executors(struct word_list *w, struct err *err)
{
    if (w->count)
        return 0;
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        if (!(x->traits & (EXECUTOR_HIDDEN | EXECUTOR_PEER)) &&
            word_list_add(w, x->name, strlen(x->name), err))
            return -1;
    return 0;
}

int plan_group_defaults(struct plan_group *g, struct err *err)
{
    static const char *const locks[] = {"none", "gil", NULL};
    static const char *const placements[] = {"free", NULL};
    g->has_all_executors = !g->executors.count;
    g->has_all_locks = !g->locks.count;
    return word_list_default(&g->locks, locks, err) ||
                   word_list_default(&g->placements, placements, err) ||
                   default_executors(&g->executors, err)
               ? -1
               : 0;
}

/* ---- Task counts ------------------------------------------------------------------- */

/* "8", "cpus" or "4cpus". */
static int parse_tasks(const char *word, uint32_t *out, struct err *err)
{
    size_t length = strlen(word);
    int64_t value = 0;
    if (length >= 4 && !strcmp(word + length - 4, "cpus")) {
        char *factor = strndup(word, length - 4);
        int failed = !factor   ? err_set(err, ERR_SYSTEM, "no memory for \"%s\"", word)
                     : *factor ? units_parse("--tasks", factor, "count", 1, 1000, &value, err)
                               : 0;
        if (factor && !*factor)
            value = 1;
        free(factor);
        if (failed)
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

int plan_task_counts(const struct word_list *w, const struct workload *workload,
                     struct task_counts *out, struct err *err)
{
    static const char *const io[] = {"1", "10", "200"};
    static const char *const cpu[] = {"1", "2", "cpus", "4cpus"};
    bool is_default = w->count == 0 || (w->count == 1 && !strcmp(w->items[0], "default"));
    size_t wanted = !is_default ? w->count : workload->kind == WORKLOAD_IO ? 3 : 4, kept = 0;
    for (size_t i = 0; i < wanted; i++) {
        uint32_t tasks;
        const char *word = !is_default                     ? w->items[i]
                           : workload->kind == WORKLOAD_IO ? io[i]
                                                           : cpu[i];
        if (parse_tasks(word, &tasks, err))
            return -1;
        if (!vec_add(out, tasks))
            return err_set(err, ERR_SYSTEM, "no memory for %zu numbers of tasks", wanted);
    }
    qsort(out->items, out->count, sizeof out->items[0], compare_counts);
    for (size_t i = 0; i < out->count; i++)
        if (kept == 0 || out->items[i] != out->items[kept - 1])
            out->items[kept++] = out->items[i];
    out->count = kept;
    return 0;
}
