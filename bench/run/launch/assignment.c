#include "bench/run/launch/assignment.h"

#include "bench/registry.h"
#include "bench/run/launch/param_text.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUILD CONTEND_VERSION " (" CONTEND_COMMIT ")"

void assignment_init(struct assignment *a, enum assignment_kind kind)
{
    *a = (struct assignment){.kind = kind, .launches = 1};
    snprintf(a->build, sizeof a->build, "%s", BUILD);
    counters_note(&a->counters);
}

static int set_name(char *out, const char *name, struct err *err)
{
    if (snprintf(out, ASSIGNED_NAME_MAX, "%s", name) >= ASSIGNED_NAME_MAX)
        return err_set(err, ERR_USAGE, "the name \"%s\" is too long: %d characters at most", name,
                       ASSIGNED_NAME_MAX - 1);
    return 0;
}

/* Texts go along, and their places there are their values. */
static int set_params(struct cell_form *f, const struct param *table, const int64_t *values,
                      int64_t *out, struct err *err)
{
    memcpy(out, values, CONTEND_PARAM_MAX * sizeof *out);
    for (size_t i = 0; i < param_count(table); i++) {
        if (!table[i].text)
            continue;
        const char *text = param_text(values[i]);
        size_t bytes = strlen(text) + 1;
        if (bytes > sizeof f->texts - f->text_bytes)
            return err_set(err, ERR_USAGE,
                           "the texts of a cell's parameters are too long: %d bytes at most",
                           ASSIGNED_TEXT_MAX);
        memcpy(f->texts + f->text_bytes, text, bytes);
        out[i] = f->text_bytes;
        f->text_bytes += (uint32_t)bytes;
    }
    return 0;
}

static int take_params(const struct cell_form *f, const struct param *table, const int64_t *values,
                       int64_t *out, struct err *err)
{
    memcpy(out, values, CONTEND_PARAM_MAX * sizeof *out);
    for (size_t i = 0; i < param_count(table); i++)
        if (table[i].text &&
            param_text_set(table[i].name, &table[i], f->texts + values[i], &out[i], err))
            return -1;
    return 0;
}

int assignment_set_cell(struct assignment *a, const struct cell *c, struct err *err)
{
    struct cell_form *f = &a->cell;
    *f = (struct cell_form){
        .tasks = c->tasks,
        .workers = c->workers,
        .placement = c->placement,
        .lock_is_shared = c->lock_is_shared,
        .is_control = c->is_control,
        .control = c->control,
        .own_probes = c->own_probes,
        .batch_ops = c->batch_ops,
        .batch_count = c->batch_count,
    };
    f->cpu_count = c->cpus ? c->cpus->count : 0;
    if (c->cpus)
        memcpy(f->cpus, c->cpus->cpus, f->cpu_count * sizeof *f->cpus);
    a->keeps_surroundings = c->workload->traits & WORKLOAD_SURROUNDINGS;
    return set_params(f, c->workload->params, c->workload_params, f->workload_params, err) ||
                   set_params(f, c->executor->params, c->executor_params, f->executor_params,
                              err) ||
                   set_params(f, c->lock->params, c->lock_params, f->lock_params, err) ||
                   set_name(f->workload, c->workload->name, err) ||
                   set_name(f->executor, c->executor->name, err) ||
                   set_name(f->lock, c->lock->name, err)
               ? -1
               : 0;
}

static int take_cpus(const struct cell_form *f, const struct cpu_list **out, struct err *err)
{
    int *cpus = malloc((f->cpu_count + 1) * sizeof *cpus);
    if (!cpus)
        return err_set(err, ERR_SYSTEM, "no memory for a list of CPUs");
    for (uint32_t i = 0; i < f->cpu_count; i++)
        cpus[i] = f->cpus[i];
    int failed = cpu_list_keep(cpus, f->cpu_count, out, err);
    free(cpus);
    return failed;
}

int assignment_cell(const struct assignment *a, struct cell *out, struct err *err)
{
    const struct cell_form *f = &a->cell;
    const struct workload *w = registry_find_workload(f->workload, err);
    const struct executor *x = registry_find_executor(f->executor, err);
    const struct lock *k = registry_find_lock(f->lock, err);
    if (!w || !x || !k)
        return -1;
    cell_init(out, w, k, x);
    out->tasks = f->tasks;
    out->workers = f->workers;
    out->placement = f->placement;
    out->lock_is_shared = f->lock_is_shared;
    out->is_control = f->is_control;
    out->control = f->control;
    out->own_probes = f->own_probes;
    out->batch_ops = f->batch_ops;
    out->batch_count = f->batch_count;
    if (take_params(f, w->params, f->workload_params, out->workload_params, err) ||
        take_params(f, x->params, f->executor_params, out->executor_params, err) ||
        take_params(f, k->params, f->lock_params, out->lock_params, err) ||
        take_cpus(f, &out->cpus, err))
        return -1;
    cell_make_id(out);
    return 0;
}

int assignment_check(const struct assignment *a, struct err *err)
{
    if (!strncmp(a->build, BUILD, sizeof a->build))
        return 0;
    return err_set(err, ERR_FAILED, "the worker is of build %s, and the program of %.*s", BUILD,
                   (int)sizeof a->build - 1, a->build);
}
