#include "bench/judge/duel/net_time.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* A process is seen to have ended before its last steps in the kernel are on its account. */
#define DYING_NS 1e5

/* What other threads may have computed of a sample that one thread does. */
#define OTHERS_SHARE 0.01

struct net_mark net_mark_now(void)
{
    struct rusage usage;
    struct net_mark mark = {0};
    int fd = schedstat_open();
    /* In this order: whoever compares preemptions afterwards learns of one in between. */
    mark.is_known = !getrusage(RUSAGE_THREAD, &usage) && schedstat_read(fd, &mark.sched);
    if (mark.is_known)
        mark.preemptions = usage.ru_nivcsw;
    if (fd >= 0)
        close(fd);
    /* To this moment: in the file it may be a tick old. */
    mark.sched.ran_ns = (int64_t)clock_thread_cpu_ns();
    return mark;
}

struct net_mark net_mark_of_dead(pid_t pid)
{
    char path[64], text[4096];
    struct net_mark mark = {.preemptions = -1};
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    /* wait4() has the children's in its sum. */
    if (file_read_small(path, text, sizeof text) > 0)
        mark.preemptions = file_field(text, "nonvoluntary_ctxt_switches:");
    mark.is_known = mark.preemptions >= 0 && schedstat_of(pid, &mark.sched);
    return mark;
}

double net_time_ns(const struct net_mark *begin, const struct net_mark *end, double cpu_ns,
                   double wall_ns, int64_t late_ns)
{
    if (!begin->is_known || !end->is_known || late_ns < 0 ||
        (double)end->sched.ran_ns < cpu_ns * (1 - OTHERS_SHARE) - DYING_NS)
        return NAN;
    if (end->sched.slices - begin->sched.slices <= end->preemptions - begin->preemptions)
        return (double)(end->sched.ran_ns - begin->sched.ran_ns);
    return fmax(wall_ns - (double)(end->sched.wait_ns - begin->sched.wait_ns + late_ns), 1);
}
