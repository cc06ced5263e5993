/*
 * memory: what one live, blocked unit adds.
 *
 * Read in the coordinator before units exist and when all are parked at the gate; the
 * difference is divided by their number.
 *
 *   threads      resident stack + page tables of the process + kernel stack
 *   coroutines   resident stack + page tables of the process
 *   processes    what the family of processes uses together, more than before: by share
 *                (PSS), so that a page copied on write counts once and a page still common
 *                to parent and children counts nothing, + page tables + kernel stack
 *
 * Left out: the kernel's own records of a thread or process (some 7 KiB in its slabs), which
 * it does not tell by owner, and pages of files, which are the page cache's.
 */
#include "bench/base/clock.h"
#include "bench/contend.h"
#include "bench/machine/memory_use.h"

#include <stdio.h>
#include <unistd.h>

/* How often and how long kernel stacks are looked at again. */
enum { LOOKS = 10, LOOK_EVERY_NS = 5000000 };

enum { TOTAL, RESIDENT, PAGE_TABLES, KERNEL_STACK, METRICS };

enum {
    LEAST_TASKS = 64,   /* fewer: a page more or less would show */
    SAMPLED_TASKS = 64, /* children read, evenly over all of them: 100 us each */
};

static const struct metric metrics[] = {
    {"memory_bytes", "bytes", BETTER_LOWER, NATURE_NOISY, "memory",
     "what one live, blocked unit adds: resident memory, page tables and kernel stack, the "
     "difference between all units parked at the gate and none, divided by their number"},
    {"memory_resident_bytes", "bytes", BETTER_LOWER, NATURE_NOISY, "memory",
     "of memory_bytes, resident pages: anonymous ones of the process for threads and coroutines; "
     "anonymous and shared ones of all processes by share (PSS) for processes"},
    {"memory_page_table_bytes", "bytes", BETTER_LOWER, NATURE_NOISY, "memory",
     "of memory_bytes, page tables (VmPTE)"},
    {"memory_kernel_stack_bytes", "bytes", BETTER_LOWER, NATURE_NOISY, "memory",
     "of memory_bytes, the kernel's stack for the unit: the growth of KernelStack of the whole "
     "machine, rounded to the power of two it must be; 0 for coroutines, which have none"},
    {0},
};

static const struct metric_role roles[] = {{ROLE_MEMORY, TOTAL}, {0}};

struct state {
    struct memory_use own_before, own_at_gate;
    struct memory_use parent_before, parent_at_gate; /* the process that forked this one */
    struct memory_use children;                      /* sum over those sampled */
    int64_t stacks_before, stacks_at_gate;           /* -1: unknown */
    uint32_t children_sampled;
    bool has_before, has_at_gate, has_parent;
};

static bool is_processes(const struct launch *l)
{
    unsigned traits = l->executor->traits;
    return (traits & EXECUTOR_KERNEL_UNITS) && !(traits & EXECUTOR_SHARED_HEAP);
}

/*
 * The base reading of all kernel stacks.  Threads that ended a moment ago still have theirs
 * (it goes after a grace period of the kernel's), and would be taken for ours when they are
 * gone: read until the sum falls no more.
 */
static int64_t settled_stacks(void)
{
    int64_t last = memory_kernel_stacks();
    for (int i = 0; i < LOOKS; i++) {
        clock_sleep_until_ns(clock_now_ns() + LOOK_EVERY_NS);
        int64_t now = memory_kernel_stacks();
        if (now >= last)
            return now;
        last = now;
    }
    return last;
}

/* The reading at the gate: looked at again while it is not about our units alone. */
static int64_t stacks_at_gate(const struct state *s, const struct launch *l)
{
    int64_t now = memory_kernel_stacks();
    for (int i = 0; i < LOOKS && now >= 0 && s->stacks_before >= 0; i++) {
        if (memory_stack_size(now - s->stacks_before, l->task_count) > 0)
            break;
        clock_sleep_until_ns(clock_now_ns() + LOOK_EVERY_NS);
        now = memory_kernel_stacks();
    }
    return now;
}

static bool has_kernel_stacks(const struct launch *l)
{
    return l->executor->traits & EXECUTOR_KERNEL_UNITS;
}

static int open_probe(struct probe_run *p, struct err *err)
{
    (void)err;
    struct state *s = p->state;
    s->has_parent = is_processes(p->launch) && memory_use_read(getppid(), &s->parent_before);
    s->stacks_before = has_kernel_stacks(p->launch) ? settled_stacks() : -1;
    s->has_before = memory_use_read(0, &s->own_before);
    return 0;
}

/* Reads some children, evenly spread: the first has copied more pages than the last. */
static void read_children(struct state *s, const struct launch *l)
{
    uint32_t wanted = l->task_count < SAMPLED_TASKS ? l->task_count : SAMPLED_TASKS;
    for (uint32_t i = 0; i < wanted; i++) {
        struct memory_use one;
        const struct task *t = &l->tasks[(uint64_t)i * l->task_count / wanted];
        if (t->os_id <= 0 || !memory_use_read(t->os_id, &one) || !one.has_shares)
            continue;
        s->children.anonymous_share += one.anonymous_share;
        s->children.shared_share += one.shared_share;
        s->children.page_tables += one.page_tables;
        s->children_sampled++;
    }
}

static void at_gate(struct probe_run *p)
{
    struct state *s = p->state;
    s->has_at_gate = memory_use_read(0, &s->own_at_gate);
    if (has_kernel_stacks(p->launch))
        s->stacks_at_gate = stacks_at_gate(s, p->launch);
    if (!is_processes(p->launch))
        return;
    read_children(s, p->launch);
    if (s->has_parent)
        s->has_parent = memory_use_read(getppid(), &s->parent_at_gate);
}

static int64_t share_growth(const struct memory_use *before, const struct memory_use *now)
{
    return now->anonymous_share + now->shared_share - before->anonymous_share -
           before->shared_share;
}

/* A unit's part; false with nothing written when it could not be read. */
static bool split(const struct state *s, const struct launch *l, double *resident,
                  double *page_tables)
{
    double n = l->task_count;
    double own_tables = (double)(s->own_at_gate.page_tables - s->own_before.page_tables);
    if (!s->has_before || !s->has_at_gate)
        return false;
    if (!is_processes(l)) {
        *resident = (double)(s->own_at_gate.anonymous - s->own_before.anonymous) / n;
        *page_tables = own_tables / n;
        return true;
    }
    if (s->children_sampled == 0 || !s->own_before.has_shares || !s->own_at_gate.has_shares)
        return false;
    double family = (double)share_growth(&s->own_before, &s->own_at_gate);
    if (s->has_parent)
        family += (double)share_growth(&s->parent_before, &s->parent_at_gate);
    double sampled = s->children_sampled;
    double children = (double)(s->children.anonymous_share + s->children.shared_share);
    *resident = children / sampled + family / n;
    *page_tables = (double)s->children.page_tables / sampled + own_tables / n;
    return true;
}

static const char *reason_for_none(const struct launch *l)
{
    unsigned traits = l->executor->traits;
    if (traits & EXECUTOR_VIRTUAL)
        return "the executor is simulated";
    if (traits & EXECUTOR_SEQUENTIAL)
        return "tasks run one after the other: no unit waits while another lives";
    if (traits & EXECUTOR_POOLED)
        return "tasks share workers: a task has no unit of its own";
    if (traits & EXECUTOR_GROUPED)
        return "several units share a process: what either takes is measured of each alone";
    if (l->task_count < LEAST_TASKS)
        return "needs at least 64 units: a page more or less would show";
    return NULL;
}

static void all_absent(struct sink *sink, const char *reason)
{
    for (int m = 0; m < METRICS; m++)
        sink->absent(sink, m, reason);
}

/*
 * The stack and the sum.  A kernel that does not tell stacks has them left out of the sum,
 * always, and the source says so; a reading that others disturbed makes this launch's sum
 * absent, for samples of two meanings must not stand side by side.
 */
static void collect_sum(const struct state *s, const struct launch *l, double user,
                        struct sink *sink)
{
    static const char disturbed[] = "KernelStack of /proc/meminfo grew by what our units cannot "
                                    "explain: others started or ended meanwhile";
    if (!has_kernel_stacks(l)) {
        sink->value(sink, KERNEL_STACK, 0);
        sink->source(sink, KERNEL_STACK, "none needed");
        sink->value(sink, TOTAL, user);
        sink->source(sink, TOTAL, "smaps");
        return;
    }
    if (s->stacks_before < 0 || s->stacks_at_gate < 0) {
        sink->absent(sink, KERNEL_STACK, "/proc/meminfo does not tell KernelStack");
        sink->value(sink, TOTAL, user);
        sink->source(sink, TOTAL, "smaps without kernel stacks");
        return;
    }
    int64_t stack = memory_stack_size(s->stacks_at_gate - s->stacks_before, l->task_count);
    if (stack == 0) {
        sink->absent(sink, KERNEL_STACK, disturbed);
        sink->absent(sink, TOTAL, disturbed);
        return;
    }
    sink->value(sink, KERNEL_STACK, (double)stack);
    sink->source(sink, KERNEL_STACK, "meminfo");
    sink->value(sink, TOTAL, user + (double)stack);
    sink->source(sink, TOTAL, "smaps+meminfo");
}

static void collect(struct probe_run *p, struct sink *sink)
{
    const struct state *s = p->state;
    const char *reason = reason_for_none(p->launch);
    double resident = 0, page_tables = 0;
    if (!reason && !split(s, p->launch, &resident, &page_tables))
        reason = "/proc/PID/smaps_rollup of the units could not be read";
    if (!reason && resident + page_tables < 0)
        reason = "the process gave memory back meanwhile: no growth to divide";
    if (reason) {
        all_absent(sink, reason);
        return;
    }
    sink->value(sink, RESIDENT, resident);
    sink->source(sink, RESIDENT, "smaps");
    sink->value(sink, PAGE_TABLES, page_tables);
    sink->source(sink, PAGE_TABLES, "status");
    collect_sum(s, p->launch, resident + page_tables, sink);
}

const struct probe probe_memory = {
    .name = "memory",
    .summary = "memory that one live, blocked unit adds",
    .traits = PROBE_OWN_LAUNCH,
    .metrics = metrics,
    .roles = roles,
    .state_bytes = sizeof(struct state),
    .least_tasks = LEAST_TASKS,
    .open = open_probe,
    .at_gate = at_gate,
    .collect = collect,
};
