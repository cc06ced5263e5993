#include "bench/duel/queue_wait.h"

#include "bench/core/clock.h"
#include "bench/core/file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Times of wait4() are whole microseconds, of user and system apart. */
#define RUSAGE_STEP_NS 2e3

/* What other threads may have computed of a sample that one thread does. */
#define OTHERS_SHARE 0.01

struct queue_wait queue_wait_of(pid_t pid)
{
    char path[64], text[96];
    struct queue_wait q;
    if (pid)
        snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    else
        snprintf(path, sizeof path, "/proc/thread-self/schedstat");
    if (file_read_small(path, text, sizeof text) <= 0 ||
        sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNd64, &q.ran_ns, &q.wait_ns, &q.arrivals) != 3)
        q = (struct queue_wait){-1, -1, -1};
    return q;
}

struct queue_mark queue_mark_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    struct queue_mark mark = {.queue = queue_wait_of(0), .preemptions = usage.ru_nivcsw};
    mark.ran_ns = (int64_t)clock_thread_cpu_ns();
    return mark;
}

double rusage_cpu_ns(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e9 +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1e3;
}

double net_of_others_ns(const struct queue_mark *begin, const struct queue_wait *end,
                        const struct rusage *usage, double wall_ns, int64_t late_ns)
{
    double by_all_ns = rusage_cpu_ns(usage);
    if (begin->queue.wait_ns < 0 || end->wait_ns < 0 || late_ns < 0 ||
        (double)end->ran_ns < by_all_ns * (1 - OTHERS_SHARE) - RUSAGE_STEP_NS)
        return NAN;
    int64_t arrivals = end->arrivals - begin->queue.arrivals;
    if (arrivals <= usage->ru_nivcsw - begin->preemptions)
        return (double)(end->ran_ns - begin->ran_ns);
    return fmax(wall_ns - (double)(end->wait_ns - begin->queue.wait_ns + late_ns), 1);
}
