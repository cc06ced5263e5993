#include "bench/run/plan/cell_place.h"

#include "bench/machine/affinity.h"
#include "bench/machine/topology/topology.h"

#include <stdio.h>
#include <string.h>

static const struct {
    enum placement placement;
    enum topology_order order;
} orders[] = {
    {PLACEMENT_SPREAD, TOPOLOGY_SPREAD}, {PLACEMENT_CORE, TOPOLOGY_CORE},
    {PLACEMENT_SMT, TOPOLOGY_SMT},       {PLACEMENT_LLC, TOPOLOGY_LLC},
    {PLACEMENT_NUMA, TOPOLOGY_NUMA},
};

enum { ORDERS = sizeof orders / sizeof orders[0] };

/* What the machine has for a placement, found out once. */
struct found {
    bool is_known;
    const struct cpu_list *cpus;
    struct err why; /* none: `cpus` holds */
};

static void find(enum topology_order order, struct found *out)
{
    struct topology_list list;
    out->is_known = true;
    const struct topology *t = topology_here(&out->why);
    if (!t || topology_list(t, order, &list, &out->why))
        return;
    cpu_list_keep(list.items, list.count, &out->cpus, &out->why);
    vec_release(&list);
}

/* With as many units as CPUs all have one in any order: the kernel's own count will do, and takes
 * no time. */
static bool fills_all(const struct cell *c)
{
    uint32_t units = c->workers ? c->workers : c->tasks;
    int count = affinity_count();
    return count <= 0 || units >= (uint32_t)count;
}

char *cell_place(struct cell *c)
{
    static struct found all[ORDERS];
    char text[400];
    size_t i = 0;
    while (i < ORDERS && orders[i].placement != c->placement)
        i++;
    if (i == ORDERS || cell_is_virtual(c))
        return NULL;
    bool is_plain = c->placement == PLACEMENT_SPREAD;
    unsigned placed = EXECUTOR_KERNEL_UNITS | EXECUTOR_POOLED | EXECUTOR_GROUPED;
    bool is_placed = c->executor->traits & placed;
    if (is_plain && (!is_placed || fills_all(c)))
        return NULL;
    if (!is_placed) {
        snprintf(text, sizeof text, "placement %s: the executor %s has all its units on one thread",
                 placement_name(c->placement), c->executor->name);
        return strdup(text);
    }
    if (!all[i].is_known)
        find(orders[i].order, &all[i]);
    c->cpus = all[i].cpus;
    /* Spread was there before anybody asked what the machine is made of, and goes on without. */
    if (all[i].why.code == ERR_NONE || is_plain)
        return NULL;
    snprintf(text, sizeof text, "placement %s: %.300s", placement_name(c->placement),
             all[i].why.text);
    return strdup(text);
}
