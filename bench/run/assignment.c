#include "bench/run/assignment.h"

#include "bench/registry.h"
#include "version.h"

#include <stdio.h>
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
    memcpy(f->workload_params, c->workload_params, sizeof f->workload_params);
    memcpy(f->executor_params, c->executor_params, sizeof f->executor_params);
    memcpy(f->lock_params, c->lock_params, sizeof f->lock_params);
    a->keeps_surroundings = c->workload->traits & WORKLOAD_SURROUNDINGS;
    return set_name(f->workload, c->workload->name, err) ||
                   set_name(f->executor, c->executor->name, err) ||
                   set_name(f->lock, c->lock->name, err)
               ? -1
               : 0;
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
    memcpy(out->workload_params, f->workload_params, sizeof out->workload_params);
    memcpy(out->executor_params, f->executor_params, sizeof out->executor_params);
    memcpy(out->lock_params, f->lock_params, sizeof out->lock_params);
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
