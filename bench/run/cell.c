#include "bench/run/cell.h"

#include "bench/core/err.h"
#include "bench/core/units.h"
#include "bench/registry.h"

#include <stdlib.h>
#include <string.h>

static void set_defaults(const struct param *table, int64_t *values)
{
    for (size_t i = 0; i < param_count(table); i++)
        values[i] = table[i].value;
}

void cell_init(struct cell *c, const struct workload *w, const struct lock *k,
               const struct executor *x)
{
    *c = (struct cell){.workload = w,
                       .lock = k,
                       .executor = x,
                       .tasks = 1,
                       .control = NO_CONTROL,
                       .own_probes = PROBES_ALL};
    set_defaults(w->params, c->workload_params);
    set_defaults(k->params, c->lock_params);
    set_defaults(x->params, c->executor_params);
}

void cell_release(struct cell *c)
{
    free(c->id);
    free(c->skip_reason);
    *c = (struct cell){0};
}

uint32_t cell_cpus(const struct cell *c, uint32_t cpus)
{
    /* A lock that each process has for itself excludes nobody. */
    bool is_own = (c->lock->traits & LOCK_PER_RUNTIME) && !c->lock_is_shared &&
                  !(c->executor->traits & EXECUTOR_SHARED_HEAP);
    bool excludes = (c->lock->traits & LOCK_EXCLUSIVE) && !is_own;
    bool is_parallel = c->executor->traits & EXECUTOR_PARALLEL;
    return is_parallel && !excludes && c->placement != PLACEMENT_SAME ? cpus : 1;
}

const char *placement_name(enum placement p)
{
    static const char *const names[] = {"free", "same", "spread"};
    return names[p];
}

/* ",gil.interval=1ms" for each value that is not the default; no owner for the workload's. */
static void add_params(struct buf *b, const char *owner, const struct param *table,
                       const int64_t *values)
{
    for (size_t i = 0; i < param_count(table); i++) {
        if (values[i] == table[i].value)
            continue;
        char number[32];
        const char *text =
            table[i].choices ? table[i].choices[values[i]]
                             : units_format_exact(number, sizeof number, values[i], table[i].unit);
        buf_printf(b, ",%s%s%s=%s", owner, *owner ? "." : "", table[i].name, text);
    }
}

void cell_make_id(struct cell *c)
{
    struct buf b = {0};
    buf_printf(&b, "%s/%s/%s/tasks=%u", c->workload->name, c->lock->name, c->executor->name,
               c->tasks);
    if (c->workers)
        buf_printf(&b, ",workers=%u", c->workers);
    if (c->placement != PLACEMENT_FREE)
        buf_printf(&b, ",placement=%s", placement_name(c->placement));
    add_params(&b, "", c->workload->params, c->workload_params);
    add_params(&b, c->lock->name, c->lock->params, c->lock_params);
    if (c->lock_is_shared)
        buf_add(&b, ",lock.scope=shared");
    add_params(&b, c->executor->name, c->executor->params, c->executor_params);
    free(c->id);
    c->id = buf_steal(&b);
}

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

int cell_add_probe(uint64_t *set, const char *name, struct err *err)
{
    const struct probe *p, *wanted = registry_find_probe(name, err);
    for (size_t i = 0; wanted && (p = registry_probe(i)) != NULL && i < 64; i++)
        if (p == wanted)
            *set |= UINT64_C(1) << i;
    return wanted ? 0 : -1;
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
