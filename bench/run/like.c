#include "bench/run/like.h"

#include "bench/base/json_make.h"
#include "bench/base/units.h"

#include <stdio.h>
#include <string.h>

/* What a second run may take: the machine may be slower, and calibrating comes to it. */
enum { TIMES_AS_LONG = 2 };
#define AT_LEAST_NS INT64_C(60000000000)

static json_t *list_of(struct json_maker *m, const char *word)
{
    json_t *list = json_array();
    json_make_item(m, list, json_string(word));
    return list;
}

/* "gil.interval": "5ms", of lock_params {"interval": 5000000}. */
static void add_params(struct json_maker *out, const struct result_cell *c, const char *owner,
                       const json_t *values, bool is_named)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)values, key, value)
    {
        char name[160], exact[64];
        snprintf(name, sizeof name, "%.64s.%.64s", owner, key);
        const char *unit =
            json_string_value(json_object_get(c->param_units, is_named ? name : key));
        if (json_is_integer(value))
            json_make_text(out, name,
                           units_format_exact(exact, sizeof exact, json_integer_value(value),
                                              unit ? unit : "count"));
        else if (json_is_string(value) && strcmp(key, "scope") != 0)
            json_make_text(out, name, json_string_value(value));
    }
}

static json_t *group_of(const struct result_cell *c)
{
    struct json_maker m = json_maker_new(), params = json_maker_new();
    char tasks[24];
    snprintf(tasks, sizeof tasks, "%lld", (long long)c->tasks);
    json_make_value(&m, "workloads", list_of(&m, c->workload));
    json_make_value(&m, "locks", list_of(&m, c->lock));
    json_make_value(&m, "executors", list_of(&m, c->executor));
    json_make_value(&m, "tasks", list_of(&m, tasks));
    json_make_value(&m, "placements", list_of(&m, c->placement));
    const char *scope = json_string_value(json_object_get(c->lock_params, "scope"));
    if (scope && !strcmp(scope, "shared"))
        json_make_text(&m, "lock_scope", scope);
    add_params(&params, c, c->workload, c->params, false);
    add_params(&params, c, c->lock, c->lock_params, true);
    add_params(&params, c, c->executor, c->executor_params, true);
    json_make_value(&m, "params", json_made(&params));
    return json_made(&m);
}

static bool is_repeated(const struct result_cell *c)
{
    return strcmp(c->role, "control") != 0 && c->status != CELL_SKIPPED;
}

/* Operations a task, where all cells have as many: then somebody asked for them. Otherwise they
 * were calibrated, and are again. */
static int64_t common_ops(const struct result *r)
{
    int64_t common = 0;
    for (size_t i = 0; i < r->cell_count; i++) {
        int64_t ops = r->cells[i].ops_per_task;
        if (!is_repeated(&r->cells[i]))
            continue;
        if (ops <= 0 || ops > OPS_MAX || (common && ops != common))
            return 0;
        common = ops;
    }
    return common;
}

static void fill_request(const struct result *r, struct plan_request *request)
{
    const json_t *run = json_object_get(r->json, "run");
    const json_t *seed = json_object_get(run, "seed");
    int64_t took_ns = json_integer_value(json_object_get(run, "duration_ns"));
    if (!request->rounds && r->rounds > 0 && r->rounds <= ROUNDS_MAX)
        request->rounds = r->rounds;
    if (!request->budget_ns)
        request->budget_ns = took_ns > AT_LEAST_NS / TIMES_AS_LONG && took_ns < INT64_MAX / 4
                                 ? took_ns * TIMES_AS_LONG
                                 : AT_LEAST_NS;
    if (request->seed < 0 && json_is_integer(seed) && json_integer_value(seed) >= 0)
        request->seed = json_integer_value(seed);
    request->ops = common_ops(r);
    for (size_t i = 0; i < r->cell_count; i++) {
        int64_t workers = r->cells[i].workers;
        if (!request->workers && workers > 0 && workers <= WORKERS_MAX)
            request->workers = workers;
    }
}

int run_like(const struct result *r, struct plan_request *request, json_t **suite, struct err *err)
{
    struct json_maker m = json_maker_new();
    json_t *groups = json_array();
    *suite = NULL;
    for (size_t i = 0; i < r->cell_count; i++)
        if (is_repeated(&r->cells[i]))
            json_make_item(&m, groups, group_of(&r->cells[i]));
    size_t count = json_array_size(groups);
    json_make_text(&m, "summary", "the cells of a result");
    json_make_value(&m, "groups", groups);
    json_t *made = json_made(&m);
    if (!made)
        return err_set(err, ERR_SYSTEM, "--like: no memory for the cells of %s", r->path);
    if (!count || strncmp(r->runtime, "contend ", 8) != 0) {
        json_decref(made);
        return err_set(err, ERR_INPUT, "--like: %s has no cells that contend measured%s%s%s",
                       r->path, count ? ": its runtime is \"" : "", count ? r->runtime : "",
                       count ? "\"" : "");
    }
    fill_request(r, request);
    request->document = *suite = made;
    request->origin = r->path;
    return 0;
}
