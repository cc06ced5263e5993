#include "bench/run/launch/cell.h"

#include "bench/base/err.h"
#include "bench/base/units.h"
#include "bench/registry.h"
#include "bench/run/launch/param_text.h"

#include <stdlib.h>
#include <string.h>

void cell_init(struct cell *c, const struct workload *w, const struct lock *k,
               const struct executor *x)
{
    *c = (struct cell){.workload = w,
                       .lock = k,
                       .executor = x,
                       .tasks = 1,
                       .control = NO_CONTROL,
                       .own_probes = PROBES_ALL};
    param_defaults(w->params, c->workload_params);
    param_defaults(k->params, c->lock_params);
    param_defaults(x->params, c->executor_params);
}

void cell_release(struct cell *c)
{
    free(c->id);
    free(c->skip_reason);
    *c = (struct cell){0};
}

bool cell_is_virtual(const struct cell *c)
{
    return c->executor->traits & EXECUTOR_VIRTUAL;
}

bool cell_has_own_locks(const struct cell *c)
{
    return (c->lock->traits & LOCK_PER_RUNTIME) && !(c->executor->traits & EXECUTOR_SHARED_HEAP) &&
           !c->lock_is_shared;
}

uint32_t cell_cpus(const struct cell *c, uint32_t cpus)
{
    /* A lock that each process has for itself excludes nobody. */
    bool excludes = (c->lock->traits & LOCK_EXCLUSIVE) && !cell_has_own_locks(c);
    bool is_parallel = c->executor->traits & EXECUTOR_PARALLEL;
    if (!is_parallel || excludes || c->placement == PLACEMENT_SAME)
        return 1;
    return c->cpus && c->cpus->count < cpus ? c->cpus->count : cpus;
}

const char *placement_name(enum placement p)
{
    static const char *const names[] = {"free", "same", "spread", "core", "smt", "llc", "numa"};
    return (size_t)p < sizeof names / sizeof names[0] ? names[p] : NULL;
}

bool cell_is_spread(const struct cell *c)
{
    return c->placement != PLACEMENT_FREE && c->placement != PLACEMENT_SAME;
}

/* A comma ends a parameter, so one within a text is written as in an address: %2C; and %25 is %. */
static void add_text(struct buf *b, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == ',' || *c == '%')
            buf_printf(b, "%%%02X", (unsigned)*c);
        else
            buf_add_bytes(b, c, 1);
    }
}

/* ",gil.interval=1ms" for each value that is not the default; no owner for the workload's. */
static void add_params(struct buf *b, const char *owner, const struct param *table,
                       const int64_t *values)
{
    for (size_t i = 0; i < param_count(table); i++) {
        char number[32];
        if (values[i] == param_default(&table[i]))
            continue;
        buf_printf(b, ",%s%s%s=", owner, *owner ? "." : "", table[i].name);
        if (table[i].text)
            add_text(b, param_text(values[i]));
        else if (table[i].choices)
            buf_add(b, table[i].choices[values[i]]);
        else
            buf_add(b, units_format_exact(number, sizeof number, values[i], table[i].unit));
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

int cell_add_probe(uint64_t *set, const char *name, struct err *err)
{
    const struct probe *p, *wanted = registry_find_probe(name, err);
    for (size_t i = 0; wanted && (p = registry_probe(i)) != NULL && i < 64; i++)
        if (p == wanted)
            *set |= UINT64_C(1) << i;
    return wanted ? 0 : -1;
}
