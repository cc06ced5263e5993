/*
 * cna: an mcs queue that hands over to waiters of its holder's NUMA node first.
 *
 * Source: Dice and Kogan, "Compact NUMA-aware locks", EuroSys 2019.  Properties: one word a lock
 * whatever the number of nodes; each waiter spins on its own node; a line transfer between NUMA
 * nodes is what a hand-over to a far one costs, so who lets go looks through the queue for somebody
 * near and sets those before it aside, in a second queue.  That one is served when nobody near is
 * left, and by chance after `turns` hand-overs on average; so it does not starve, and is fair in
 * the long run alone.  The next in line must be running (see waiting.h).
 *
 * A waiter says where it is when it joins the queue, and may be moved while it waits: that costs
 * time, and is never wrong.  On a machine of one node nobody is asked where it is and nobody is
 * set aside: it is then mcs with a wider node, whatever `turns` is.
 */
#include "bench/locks/cna_queue.h"
#include "bench/machine/numa.h"

static const struct param params[] = {
    {.name = "turns",
     .unit = "count",
     .value = 65536, /* the paper's */
     .min = 1,
     .max = 1 << 30,
     .help = "hand-overs within a node, on average, before the others (1: in order)"},
    {0},
};

static int init(void *state, const int64_t *values, struct err *err)
{
    (void)err;
    struct cna *s = state;
    s->turns = numa_node_count() > 1 ? (uint32_t)values[0] : 0;
    return 0;
}

static uint64_t acquire(void *state, void *unit)
{
    return cna_acquire(state, unit, numa_node_here);
}

static void release(void *state, void *unit)
{
    cna_release(state, unit, numa_node_here);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)state;
    struct cna_node *n = unit;
    return &n->wanted;
}

static uint64_t handoff(void *state, void *unit)
{
    if (!cna_hear(state, unit))
        return LOCK_KEPT;
    release(state, unit);
    return acquire(state, unit);
}

const struct lock lock_cna = {
    .name = "cna",
    .summary = "mcs, waiters of the same NUMA node first (one node: mcs)",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .params = params,
    .state_bytes = sizeof(struct cna),
    .unit_bytes = sizeof(struct cna_node),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
