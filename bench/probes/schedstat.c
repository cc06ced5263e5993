/*
 * schedstat: how long units were ready to run and waited for a CPU.
 *
 * From the second field of /proc/thread-self/schedstat (kernel/sched/stats.h: run_delay).
 * Each unit opens, reads and closes the file at the gate and after its last operation (about
 * 2 us each time), so that no descriptor stays open while ten thousand units run.
 */
#include "bench/contend.h"
#include "bench/core/file.h"

#include <stdio.h>

enum { RUNQUEUE_WAIT };

static const struct metric metrics[] = {
    {"runqueue_wait_ratio", "ratio", BETTER_LOWER, NATURE_NOISY, "contention",
     "share of the units' time from gate to last operation in which they were ready to run and "
     "waited for a CPU; of the carrying thread's time where units are not kernel threads"},
    {0},
};

static const char path[] = "/proc/thread-self/schedstat";

struct unit {
    uint64_t begin_ns;
    uint64_t delay_ns; /* end - begin */
    uint64_t has_begin, is_done;
    uint64_t padding[4];
};

static_assert(sizeof(struct unit) == 64, "a line a unit");

/* "94562 188267 2": time run, time waited for a CPU, slices. */
static bool read_delay(uint64_t *delay_ns)
{
    char text[96];
    unsigned long long run, delay;
    if (file_read_small(path, text, sizeof text) <= 0 ||
        sscanf(text, "%llu %llu", &run, &delay) != 2)
        return false;
    *delay_ns = delay;
    return true;
}

/* A thread that asks has run: a kernel that says 0 keeps no such figures. */
static const char *unavailable(void)
{
    char text[96];
    unsigned long long run;
    if (file_read_small(path, text, sizeof text) <= 0)
        return "the kernel has no /proc/thread-self/schedstat (CONFIG_SCHED_INFO)";
    if (sscanf(text, "%llu", &run) != 1 || run == 0)
        return "the kernel keeps no run-queue times (/proc/thread-self/schedstat is 0)";
    return NULL;
}

static void begin(struct unit *u)
{
    u->has_begin = read_delay(&u->begin_ns);
}

static void finish(struct unit *u)
{
    uint64_t now;
    if (!u->has_begin || !read_delay(&now) || now < u->begin_ns)
        return;
    u->delay_ns = now - u->begin_ns;
    u->is_done = 1;
}

/* The coordinator's own record stands for the carrying thread. */
static struct unit *carrier(struct probe_run *p)
{
    return probe_unit(p, p->launch->coordinator, sizeof(struct unit));
}

static bool has_kernel_units(const struct probe_run *p)
{
    return p->launch->executor->traits & EXECUTOR_KERNEL_UNITS;
}

static int open_probe(struct probe_run *p, struct err *err)
{
    (void)err;
    begin(carrier(p));
    return 0;
}

static void at_gate(struct probe_run *p)
{
    begin(carrier(p));
}

static void end(struct probe_run *p)
{
    finish(carrier(p));
}

static void unit_begin(struct probe_run *p, struct task *t)
{
    if (has_kernel_units(p))
        begin(probe_unit(p, t, sizeof(struct unit)));
}

static void unit_end(struct probe_run *p, struct task *t)
{
    if (has_kernel_units(p))
        finish(probe_unit(p, t, sizeof(struct unit)));
}

struct sums {
    uint64_t delay_ns;
    uint64_t time_ns;
};

/* Time and delay of the units that could read theirs. */
static struct sums sum_units(const struct probe_run *p)
{
    struct sums sums = {0};
    const struct launch *l = p->launch;
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct task *t = &l->tasks[i];
        const struct unit *u = probe_unit(p, t, sizeof *u);
        if (!u->is_done || !t->gate_ns || t->last_ns <= t->gate_ns)
            continue;
        sums.delay_ns += u->delay_ns;
        sums.time_ns += t->last_ns - t->gate_ns;
    }
    return sums;
}

static struct sums carrier_sums(struct probe_run *p)
{
    const struct launch *l = p->launch;
    uint64_t last = 0;
    for (uint32_t i = 0; i < l->task_count; i++)
        if (l->tasks[i].joined_ns > last)
            last = l->tasks[i].joined_ns;
    const struct unit *u = carrier(p);
    if (!u->is_done || last <= l->opened_ns)
        return (struct sums){0};
    return (struct sums){.delay_ns = u->delay_ns, .time_ns = last - l->opened_ns};
}

static void collect(struct probe_run *p, struct sink *sink)
{
    if (p->launch->executor->traits & EXECUTOR_VIRTUAL) {
        sink->absent(sink, RUNQUEUE_WAIT, "the executor's clock is simulated");
        return;
    }
    struct sums sums = has_kernel_units(p) ? sum_units(p) : carrier_sums(p);
    if (sums.time_ns == 0)
        sink->absent(sink, RUNQUEUE_WAIT, "no unit could read its run-queue time");
    else
        sink->value(sink, RUNQUEUE_WAIT, (double)sums.delay_ns / (double)sums.time_ns);
}

const struct probe probe_schedstat = {
    .name = "schedstat",
    .summary = "time units waited for a CPU",
    .metrics = metrics,
    .unavailable = unavailable,
    .unit_bytes = sizeof(struct unit),
    .open = open_probe,
    .at_gate = at_gate,
    .end = end,
    .collect = collect,
    .unit_begin = unit_begin,
    .unit_end = unit_end,
};
