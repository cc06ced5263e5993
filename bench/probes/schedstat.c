/*
 * schedstat: how long units were ready to run and waited for a CPU.
 *
 * From the second field of /proc/PID/schedstat (kernel/sched/stats.h: run_delay).  Opening and
 * reading that file costs 4 to 8 us, and some 20 us in a child just forked, which would show
 * in the makespan of many small units.  So the coordinator reads the base values while units
 * are parked at the gate, outside the measured span, and leaves the file open for threads,
 * which then read their last value in 1 us; and where there are more units than descriptors,
 * or than are needed for a ratio, only some are read, evenly over all.
 *
 * The kernel books a wait when it ends.  One that began before the gate opened, in a unit that was
 * still on its way there, is booked in full after it; so of a unit's waits no more is taken than
 * the time from the opening to the last reading, which is what they are divided by.
 */
#include "bench/machine/schedstat.h"
#include "bench/base/clock.h"
#include "bench/contend.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { RUNQUEUE_WAIT };

/* Units read at most: threads by the descriptors that may be kept, processes by their cost. */
enum { THREADS_MAX = 1024, PROCESSES_MAX = 64 };

static const struct metric metrics[] = {
    {"runqueue_wait_ratio", "ratio", BETTER_LOWER, NATURE_NOISY, "contention",
     "share of the time from the opening of the gate to the end of each unit's work in which it "
     "was ready to run and waited for a CPU, over at most 1024 threads or 64 processes evenly "
     "chosen; of the carrying thread's time until the last join where units are not kernel "
     "threads"},
    {0},
};

struct unit {
    int64_t begin_ns;
    uint64_t has_begin;
    int64_t fd_plus_one; /* 0: no file is open */
    uint64_t end_ns;     /* when the last reading was taken */
    char last[96];       /* what the file said at the end, parsed when all is over: in a forked
                            child every page of the C library touched first is a fault */
};

static_assert(sizeof(struct unit) == 128, "a line pair a unit");

static const char own_path[] = "/proc/thread-self/schedstat";
/* Of a process's first thread: the directory the coordinator has looked up already. */
static const char process_path[] = "/proc/self/schedstat";

static bool parse_delay(const char *text, int64_t *delay_ns)
{
    struct schedstat s;
    if (!schedstat_parse(text, &s))
        return false;
    *delay_ns = s.wait_ns;
    return true;
}

static void read_open(int fd, char *text, size_t size)
{
    ssize_t got = pread(fd, text, size - 1, 0);
    text[got > 0 ? got : 0] = '\0';
}

static void read_path(const char *path, char *text, size_t size)
{
    text[0] = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    read_open(fd, text, size);
    close(fd);
}

/* A thread that asks has run: a kernel that says 0 keeps no such figures. */
static const char *unavailable(void)
{
    struct schedstat s;
    char text[96];
    read_path(own_path, text, sizeof text);
    if (!*text)
        return "the kernel has no /proc/thread-self/schedstat (CONFIG_SCHED_INFO)";
    if (!schedstat_parse(text, &s) || s.ran_ns == 0)
        return "the kernel keeps no run-queue times (/proc/thread-self/schedstat is 0)";
    return NULL;
}

/* Base value of the calling thread. */
static void begin_own(struct unit *u)
{
    char text[sizeof u->last];
    read_path(own_path, text, sizeof text);
    u->has_begin = parse_delay(text, &u->begin_ns);
}

struct sums {
    uint64_t delay_ns;
    uint64_t time_ns;
};

/* Adds the unit's time since the gate opened and what it waited of that; not what it does not know.
 */
static void add_unit(struct sums *sums, const struct unit *u, uint64_t opened_ns)
{
    int64_t last_ns;
    if (!u->has_begin || !parse_delay(u->last, &last_ns) || last_ns < u->begin_ns || !opened_ns ||
        u->end_ns <= opened_ns)
        return;
    uint64_t time_ns = u->end_ns - opened_ns, delay_ns = (uint64_t)(last_ns - u->begin_ns);
    sums->delay_ns += delay_ns < time_ns ? delay_ns : time_ns;
    sums->time_ns += time_ns;
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
    begin_own(carrier(p));
    return 0;
}

static bool is_thread(const struct launch *l)
{
    return l->executor->traits & EXECUTOR_SHARED_HEAP;
}

/* How many units to read. Half of the descriptors are left to the workload. */
static uint32_t units_to_read(const struct launch *l)
{
    struct rlimit limit;
    uint64_t wanted = is_thread(l) ? THREADS_MAX : PROCESSES_MAX;
    if (is_thread(l) && !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur / 2 < wanted)
        wanted = limit.rlim_cur / 2;
    return l->task_count < wanted ? l->task_count : (uint32_t)wanted;
}

static void begin_units(struct probe_run *p)
{
    const struct launch *l = p->launch;
    uint32_t count = units_to_read(l);
    for (uint32_t i = 0; i < count; i++) {
        const struct task *t = &l->tasks[(uint64_t)i * l->task_count / count];
        struct unit *u = probe_unit(p, t, sizeof *u);
        char path[64], text[sizeof u->last];
        snprintf(path, sizeof path, "/proc/%d/schedstat", t->os_id);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        read_open(fd, text, sizeof text);
        u->has_begin = parse_delay(text, &u->begin_ns);
        if (is_thread(l))
            u->fd_plus_one = fd + 1;
        else
            close(fd);
    }
}

static void at_gate(struct probe_run *p)
{
    if (has_kernel_units(p) && !(p->launch->executor->traits & EXECUTOR_POOLED))
        begin_units(p);
    else
        begin_own(carrier(p));
}

static void end(struct probe_run *p)
{
    struct unit *u = carrier(p);
    read_path(own_path, u->last, sizeof u->last);
    u->end_ns = clock_now_ns();
}

static void close_probe(struct probe_run *p)
{
    const struct launch *l = p->launch;
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct unit *u = probe_unit(p, &l->tasks[i], sizeof *u);
        if (u->fd_plus_one)
            close((int)u->fd_plus_one - 1);
        u->fd_plus_one = 0;
    }
}

static void unit_end(struct probe_run *p, struct task *t)
{
    struct unit *u = probe_unit(p, t, sizeof *u);
    if (!u->has_begin)
        return;
    if (u->fd_plus_one)
        read_open((int)u->fd_plus_one - 1, u->last, sizeof u->last);
    else
        read_path(p->launch->executor->traits & EXECUTOR_GROUPED ? own_path : process_path, u->last,
                  sizeof u->last);
    u->end_ns = clock_now_ns();
}

static struct sums sums_of(struct probe_run *p)
{
    struct sums sums = {0};
    const struct launch *l = p->launch;
    if (!has_kernel_units(p)) {
        add_unit(&sums, carrier(p), l->opened_ns);
        return sums;
    }
    for (uint32_t i = 0; i < l->task_count; i++)
        add_unit(&sums, probe_unit(p, &l->tasks[i], sizeof(struct unit)), l->opened_ns);
    return sums;
}

static void collect(struct probe_run *p, struct sink *sink)
{
    unsigned traits = p->launch->executor->traits;
    if (traits & EXECUTOR_VIRTUAL) {
        sink->absent(sink, RUNQUEUE_WAIT, "the executor's clock is simulated");
        return;
    }
    if ((traits & EXECUTOR_KERNEL_UNITS) && (traits & EXECUTOR_POOLED)) {
        sink->absent(sink, RUNQUEUE_WAIT,
                     "tasks share workers: to read it around each would cost more than the task");
        return;
    }
    if (launch_holders(p->launch)) {
        sink->absent(sink, RUNQUEUE_WAIT,
                     "the units are carried by other processes than the one that reads");
        return;
    }
    struct sums sums = sums_of(p);
    if (sums.time_ns == 0)
        sink->absent(sink, RUNQUEUE_WAIT, "no unit could read its run-queue time");
    else
        sink->value(sink, RUNQUEUE_WAIT, (double)sums.delay_ns / (double)sums.time_ns);
}

const struct probe probe_schedstat = {
    .name = "schedstat",
    .summary = "time units waited for a CPU",
    .traits = PROBE_KERNEL_UNITS,
    .metrics = metrics,
    .unavailable = unavailable,
    .unit_bytes = sizeof(struct unit),
    .open = open_probe,
    .at_gate = at_gate,
    .end = end,
    .collect = collect,
    .close = close_probe,
    .unit_end = unit_end,
};
