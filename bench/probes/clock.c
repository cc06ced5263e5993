/*
 * clock: everything that follows from the units' own stamps.
 *
 *   create  created     first   gate opens  go        last      exit   joined
 *     |--------|          |         |        |----------|---------|-------|
 *     <create_call>                 <gate_delay>        <exit_delay><reap>
 *     <----- startup ----->         <-------------- makespan ------------->
 */
#include "bench/contend.h"
#include "bench/probes/window.h"

enum {
    STARTUP,
    LIFECYCLE,
    LIFECYCLE_COLD,
    LIFECYCLE_CPU,
    LIFECYCLE_OTHERS,
    CREATE_CALL,
    GATE_DELAY,
    EXIT_DELAY,
    REAP,
    THROUGHPUT,
    MAKESPAN,
    TASK_TIME,
    OVERLAP,
    MIGRATIONS,
    POOL_START
};

static const struct metric metrics[] = {
    {"startup_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "from the call that creates a unit to the first instruction of its body"},
    {"lifecycle_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "create, empty body and join of all tasks, divided by their number"},
    {"lifecycle_cold_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "the same, the first time in a fresh process: with every page fault and every first call"},
    {"lifecycle_cpu_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "CPU time of lifecycle_ns, of the creator and the units together, divided by the tasks"},
    {"lifecycle_others_ratio", "ratio", BETTER_NEUTRAL, NATURE_NOISY, "startup",
     "share of the machine that other programs, the hypervisor and the quota took while "
     "lifecycle_ns "
     "was measured"},
    {"create_call_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "the call that creates a unit, as its creator sees it"},
    {"gate_delay_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "from the opening of the gate to a unit's first operation, the lock included"},
    {"exit_delay_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "from a unit's last operation to the end of its body"},
    {"reap_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "from the end of a unit's body to the moment its creator has it back"},
    {"throughput_per_s", "per_s", BETTER_HIGHER, NATURE_NOISY, "throughput",
     "operations of all units a second, in the window in which all of them were at work"},
    {"makespan_ns", "ns", BETTER_LOWER, NATURE_NOISY, "throughput",
     "from the opening of the gate to the last join"},
    {"task_time_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from a task's first operation to its last one's end"},
    {"overlap_ratio", "ratio", BETTER_NEUTRAL, NATURE_NOISY, "throughput",
     "length of the throughput window over the span from the first operation to the last; 1 where "
     "no overlap exists and the whole span was taken"},
    {"migrations", "count", BETTER_NEUTRAL, NATURE_NOISY, "contention",
     "changes of CPU seen between the batches of all units (a lower bound)"},
    {"pool_start_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "making all workers of a pool, before it can take a task"},
    {0},
};

static const struct metric_role roles[] = {
    {ROLE_START, STARTUP},
    {ROLE_LIFECYCLE, LIFECYCLE},
    {ROLE_LIFECYCLE_CPU, LIFECYCLE_CPU},
    {ROLE_LIFECYCLE_OTHERS, LIFECYCLE_OTHERS},
    {ROLE_POOL_START, POOL_START},
    {ROLE_RATE, THROUGHPUT},
    {ROLE_MAKESPAN, MAKESPAN},
    {ROLE_TASK_TIME, TASK_TIME},
    {0},
};

/* b - a where both happened. */
static void span(struct sink *sink, int metric, uint64_t a, uint64_t b)
{
    if (a && b >= a)
        sink->quantity(sink, metric, b - a);
}

static void collect_task(const struct launch *l, const struct task *t, struct sink *sink)
{
    if (executor_makes_units(l->executor->traits)) {
        span(sink, STARTUP, t->create_ns, t->first_ns);
        span(sink, CREATE_CALL, t->create_ns, t->created_ns);
    }
    span(sink, GATE_DELAY, l->opened_ns, t->go_ns);
    span(sink, TASK_TIME, t->go_ns, t->last_ns);
    span(sink, EXIT_DELAY, t->last_ns, t->exit_ns);
    span(sink, REAP, t->exit_ns, t->joined_ns);
}

/* What the harness measured with empty bodies before the launch. */
static void collect_lifecycle(const struct launch *l, struct sink *sink)
{
    static const int all[] = {LIFECYCLE, LIFECYCLE_COLD, LIFECYCLE_CPU, LIFECYCLE_OTHERS};
    if (l->executor->traits & EXECUTOR_VIRTUAL) {
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            sink->absent(sink, all[i], "the executor's clock is simulated");
        return;
    }
    if (!(l->lifecycle_ns > 0))
        return;
    sink->value(sink, LIFECYCLE, l->lifecycle_ns);
    sink->value(sink, LIFECYCLE_COLD, l->lifecycle_cold_ns);
    if (l->lifecycles)
        sink->histogram(sink, LIFECYCLE, l->lifecycles);
    if (l->lifecycle_cpu_ns >= 0)
        sink->value(sink, LIFECYCLE_CPU, l->lifecycle_cpu_ns);
    else
        sink->absent(sink, LIFECYCLE_CPU, "the workers' CPU time is known when they have ended");
    if (l->lifecycle_others_ratio >= 0)
        sink->value(sink, LIFECYCLE_OTHERS, l->lifecycle_others_ratio);
    else
        sink->absent(sink, LIFECYCLE_OTHERS, "/proc/stat does not tell others' CPU time from ours");
}

static void collect(struct probe_run *p, struct sink *sink)
{
    const struct launch *l = p->launch;
    uint64_t end_ns = 0, migrations = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct task *t = &l->tasks[i];
        collect_task(l, t, sink);
        end_ns = t->joined_ns > end_ns ? t->joined_ns : end_ns;
        migrations += t->migration_count;
    }
    if (!executor_makes_units(l->executor->traits)) {
        sink->absent(sink, STARTUP, "there is no unit to start");
        sink->absent(sink, CREATE_CALL, "there is no unit to start");
    }
    collect_lifecycle(l, sink);
    sink->value(sink, MAKESPAN, (double)(end_ns - l->opened_ns));
    if (l->executor->traits & EXECUTOR_KERNEL_UNITS)
        sink->value(sink, MIGRATIONS, (double)migrations);
    else
        sink->absent(sink, MIGRATIONS, "the units share their creator's thread");
    if (l->executor->traits & EXECUTOR_POOLED)
        sink->value(sink, POOL_START, (double)l->open_ns);
    else
        sink->absent(sink, POOL_START, "there is no pool: each task has a unit of its own");
    struct window w;
    if (!window_of_launch(l, &w)) {
        sink->absent(sink, THROUGHPUT, "the operations took less time than the clock can tell");
        return;
    }
    uint64_t first = UINT64_MAX, last = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        first = l->tasks[i].go_ns < first ? l->tasks[i].go_ns : first;
        last = l->tasks[i].last_ns > last ? l->tasks[i].last_ns : last;
    }
    sink->value(sink, THROUGHPUT, w.op_count / ((double)(w.end_ns - w.begin_ns) * 1e-9));
    sink->value(sink, OVERLAP, (double)(w.end_ns - w.begin_ns) / (double)(last - first));
    sink->source(sink, THROUGHPUT, w.is_overlap ? "clock, overlap window" : "clock, whole span");
}

const struct probe probe_clock = {
    .name = "clock",
    .summary = "startup, phases, throughput, makespan from stamps",
    .traits = PROBE_ANY_CLOCK,
    .metrics = metrics,
    .roles = roles,
    .collect = collect,
};
