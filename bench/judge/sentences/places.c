#include "bench/judge/sentences/places.h"

#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/low.h"

#include <stdlib.h>
#include <string.h>

static int order_of_tasks(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_keys(const struct result_cell *a, const struct result_cell *b)
{
    int by_workload = strcmp(a->workload, b->workload);
    int by_tasks = order_of_tasks(a->tasks, b->tasks);
    int by_lock = strcmp(a->lock, b->lock);
    return by_workload ? by_workload
           : by_tasks  ? by_tasks
           : by_lock   ? by_lock
                       : strcmp(a->workload_kind, b->workload_kind);
}

static int compare_places(const void *a, const void *b, void *context)
{
    const struct result *r = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    int by_keys = compare_keys(&r->cells[i], &r->cells[j]);
    return by_keys ? by_keys : (i > j) - (i < j);
}

int places_of(struct places *out, const struct result *r, struct err *err)
{
    size_t count = r->cell_count;
    *out = (struct places){.result = r,
                           .order = calloc(count + 1, sizeof *out->order),
                           .is_new = calloc(count + 1, sizeof *out->is_new)};
    if (!out->order || !out->is_new) {
        places_release(out);
        return err_set(err, ERR_SYSTEM, "sentences: no memory for the places of %zu cells", count);
    }
    for (size_t i = 0; i < count; i++)
        out->order[i] = i;
    qsort_r(out->order, count, sizeof *out->order, compare_places, (void *)(uintptr_t)r);
    for (size_t i = 0; i < count; i++)
        out->is_new[out->order[i]] =
            i == 0 || compare_keys(&r->cells[out->order[i - 1]], &r->cells[out->order[i]]) != 0;
    return 0;
}

void places_release(struct places *p)
{
    free(p->order);
    free(p->is_new);
    *p = (struct places){0};
}

/* Where a place lies against what is looked for; lock NULL: any. */
static int place_against(const struct result_cell *c, const char *workload, int64_t tasks,
                         const char *lock)
{
    int by_workload = strcmp(c->workload, workload);
    int by_tasks = order_of_tasks(c->tasks, tasks);
    return by_workload ? by_workload : by_tasks ? by_tasks : lock ? strcmp(c->lock, lock) : 0;
}

static bool has_executor(const struct result_cell *c, const char *executor)
{
    return executor ? !strcmp(c->executor, executor) : !executor_makes_units(c->executor_traits);
}

static bool is_asked_for(const struct result_cell *c, const char *lock, const char *executor,
                         enum role role)
{
    return (lock || !cell_is_locked(c)) && has_executor(c, executor) &&
           !strcmp(c->placement, "free") && !cell_lock_is_shared(c) && !cell_is_unusable(c) &&
           result_role_value(c, role);
}

const struct result_cell *places_find(const struct places *p, const char *workload,
                                      const char *lock, const char *executor, int64_t tasks,
                                      enum role role)
{
    const struct result_cell *cells = p->result->cells;
    size_t from = 0, to = p->result->cell_count, first = SIZE_MAX;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (place_against(&cells[p->order[middle]], workload, tasks, lock) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < p->result->cell_count; from++) {
        size_t i = p->order[from];
        if (place_against(&cells[i], workload, tasks, lock))
            break;
        if (i < first && is_asked_for(&cells[i], lock, executor, role))
            first = i;
    }
    return first == SIZE_MAX ? NULL : &cells[first];
}
