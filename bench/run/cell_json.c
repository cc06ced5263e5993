/* The plan's half of a cell, for the journal and back. */
#include "bench/core/err.h"
#include "bench/registry.h"
#include "bench/run/cell.h"

#include <string.h>

json_t *params_to_json(const struct param *table, const int64_t *values)
{
    json_t *object = json_object();
    for (size_t i = 0; i < param_count(table); i++)
        json_object_set_new(object, table[i].name,
                            table[i].choices ? json_string(table[i].choices[values[i]])
                                             : json_integer(values[i]));
    return object;
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
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        int row = param_find(table, name);
        if (row < 0)
            return err_set(err, ERR_INPUT, "unknown parameter \"%s\"", name);
        if (!table[row].choices) {
            values[row] = json_integer_value(value);
            continue;
        }
        int choice =
            json_is_string(value) ? choice_index(&table[row], json_string_value(value)) : -1;
        if (choice < 0)
            return err_set(err, ERR_INPUT, "parameter \"%s\": unknown choice", name);
        values[row] = choice;
    }
    return 0;
}

/* The probes by their names, because plug-ins may bring others when the run goes on. */
static json_t *probes_to_json(uint64_t set)
{
    json_t *names = json_array();
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL && i < 64; i++)
        if (set >> i & 1)
            json_array_append_new(names, json_string(p->name));
    return names;
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
    json_t *o = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:i, s:b, s:b, s:o, s:o, s:o, s:i, s:I, s:I}", "id", c->id,
        "workload", c->workload->name, "lock", c->lock->name, "executor", c->executor->name,
        "tasks", (json_int_t)c->tasks, "workers", (json_int_t)c->workers, "placement",
        (int)c->placement, "lock_is_shared", c->lock_is_shared, "is_control", c->is_control,
        "params", params_to_json(c->workload->params, c->workload_params), "lock_params",
        params_to_json(c->lock->params, c->lock_params), "executor_params",
        params_to_json(c->executor->params, c->executor_params), "control", c->control, "batch_ops",
        (json_int_t)c->batch_ops, "batch_count", (json_int_t)c->batch_count);
    if (o && c->skip_reason)
        json_object_set_new(o, "skip_reason", json_string(c->skip_reason));
    if (o && c->own_probes != PROBES_ALL)
        json_object_set_new(o, "own_probes", probes_to_json(c->own_probes));
    return o;
}

int cell_from_json(const json_t *object, struct cell *c, struct err *err)
{
    const char *workload, *lock, *executor, *skip = NULL;
    json_int_t tasks, workers, batch_ops, batch_count;
    int placement, control, is_shared, is_control;
    json_t *wp, *kp, *xp;
    if (json_unpack((json_t *)(uintptr_t)object,
                    "{s:s, s:s, s:s, s:I, s:I, s:i, s:b, s:b, s:o, s:o, s:o, s:i, s:I, s:I, s?s}",
                    "workload", &workload, "lock", &lock, "executor", &executor, "tasks", &tasks,
                    "workers", &workers, "placement", &placement, "lock_is_shared", &is_shared,
                    "is_control", &is_control, "params", &wp, "lock_params", &kp, "executor_params",
                    &xp, "control", &control, "batch_ops", &batch_ops, "batch_count", &batch_count,
                    "skip_reason", &skip))
        return err_set(err, ERR_INPUT, "a cell of the plan is incomplete");
    const struct workload *w = registry_find_workload(workload, err);
    const struct lock *k = registry_find_lock(lock, err);
    const struct executor *x = registry_find_executor(executor, err);
    if (!w || !k || !x)
        return -1;
    cell_init(c, w, k, x);
    c->tasks = (uint32_t)tasks;
    c->workers = (uint32_t)workers;
    c->placement = (enum placement)placement;
    c->lock_is_shared = is_shared;
    c->is_control = is_control;
    c->control = control;
    c->batch_ops = (uint64_t)batch_ops;
    c->batch_count = (uint32_t)batch_count;
    c->skip_reason = skip ? strdup(skip) : NULL;
    if (params_from_json(w->params, wp, c->workload_params, err) ||
        params_from_json(k->params, kp, c->lock_params, err) ||
        params_from_json(x->params, xp, c->executor_params, err) ||
        probes_from_json(json_object_get(object, "own_probes"), &c->own_probes, err)) {
        cell_release(c);
        return -1;
    }
    cell_make_id(c);
    return 0;
}
