/*
 * The provider "perf": one perf_event_open(2) descriptor a counter, no groups, so that one
 * refused event costs only itself.  With inheritance the kernel follows every thread and
 * process made afterwards; a read sums over the living and the dead.  Descriptors are
 * close-on-exec; forked children hold copies, which they never touch.
 */
#include "bench/base/file.h"
#include "bench/machine/counters/counters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    uint32_t type;
    uint64_t config;
} events[COUNTER_COUNT] = {
    [COUNTER_INSTRUCTIONS] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    [COUNTER_CYCLES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    [COUNTER_CACHE_MISSES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    [COUNTER_BRANCH_MISSES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
    [COUNTER_CONTEXT_SWITCHES] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
    [COUNTER_CPU_MIGRATIONS] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
    [COUNTER_PAGE_FAULTS] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
    [COUNTER_TASK_CLOCK] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
};

/* What a read gives with the two times asked for. */
struct reading {
    uint64_t value;
    uint64_t enabled_ns;
    uint64_t running_ns; /* less than enabled: the PMU was shared among more events than it has */
};

static int open_event(enum counter c, enum counter_scope scope, bool user_only)
{
    struct perf_event_attr attr = {
        .type = events[c].type,
        .size = sizeof attr,
        .config = events[c].config,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
        .disabled = 1,
        .inherit = scope == COUNTER_TREE,
        .exclude_kernel = user_only,
        .exclude_hv = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void explain(enum counter c, int sys_errno, char *out)
{
    char text[32];
    bool has_level = file_read_small("/proc/sys/kernel/perf_event_paranoid", text, sizeof text) > 0;
    text[strcspn(text, "\n")] = '\0';
    switch (sys_errno) {
    case ENOENT:
    case EOPNOTSUPP:
    case ENODEV:
        if (events[c].type == PERF_TYPE_HARDWARE)
            snprintf(out, COUNTER_REASON_MAX,
                     "no hardware counters: this machine offers no PMU (a virtual machine, most "
                     "likely)");
        else
            snprintf(out, COUNTER_REASON_MAX, "the kernel does not offer this event");
        return;
    case EACCES:
    case EPERM:
        if (has_level && atoi(text) >= 2)
            snprintf(out, COUNTER_REASON_MAX,
                     "kernel.perf_event_paranoid = %s forbids it: sysctl "
                     "kernel.perf_event_paranoid=1, or CAP_PERFMON",
                     text);
        else
            snprintf(out, COUNTER_REASON_MAX,
                     "perf_event_open is forbidden here (a container's seccomp filter, most "
                     "likely): add CAP_PERFMON");
        return;
    case ENOSYS:
        snprintf(out, COUNTER_REASON_MAX, "the kernel has no perf events (or a filter hides them)");
        return;
    default:
        snprintf(out, COUNTER_REASON_MAX, "perf_event_open: %s", strerror(sys_errno));
    }
}

static void start(struct counter_session *s, uint32_t wanted, enum counter_scope scope)
{
    s->counting = 0;
    for (int c = 0; c < COUNTER_COUNT; c++) {
        s->fds[c] = -1;
        if (!(wanted & 1u << c))
            continue;
        int fd = open_event((enum counter)c, scope, false);
        s->user_only[c] = fd < 0 && (errno == EACCES || errno == EPERM);
        if (s->user_only[c])
            fd = open_event((enum counter)c, scope, true);
        if (fd < 0) {
            explain((enum counter)c, errno, s->reason[c]);
            continue;
        }
        s->fds[c] = fd;
        s->counting |= 1u << c;
    }
    for (int c = 0; c < COUNTER_COUNT; c++)
        if (s->fds[c] >= 0)
            ioctl(s->fds[c], PERF_EVENT_IOC_ENABLE, 0);
}

static void read_counts(struct counter_session *s, uint64_t *values)
{
    for (int c = 0; c < COUNTER_COUNT; c++) {
        struct reading r;
        if (!(s->counting & 1u << c))
            continue;
        values[c] = 0;
        if (read(s->fds[c], &r, sizeof r) != (ssize_t)sizeof r) {
            s->counting &= ~(1u << c);
            snprintf(s->reason[c], sizeof s->reason[c], "its counter could not be read");
        } else if (r.enabled_ns > 0 && r.running_ns == 0) {
            s->counting &= ~(1u << c);
            snprintf(s->reason[c], sizeof s->reason[c], "it never got a place on the PMU");
        } else if (r.running_ns < r.enabled_ns) {
            /* Scaled by the share of time it was on the PMU, as perf-stat(1) does. */
            values[c] = (uint64_t)((double)r.value * (double)r.enabled_ns / (double)r.running_ns);
        } else {
            values[c] = r.value;
        }
    }
}

static void stop(struct counter_session *s)
{
    for (int c = 0; c < COUNTER_COUNT; c++) {
        if (s->fds[c] >= 0)
            close(s->fds[c]);
        s->fds[c] = -1;
    }
    s->counting = 0;
}

const struct counter_provider counter_provider_perf = {
    .name = "perf",
    .user_only_name = "perf:user",
    .start = start,
    .read = read_counts,
    .stop = stop,
};
