/*
 * rusage: the kernel's own accounting of CPU time, switches and page faults.
 *
 * Units read their own thread's figures at the gate and after their last operation, so that
 * what the coordinator does to create and join them stays out.  Where units are no kernel
 * threads (coroutines, one task after the other), the coordinator's thread carries them and
 * is read in their place, once.  The kernel's sum of user and system time is exact; its split
 * is guesswork for short units, so only the sum is used.
 */
#include "bench/base/clock.h"
#include "bench/contend.h"

#include <stdio.h>
#include <sys/resource.h>

enum {
    THREAD_CPU,
    CHILD_CPU,
    PROCESS_CPU,
    VOLUNTARY,
    INVOLUNTARY,
    PAGE_FAULTS,
    CPU_PER_OP,
};

static const struct metric metrics[] = {
    {"thread_cpu_ns", "ns", BETTER_LOWER, NATURE_NOISY, "cpu",
     "CPU time of all units between passing the gate and the end of their last operation, by "
     "their threads' CPU clocks; of the carrying thread where units are not kernel threads"},
    {"child_cpu_ns", "ns", BETTER_LOWER, NATURE_NOISY, "cpu",
     "CPU time of child processes that ended during the launch, from creation to exit"},
    {"process_cpu_ns", "ns", BETTER_LOWER, NATURE_NOISY, "cpu",
     "CPU time of the coordinating process with all its threads, from before the first unit is "
     "created until after the last is joined"},
    {"voluntary_switches_per_s", "per_s", BETTER_NEUTRAL, NATURE_NOISY, "contention",
     "context switches of the units because they waited, between gate and last operation, summed "
     "and divided by the makespan"},
    {"involuntary_switches_per_s", "per_s", BETTER_LOWER, NATURE_NOISY, "contention",
     "context switches of the units because the scheduler took the CPU away, between gate and "
     "last operation, summed and divided by the makespan"},
    {"page_faults", "count", BETTER_NEUTRAL, NATURE_NOISY, "cpu",
     "page faults of the coordinating process and of the children that ended, from before the "
     "first unit is created until after the last is joined"},
    {"cpu_per_op_ns", "ns", BETTER_LOWER, NATURE_NOISY, "cpu",
     "CPU time of all units between passing the gate and the end of their last operation, an "
     "operation: what computing costs, however long others kept the CPUs"},
    {0},
};

static const struct metric_role roles[] = {
    {ROLE_CPU, THREAD_CPU},
    {ROLE_CPU_PER_OP, CPU_PER_OP},
    {ROLE_PROCESS_CPU, PROCESS_CPU},
    {0},
};

/* Of one thread. */
struct usage {
    uint64_t cpu_ns;
    uint64_t voluntary;
    uint64_t involuntary;
};

struct unit {
    struct usage begin;
    struct usage used; /* end - begin */
    uint64_t is_done;
    uint64_t padding;
};

static_assert(sizeof(struct unit) == 64, "a line a unit");

/* Of the whole process and its children, at one moment. */
struct totals {
    uint64_t process_cpu_ns;
    uint64_t child_cpu_ns;
    uint64_t page_faults;
};

struct state {
    struct totals opened, ended;
    struct usage carrier_begin, carrier_used;
};

static struct usage thread_usage(void)
{
    struct rusage r;
    getrusage(RUSAGE_THREAD, &r);
    return (struct usage){
        .cpu_ns = clock_thread_cpu_ns(),
        .voluntary = (uint64_t)r.ru_nvcsw,
        .involuntary = (uint64_t)r.ru_nivcsw,
    };
}

static struct usage usage_since(const struct usage *begin)
{
    struct usage now = thread_usage();
    return (struct usage){
        .cpu_ns = now.cpu_ns - begin->cpu_ns,
        .voluntary = now.voluntary - begin->voluntary,
        .involuntary = now.involuntary - begin->involuntary,
    };
}

static struct totals read_totals(void)
{
    struct rusage self, children;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    return (struct totals){
        .process_cpu_ns = clock_process_cpu_ns(),
        .child_cpu_ns = clock_cpu_ns_of(&children),
        .page_faults =
            (uint64_t)(self.ru_minflt + self.ru_majflt + children.ru_minflt + children.ru_majflt),
    };
}

static int open_probe(struct probe_run *p, struct err *err)
{
    (void)err;
    struct state *s = p->state;
    s->opened = read_totals();
    s->carrier_begin = thread_usage();
    return 0;
}

static void at_gate(struct probe_run *p)
{
    struct state *s = p->state;
    s->carrier_begin = thread_usage();
}

static void end(struct probe_run *p)
{
    struct state *s = p->state;
    s->carrier_used = usage_since(&s->carrier_begin);
    s->ended = read_totals();
}

static void unit_begin(struct probe_run *p, struct task *t)
{
    struct unit *u = probe_unit(p, t, sizeof *u);
    if (p->launch->executor->traits & EXECUTOR_KERNEL_UNITS)
        u->begin = thread_usage();
}

static void unit_end(struct probe_run *p, struct task *t)
{
    struct unit *u = probe_unit(p, t, sizeof *u);
    if (!(p->launch->executor->traits & EXECUTOR_KERNEL_UNITS))
        return;
    u->used = usage_since(&u->begin);
    u->is_done = 1;
}

/* Sums the units up; false when not all of them have reported. */
static bool sum_units(const struct probe_run *p, struct usage *sum)
{
    const struct launch *l = p->launch;
    *sum = (struct usage){0};
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct unit *u = probe_unit(p, &l->tasks[i], sizeof *u);
        if (!u->is_done)
            return false;
        sum->cpu_ns += u->used.cpu_ns;
        sum->voluntary += u->used.voluntary;
        sum->involuntary += u->used.involuntary;
    }
    return l->task_count > 0;
}

/* From the opening of the gate to the last join; 0 when that did not happen. */
static uint64_t makespan_ns(const struct launch *l)
{
    uint64_t last = 0;
    for (uint32_t i = 0; i < l->task_count; i++)
        if (l->tasks[i].joined_ns > last)
            last = l->tasks[i].joined_ns;
    return l->opened_ns && last > l->opened_ns ? last - l->opened_ns : 0;
}

static void absent_units(struct sink *sink, const char *reason)
{
    sink->absent(sink, THREAD_CPU, reason);
    sink->absent(sink, CPU_PER_OP, reason);
    sink->absent(sink, VOLUNTARY, reason);
    sink->absent(sink, INVOLUNTARY, reason);
}

/* Who waits or does nothing has no operation that costs CPU time. */
static void collect_per_op(const struct launch *l, uint64_t cpu_ns, struct sink *sink)
{
    double ops = (double)l->batch_ops * l->batch_count * l->task_count;
    if (l->workload->kind == WORKLOAD_IO || l->workload->kind == WORKLOAD_STARTUP)
        sink->absent(sink, CPU_PER_OP, "its operations do not compute");
    else if (!(ops > 0))
        sink->absent(sink, CPU_PER_OP, "the launch had no operations");
    else
        sink->value(sink, CPU_PER_OP, (double)cpu_ns / ops);
}

static void collect_units(struct probe_run *p, struct sink *sink)
{
    const struct launch *l = p->launch;
    const struct state *s = p->state;
    struct usage sum = s->carrier_used;
    if (launch_holders(l)) {
        absent_units(sink, "the units are carried by other processes than the one that reads");
        return;
    }
    if ((l->executor->traits & EXECUTOR_KERNEL_UNITS) && !sum_units(p, &sum)) {
        absent_units(sink, "not every unit lived to report its usage");
        return;
    }
    sink->value(sink, THREAD_CPU, (double)sum.cpu_ns);
    collect_per_op(l, sum.cpu_ns, sink);
    double seconds = (double)makespan_ns(l) / 1e9;
    if (seconds <= 0) {
        sink->absent(sink, VOLUNTARY, "the launch has no makespan to divide by");
        sink->absent(sink, INVOLUNTARY, "the launch has no makespan to divide by");
        return;
    }
    sink->value(sink, VOLUNTARY, (double)sum.voluntary / seconds);
    sink->value(sink, INVOLUNTARY, (double)sum.involuntary / seconds);
}

static void collect(struct probe_run *p, struct sink *sink)
{
    const struct state *s = p->state;
    if (p->launch->executor->traits & EXECUTOR_VIRTUAL) {
        for (int m = 0; metrics[m].name; m++)
            sink->absent(sink, m, "the executor's clock is simulated");
        return;
    }
    sink->value(sink, CHILD_CPU, (double)(s->ended.child_cpu_ns - s->opened.child_cpu_ns));
    sink->value(sink, PROCESS_CPU, (double)(s->ended.process_cpu_ns - s->opened.process_cpu_ns));
    sink->value(sink, PAGE_FAULTS, (double)(s->ended.page_faults - s->opened.page_faults));
    collect_units(p, sink);
}

const struct probe probe_rusage = {
    .name = "rusage",
    .summary = "CPU time, context switches, page faults",
    .traits = PROBE_KERNEL_UNITS,
    .metrics = metrics,
    .roles = roles,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct unit),
    .open = open_probe,
    .at_gate = at_gate,
    .end = end,
    .collect = collect,
    .unit_begin = unit_begin,
    .unit_end = unit_end,
};
