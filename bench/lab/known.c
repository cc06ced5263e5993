#include "bench/lab/known.h"

#include "bench/judge/claims/claims.h"
#include "bench/registry.h"
#include "bench/run/launch/cell.h"
#include "bench/run/plan/suite.h"

#include <stdbool.h>
#include <string.h>

const char *known_workload(size_t i)
{
    const struct workload *w = registry_workload(i);
    return w ? w->name : NULL;
}

const char *known_executor(size_t i)
{
    const struct executor *x;
    for (size_t k = 0; (x = registry_executor(k)) != NULL; k++)
        if (!(x->traits & EXECUTOR_HIDDEN) && i-- == 0)
            return x->name;
    return NULL;
}

const char *known_lock(size_t i)
{
    const struct lock *k = registry_lock(i);
    return k ? k->name : NULL;
}

const char *known_probe(size_t i)
{
    const struct probe *p = registry_probe(i);
    return p ? p->name : NULL;
}

const char *known_suite(size_t i)
{
    const struct suite_text *s = suite_builtin(i);
    return s ? s->name : NULL;
}

const char *known_claim(size_t i)
{
    const struct claim *c = claim_at(i);
    return c ? c->name : NULL;
}

/* The i-th row of a table, or less *i by their number. */
static const char *metric_at(const struct metric *metrics, size_t *i)
{
    size_t count = metric_count(metrics);
    if (*i < count)
        return metrics[*i].name;
    *i -= count;
    return NULL;
}

/* What follows from others when all are there (run/derive.c), then probes' and workloads' own. */
static const char *any_metric(size_t i)
{
    static const struct metric derived[] = {{.name = "efficiency_ratio"}, {0}};
    const struct probe *p;
    const struct workload *w;
    const char *name = metric_at(derived, &i);
    for (size_t k = 0; !name && (p = registry_probe(k)) != NULL; k++)
        name = metric_at(p->metrics, &i);
    for (size_t k = 0; !name && (w = registry_workload(k)) != NULL; k++)
        name = metric_at(w->metrics, &i);
    return name;
}

/* Workloads may have metrics of one name: each is told once. */
const char *known_metric(size_t i)
{
    const char *name;
    for (size_t k = 0; (name = any_metric(k)) != NULL; k++) {
        size_t first = 0;
        while (strcmp(any_metric(first), name) != 0)
            first++;
        if (first == k && i-- == 0)
            return name;
    }
    return NULL;
}

const char *known_placement(size_t i)
{
    return placement_name((enum placement)i);
}
