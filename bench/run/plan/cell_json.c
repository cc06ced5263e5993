/* The plan's half of a cell, for the journal and back. */
#include "bench/base/err.h"
#include "bench/base/json_make.h"
#include "bench/base/json_read.h"
#include "bench/machine/host.h"
#include "bench/registry.h"
#include "bench/run/launch/cell.h"
#include "bench/run/launch/param_text.h"
#include "bench/run/plan/plan.h"

#include <stdlib.h>
#include <string.h>

json_t *params_to_json(const struct param *table, const int64_t *values)
{
    struct json_maker object = json_maker_new();
    for (size_t i = 0; i < param_count(table); i++)
        json_make_value(&object, table[i].name,
                        table[i].text      ? json_string(param_text(values[i]))
                        : table[i].choices ? json_string(table[i].choices[values[i]])
                                           : json_integer(values[i]));
    return json_made(&object);
}

static int choice_index(const struct param *p, const char *word)
{
    for (int i = 0; p->choices[i]; i++)
        if (!strcmp(p->choices[i], word))
            return i;
    return -1;
}

int params_from_json(const struct param *table, const json_t *object, int64_t *values,
                     struct err *err)
{
    const char *name;
    json_t *value;
    if (!json_is_object(object))
        return err_set(err, ERR_INPUT, "its parameters are not an object");
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        int row = param_find(table, name);
        if (row < 0)
            return err_set(err, ERR_INPUT, "unknown parameter \"%.64s\"", name);
        const struct param *p = &table[row];
        if (p->text) {
            char what[96];
            snprintf(what, sizeof what, "parameter \"%s\"", name);
            if (!json_is_string(value) ||
                strlen(json_string_value(value)) != json_string_length(value))
                return err_set(err, ERR_INPUT, "%s: not a text", what);
            if (param_text_set(what, p, json_string_value(value), &values[row], err))
                return -1;
            continue;
        }
        int64_t number = !p->choices             ? json_integer_value(value)
                         : json_is_string(value) ? choice_index(p, json_string_value(value))
                                                 : -1;
        if (p->choices && number < 0)
            return err_set(err, ERR_INPUT, "parameter \"%s\": unknown choice", name);
        if (!p->choices && (!json_is_integer(value) || number < p->min || number > p->max))
            return err_set(err, ERR_INPUT, "parameter \"%s\": not a whole number from %lld to %lld",
                           name, (long long)p->min, (long long)p->max);
        values[row] = number;
    }
    return 0;
}

/* The probes by their names, because plug-ins may bring others when the run goes on. */
static json_t *probes_to_json(uint64_t set)
{
    struct json_maker names = json_maker_list();
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL && i < 64; i++)
        if (set >> i & 1)
            json_make_add(&names, json_string(p->name));
    return json_made(&names);
}

static int probes_from_json(const json_t *names, uint64_t *set, struct err *err)
{
    *set = names ? 0 : PROBES_ALL;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        if (!name)
            return err_set(err, ERR_INPUT, "a probe of the plan has no name");
        if (cell_add_probe(set, name, err))
            return -1;
    }
    return 0;
}

json_t *cell_to_json(const struct cell *c)
{
    struct json_maker o = json_maker_take(json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:i, s:b, s:b, s:o, s:o, s:o, s:i, s:I, s:I}", "id", c->id,
        "workload", c->workload->name, "lock", c->lock->name, "executor", c->executor->name,
        "tasks", (json_int_t)c->tasks, "workers", (json_int_t)c->workers, "placement",
        (int)c->placement, "lock_is_shared", c->lock_is_shared, "is_control", c->is_control,
        "params", params_to_json(c->workload->params, c->workload_params), "lock_params",
        params_to_json(c->lock->params, c->lock_params), "executor_params",
        params_to_json(c->executor->params, c->executor_params), "control", c->control, "batch_ops",
        (json_int_t)c->batch_ops, "batch_count", (json_int_t)c->batch_count));
    if (c->cpus)
        json_make_value(&o, "cpus", cpu_list_to_json(c->cpus, c->cpus->count));
    if (c->skip_reason)
        json_make_text(&o, "skip_reason", c->skip_reason);
    if (c->own_probes != PROBES_ALL)
        json_make_value(&o, "own_probes", probes_to_json(c->own_probes));
    return json_made(&o);
}

int cell_from_json(const json_t *object, struct cell *c, struct err *err)
{
    struct json_reader r = json_reader_of(object, "it");
    const char *workload = json_read_text(&r, "workload"), *lock = json_read_text(&r, "lock");
    const char *executor = json_read_text(&r, "executor");
    const char *skip = json_read_text_or(&r, "skip_reason", NULL);
    char reason[512]; /* some bytes more than one of ours has */
    const json_t *wp = json_read_object(&r, "params"), *kp = json_read_object(&r, "lock_params");
    const json_t *xp = json_read_object(&r, "executor_params");
    const json_t *probes = json_read_array_or_null(&r, "own_probes");
    const json_t *cpus = json_read_array_or_null(&r, "cpus");
    struct cell read = {
        .tasks = (uint32_t)json_read_int(&r, "tasks", 1, TASKS_MAX),
        .workers = (uint32_t)json_read_int(&r, "workers", 0, WORKERS_MAX),
        .placement = (enum placement)json_read_int(&r, "placement", PLACEMENT_FREE, PLACEMENT_NUMA),
        .lock_is_shared = json_read_bool(&r, "lock_is_shared"),
        .is_control = json_read_bool(&r, "is_control"),
        .control = (int)json_read_int(&r, "control", NO_CONTROL, INT32_MAX),
        .place = (uint32_t)json_read_int_or(&r, "place", 0, PLAN_CELLS_MAX - 1, 0, NULL),
        .batch_ops = (uint64_t)json_read_int(&r, "batch_ops", 0, OPS_MAX),
        .batch_count = (uint32_t)json_read_int(&r, "batch_count", 0, INT32_MAX),
    };
    if (json_reader_end(&r, err))
        return -1;
    if (read.batch_count && read.batch_ops > (uint64_t)OPS_MAX / read.batch_count + 1)
        return err_set(err, ERR_INPUT,
                       "%llu batches of %llu operations are too many (at most %lld)",
                       (unsigned long long)read.batch_count, (unsigned long long)read.batch_ops,
                       (long long)OPS_MAX);
    read.workload = registry_find_workload(workload, err);
    read.lock = registry_find_lock(lock, err);
    read.executor = registry_find_executor(executor, err);
    if (!read.workload || !read.lock || !read.executor)
        return -1;
    param_defaults(read.workload->params, read.workload_params);
    param_defaults(read.lock->params, read.lock_params);
    param_defaults(read.executor->params, read.executor_params);
    if (params_from_json(read.workload->params, wp, read.workload_params, err) ||
        params_from_json(read.lock->params, kp, read.lock_params, err) ||
        params_from_json(read.executor->params, xp, read.executor_params, err) ||
        probes_from_json(probes, &read.own_probes, err) ||
        cpu_list_from_json(cpus, &read.cpus, err))
        return -1;
    host_sanitise(reason, sizeof reason, skip && *skip ? skip : "its journal does not say why");
    if (skip && !(read.skip_reason = strdup(reason)))
        return err_set(err, ERR_SYSTEM, "no memory for a cell");
    cell_make_id(&read);
    if (!read.id) {
        cell_release(&read);
        return err_set(err, ERR_SYSTEM, "no memory for a cell");
    }
    *c = read;
    return 0;
}
