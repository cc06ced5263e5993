#include "bench/cli/known.h"

#include "bench/claims/judge/claims.h"
#include "bench/registry.h"
#include "bench/run/cell.h"
#include "bench/run/suite.h"

#include <stdbool.h>

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

const char *known_placement(size_t i)
{
    return i <= PLACEMENT_SPREAD ? placement_name((enum placement)i) : NULL;
}
