/*
 * slices: a probe.  How often the scheduler put a unit on a CPU, and for how long at a time.
 *
 * Source: /proc/thread-self/schedstat, whose three numbers are time on a CPU, time waited for one,
 * and turns on one (Documentation/scheduler/sched-stats).  Reading a file is no small thing between
 * the gate and the first operation: so it gets launches of its own, where nobody else measures.
 */
#include <contend.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { SLICES, SLICE };

static const struct metric metrics[] = {
    {"slices_count", "count", BETTER_NEUTRAL, NATURE_NOISY, "cpu",
     "times that the scheduler put a unit on a CPU, a unit"},
    {"slice_ns", "ns", BETTER_NEUTRAL, NATURE_NOISY, "cpu",
     "time on a CPU, over the times a unit was put on one"},
    {0},
};

/* A unit's own record: two lines, so that writers do not disturb each other. */
enum { UNIT_BYTES = CONTEND_LINE_BYTES };

struct unit {
    uint64_t run_ns[2], slices[2]; /* at the gate and behind the last operation */
    uint32_t reads;
};
static_assert(sizeof(struct unit) <= UNIT_BYTES, "a record fits");

static const char *unavailable(void)
{
    return access("/proc/thread-self/schedstat", R_OK) ? "/proc/thread-self/schedstat is not there"
                                                       : NULL;
}

static void read_into(struct unit *u)
{
    char text[128];
    unsigned long long run_ns, wait_ns, slices;
    int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (length <= 0 || u->reads > 1)
        return;
    text[length] = '\0';
    if (sscanf(text, "%llu %llu %llu", &run_ns, &wait_ns, &slices) != 3)
        return;
    u->run_ns[u->reads] = run_ns;
    u->slices[u->reads] = slices;
    u->reads++;
}

static void unit_begin(struct probe_run *p, struct task *t)
{
    read_into((struct unit *)probe_unit(p, t, UNIT_BYTES));
}

static void unit_end(struct probe_run *p, struct task *t)
{
    read_into((struct unit *)probe_unit(p, t, UNIT_BYTES));
}

static void absent(struct sink *sink, const char *reason)
{
    sink->absent(sink, SLICES, reason);
    sink->absent(sink, SLICE, reason);
}

static void collect(struct probe_run *p, struct sink *sink)
{
    const struct launch *l = p->launch;
    uint64_t slices = 0, run_ns = 0;
    if (!(l->executor->traits & EXECUTOR_KERNEL_UNITS)) {
        absent(sink, "the units share their creator's thread");
        return;
    }
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct unit *u = (const struct unit *)probe_unit(p, &l->tasks[i], UNIT_BYTES);
        if (u->reads != 2) {
            absent(sink, "not every unit could read /proc/thread-self/schedstat");
            return;
        }
        /* It was on one when it first looked. */
        slices += u->slices[1] - u->slices[0] + 1;
        run_ns += u->run_ns[1] - u->run_ns[0];
    }
    sink->value(sink, SLICES, (double)slices / l->task_count);
    sink->value(sink, SLICE, (double)run_ns / (double)slices);
    sink->source(sink, SLICES, "schedstat");
    sink->source(sink, SLICE, "schedstat");
}

static const struct probe probe_slices = {
    .name = "slices",
    .summary = "turns on a CPU, and how long one is",
    .traits = PROBE_OWN_LAUNCH | PROBE_KERNEL_UNITS,
    .metrics = metrics,
    .unavailable = unavailable,
    .unit_bytes = UNIT_BYTES,
    .collect = collect,
    .unit_begin = unit_begin,
    .unit_end = unit_end,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "slices",
    .probes = (const struct probe *const[]){&probe_slices, NULL},
};
