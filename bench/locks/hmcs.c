/*
 * hmcs: a tree of mcs queues: one a NUMA node, and above them one for the nodes.
 *
 * Source: Chabbi, Fagan and Mellor-Crummey, "High performance locks for multi-level NUMA systems",
 * PPoPP 2015, with two levels.  Properties: each waiter spins on a place of its own; the first of
 * a node waits for the others with its node's place, and who lets go hands over within the node,
 * `turns` times in a row at most: so the order is that of arrival within a node, nodes take turns,
 * and nobody starves; taking it where nobody waits costs two queues in place of one; a line or two
 * a node, made for 16 nodes (those beyond share).  The next in line must be running (see
 * waiting.h).
 *
 * A waiter says where it is when it joins, and may be moved while it waits: that costs time, and is
 * never wrong.  On a machine of one node there is one queue, and nobody is asked where it is: it is
 * then mcs with a wider lock, whatever `turns` is.
 */
#include "bench/locks/hmcs_queue.h"
#include "bench/machine/numa.h"

static const struct param params[] = {
    {.name = "turns",
     .unit = "count",
     .value = 64,
     .min = 1,
     .max = 1 << 30,
     .help = "holders of one node in a row, before the other nodes"},
    {0},
};

static int init(void *state, const int64_t *values, struct err *err)
{
    (void)err;
    struct hmcs *s = state;
    s->turns = numa_node_count() > 1 ? (uint32_t)values[0] : 0;
    return 0;
}

static uint64_t acquire(void *state, void *unit)
{
    return hmcs_acquire(state, unit, numa_node_here);
}

static void release(void *state, void *unit)
{
    hmcs_release(state, unit);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)unit;
    struct hmcs *s = state;
    return &s->wanted;
}

static uint64_t handoff(void *state, void *unit)
{
    if (!hmcs_hear(state, unit))
        return LOCK_KEPT;
    release(state, unit);
    return acquire(state, unit);
}

const struct lock lock_hmcs = {
    .name = "hmcs",
    .summary = "an mcs queue a NUMA node, and one above (one node: mcs)",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .params = params,
    .state_bytes = sizeof(struct hmcs),
    .unit_bytes = sizeof(struct hmcs_unit),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
