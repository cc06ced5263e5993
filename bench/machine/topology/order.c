/*
 * Orders of CPUs.  Each CPU gets a key, a number for each level, the first of which differs
 * decides:
 *
 *   core, smt, numa, llc: as hwloc counts, which is along the machine
 *   spread: its place in its core, the place of its core in its cache, of that in its node, of that
 *           in its package, and last the package: so all packages have one before any has two
 */
#include "bench/machine/topology/topology.h"

#include <stdlib.h>
#include <string.h>

/* A CPU and where it stands. */
struct place {
    const struct topology_cpu *cpu;
    int rank;     /* of its kind, the most capable one first */
    int sibling;  /* allowed CPUs of its core before it */
    int nth[3];   /* which node of its package, cache of that node, core of that cache it is of */
    size_t index; /* in hwloc's order */
    int key[6];
};

struct places {
    VEC(struct place);
};

static int rank_of(const struct topology *t, const struct topology_cpu *c)
{
    return c->kind == TOPOLOGY_UNKNOWN ? -1 : t->kinds.items[c->kind].rank;
}

static int collect(const struct topology *t, struct places *out, struct err *err)
{
    for (size_t i = 0; i < t->cpus.count; i++) {
        const struct topology_cpu *c = &t->cpus.items[i];
        if (c->is_allowed &&
            !vec_add(out, (struct place){.cpu = c, .rank = rank_of(t, c), .index = i}))
            return err_set(err, ERR_SYSTEM, "no memory for the topology");
    }
    return out->count ? 0
                      : err_set(err, ERR_LIMIT, "hwloc knows none of the CPUs that may be used");
}

/* Whether two are in one node of one package, in one cache of it, in one core of that. */
static bool same_package(const struct topology_cpu *a, const struct topology_cpu *b)
{
    return a->package == b->package;
}

static bool same_node(const struct topology_cpu *a, const struct topology_cpu *b)
{
    return same_package(a, b) && a->node == b->node;
}

static bool same_llc(const struct topology_cpu *a, const struct topology_cpu *b)
{
    return same_node(a, b) && a->llc == b->llc;
}

static bool same_core(const struct topology_cpu *a, const struct topology_cpu *b)
{
    return a->core == b->core;
}

enum level { NODE_OF_PACKAGE, LLC_OF_NODE, CORE_OF_LLC, LEVELS };

/* The how-many-th of its kind it is in what lies around it: as those beside it, or a new one. */
static int nth(const struct places *p, size_t i, enum level level)
{
    static bool (*const same[])(const struct topology_cpu *, const struct topology_cpu *) = {
        same_package, same_node, same_llc, same_core};
    const struct place *me = &p->items[i];
    int next = 0;
    for (size_t j = i; j-- > 0;) {
        const struct place *other = &p->items[j];
        if (other->rank != me->rank)
            continue;
        if (same[level + 1](other->cpu, me->cpu))
            return other->nth[level];
        if (same[level](other->cpu, me->cpu) && other->nth[level] >= next)
            next = other->nth[level] + 1;
    }
    return next;
}

static void find_places(struct places *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct place *me = &p->items[i];
        for (int level = 0; level < LEVELS; level++)
            me->nth[level] = nth(p, i, (enum level)level);
        for (size_t j = 0; j < i; j++)
            me->sibling += same_core(p->items[j].cpu, me->cpu);
    }
}

static void set_key(struct place *p, const int *key, size_t count)
{
    memcpy(p->key, key, count * sizeof *key);
}

static void make_key(struct place *p, enum topology_order order)
{
    int rank = -p->rank, index = (int)p->index;
    switch (order) {
    case TOPOLOGY_SMT:
        set_key(p, (const int[]){rank, index}, 2);
        break;
    case TOPOLOGY_NUMA:
        set_key(p, (const int[]){rank, p->cpu->package, p->cpu->node, p->sibling, index}, 5);
        break;
    case TOPOLOGY_CORE:
    case TOPOLOGY_LLC:
        set_key(p, (const int[]){rank, p->sibling, index}, 3);
        break;
    case TOPOLOGY_SPREAD:
        set_key(p,
                (const int[]){rank, p->sibling, p->nth[CORE_OF_LLC], p->nth[LLC_OF_NODE],
                              p->nth[NODE_OF_PACKAGE], p->cpu->package},
                6);
        break;
    }
}

static int by_key(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    for (size_t i = 0; i < sizeof x->key / sizeof x->key[0]; i++)
        if (x->key[i] != y->key[i])
            return x->key[i] < y->key[i] ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* ---- What a placement leaves out ----------------------------------------------------------- */

static void keep_first_of_cores(struct places *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].sibling == 0)
            p->items[kept++] = p->items[i];
    p->count = kept;
}

/* The cache with most CPUs of the most capable kind that may be used; the first of such. */
static int keep_one_cache(struct places *p, struct err *err)
{
    int best_rank = -1, best_llc = TOPOLOGY_UNKNOWN;
    size_t most = 0, kept = 0;
    for (size_t i = 0; i < p->count; i++)
        best_rank = p->items[i].rank > best_rank ? p->items[i].rank : best_rank;
    for (size_t i = 0; i < p->count; i++) {
        size_t count = 0;
        for (size_t j = 0; j < p->count; j++)
            count += p->items[j].cpu->llc == p->items[i].cpu->llc && p->items[j].rank == best_rank;
        if (p->items[i].cpu->llc != TOPOLOGY_UNKNOWN && count > most) {
            most = count;
            best_llc = p->items[i].cpu->llc;
        }
    }
    if (best_llc == TOPOLOGY_UNKNOWN)
        return err_set(err, ERR_LIMIT, "which CPUs share a cache is not told here");
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].cpu->llc == best_llc)
            p->items[kept++] = p->items[i];
    p->count = kept;
    return 0;
}

static int check_siblings(const struct places *p, struct err *err)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].sibling > 0)
            return 0;
    return err_set(err, ERR_LIMIT, "no core here has a second CPU that may be used");
}

static int check_nodes(const struct places *p, struct err *err)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].cpu->node != TOPOLOGY_UNKNOWN)
            return 0;
    return err_set(err, ERR_LIMIT, "which CPUs are of which NUMA node is not told here");
}

static int leave_out(struct places *p, enum topology_order order, struct err *err)
{
    if (order == TOPOLOGY_CORE)
        keep_first_of_cores(p);
    return order == TOPOLOGY_LLC    ? keep_one_cache(p, err)
           : order == TOPOLOGY_SMT  ? check_siblings(p, err)
           : order == TOPOLOGY_NUMA ? check_nodes(p, err)
                                    : 0;
}

int topology_list(const struct topology *t, enum topology_order order, struct topology_list *out,
                  struct err *err)
{
    struct places p = {0};
    *out = (struct topology_list){0};
    int failed = collect(t, &p, err);
    if (!failed) {
        find_places(&p);
        failed = leave_out(&p, order, err);
    }
    for (size_t i = 0; i < p.count && !failed; i++)
        make_key(&p.items[i], order);
    if (!failed)
        qsort(p.items, p.count, sizeof *p.items, by_key);
    for (size_t i = 0; i < p.count && !failed; i++)
        if (!vec_add(out, p.items[i].cpu->cpu))
            failed = err_set(err, ERR_SYSTEM, "no memory for the topology");
    vec_release(&p);
    if (failed)
        vec_release(out);
    return failed ? -1 : 0;
}
