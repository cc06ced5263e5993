#include "bench/run/plan_group.h"

#include "bench/core/units.h"
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
        char assignment[WORD_MAX];
        char number[32];
        const char *text = json_string_value(value);
        if (json_is_integer(value)) {
            snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
            text = number;
        }
        if (!text)
            return err_set(err, ERR_INPUT, "suite: parameter \"%.64s\" must be a word or a number",
                           key);
        if ((size_t)snprintf(assignment, sizeof assignment, "%s=%s", key, text) >=
            sizeof assignment)
            return err_set(err, ERR_INPUT, "suite: parameter \"%.64s\": its value is too long",
                           key);
        if (word_list_add(&g->params, assignment, strlen(assignment), err))
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

int plan_group_override(struct plan_group *g, const struct plan_request *r, struct err *err)
{
    struct word_list asked = {0};
    if (word_list_of_options(&asked, "--workload", &r->workloads, err))
        return -1;
    if (asked.count) {
        struct word_list kept = {0};
        for (size_t i = 0; i < g->workloads.count; i++)
            for (size_t j = 0; j < asked.count; j++)
                if (!strcmp(g->workloads.items[i], asked.items[j]))
                    word_list_add(&kept, asked.items[j], strlen(asked.items[j]), NULL);
        g->workloads = kept;
    }
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
        *rows[i].words = (struct word_list){0};
        if (word_list_of_options(rows[i].words, rows[i].what, rows[i].list, err))
            return -1;
    }
    if (r->lock_scope)
        g->lock_is_shared = !strcmp(r->lock_scope, "shared");
    return 0;
}

/* Every executor that is neither hidden nor somebody else's. */
static void default_executors(struct word_list *w)
{
    if (w->count)
        return;
    const struct executor *x;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        if (!(x->traits & (EXECUTOR_HIDDEN | EXECUTOR_PEER)))
            word_list_add(w, x->name, strlen(x->name), NULL);
}

void plan_group_defaults(struct plan_group *g)
{
    static const char *const locks[] = {"none", "gil", NULL};
    static const char *const placements[] = {"free", NULL};
    word_list_default(&g->locks, locks);
    word_list_default(&g->placements, placements);
    default_executors(&g->executors);
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

int plan_task_counts(const struct word_list *w, const struct workload *workload, uint32_t *counts,
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
