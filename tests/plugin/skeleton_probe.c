/*
 * moves: how many units ended on another CPU than they began on.
 *
 * Source: getcpu(2).  What happened in between is not seen, so it is a lower bound.
 */
#include "bench/contend.h"

#include <sched.h>

enum { MOVED };

static const struct metric metrics[] = {
    {"moved_ratio", "ratio", BETTER_NEUTRAL, NATURE_NOISY, "cpu",
     "units that ended on another CPU than they began on, over all units"},
    {0},
};

struct unit {
    int first_cpu, last_cpu;
    bool is_done;
};

/* A unit's own record: two lines, so that writers do not disturb each other. */
enum { UNIT_BYTES = CONTEND_LINE_BYTES };
static_assert(sizeof(struct unit) <= UNIT_BYTES, "a record fits");

static void unit_begin(struct probe_run *p, struct task *t)
{
    struct unit *u = probe_unit(p, t, UNIT_BYTES);
    u->first_cpu = sched_getcpu();
}

static void unit_end(struct probe_run *p, struct task *t)
{
    struct unit *u = probe_unit(p, t, UNIT_BYTES);
    u->last_cpu = sched_getcpu();
    u->is_done = true;
}

static void collect(struct probe_run *p, struct sink *sink)
{
    const struct launch *l = p->launch;
    if (!(l->executor->traits & EXECUTOR_KERNEL_UNITS)) {
        sink->absent(sink, MOVED, "the units share their creator's thread");
        return;
    }
    uint32_t moved = 0, done = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct unit *u = probe_unit(p, &l->tasks[i], UNIT_BYTES);
        done += u->is_done;
        moved += u->is_done && u->first_cpu != u->last_cpu;
    }
    if (done == l->task_count)
        sink->value(sink, MOVED, (double)moved / done);
    else
        sink->absent(sink, MOVED, "not every unit lived to report");
    sink->source(sink, MOVED, "getcpu");
}

const struct probe probe_moves = {
    .name = "moves",
    .summary = "units that changed their CPU",
    .metrics = metrics,
    .unit_bytes = UNIT_BYTES,
    .collect = collect,
    .unit_begin = unit_begin,
    .unit_end = unit_end,
};
