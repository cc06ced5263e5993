#include "bench/run/launch/steady.h"

#include "bench/base/clock.h"
#include "bench/base/units.h"
#include "bench/contend.h"
#include "bench/run/launch/cell.h"
#include "bench/run/launch/mailbox.h"

#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Past the C library, where another one may answer in its place; 0: the kernel has none. */
static uint64_t raw_now_ns(void)
{
    struct timespec ts = {0};
    if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC_RAW, &ts))
        return 0;
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void steady_read(struct steady *out)
{
    affinity_digest(&out->cpus);
    out->before_ns = clock_now_ns();
    out->raw_ns = raw_now_ns();
    out->after_ns = clock_now_ns();
}

bool steady_cpus(const struct affinity_digest *from, const struct affinity_digest *to, char *why,
                 size_t size)
{
    if (!from->count || !to->count || (from->count == to->count && from->hash == to->hash))
        return true;
    if (from->count == to->count)
        snprintf(why, size, "the CPUs it may use changed meanwhile: other %u", to->count);
    else
        snprintf(why, size, "the CPUs it may use changed meanwhile: %u in place of %u", to->count,
                 from->count);
    return false;
}

/*
 * The kernel sets the speed of its clock right by a thousandth at most, and a machine that is busy
 * puts us out between two readings: that time lies in [least, most].
 */
static bool same_pace(const struct steady *from, const struct steady *to, char *why, size_t size)
{
    const double pace = 0.01, grain_ns = 1e6;
    char shown[32], raw[32];
    if (!from->raw_ns || !to->raw_ns)
        return true;
    double raw_ns = (double)to->raw_ns - (double)from->raw_ns;
    double least_ns = (double)to->before_ns - (double)from->after_ns;
    double most_ns = (double)to->after_ns - (double)from->before_ns;
    double off_ns = pace * raw_ns + grain_ns;
    if (raw_ns >= least_ns - off_ns && raw_ns <= most_ns + off_ns)
        return true;
    units_format(shown, sizeof shown, most_ns, "ns", 3);
    units_format(raw, sizeof raw, raw_ns, "ns", 3);
    snprintf(why, size, "its clock was set meanwhile: it says %s where %s passed", shown, raw);
    return false;
}

bool steady_between(const struct steady *from, const struct steady *to, char *why, size_t size)
{
    if (to->after_ns < from->before_ns) {
        snprintf(why, size, "its clock ran backwards");
        return false;
    }
    return same_pace(from, to, why, size) && steady_cpus(&from->cpus, &to->cpus, why, size);
}

bool steady_stamps(const struct launch *l, const struct steady *to, char *why, size_t size)
{
    uint64_t end_ns = 0;
    bool is_ordered = true;
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct task *t = &l->tasks[i];
        is_ordered &= !t->last_ns || t->last_ns >= t->go_ns;
        end_ns = t->joined_ns > end_ns ? t->joined_ns : end_ns;
    }
    if (is_ordered && end_ns >= l->opened_ns && end_ns <= to->after_ns)
        return true;
    snprintf(why, size, "its clock ran backwards");
    return false;
}

static bool is_in_threads_of_their_own(const struct executor *x)
{
    return (x->traits & EXECUTOR_KERNEL_UNITS) && !(x->traits & EXECUTOR_SEQUENTIAL);
}

bool steady_launch(const struct cell *c, const struct launch *l, struct steady *from, char *why)
{
    struct steady now;
    if (cell_is_virtual(c))
        return true;
    steady_read(&now);
    if (cell_is_spread(c) && !is_in_threads_of_their_own(c->executor))
        now.cpus = from->cpus;
    bool is = steady_between(from, &now, why, TEXT_MAX) && steady_stamps(l, &now, why, TEXT_MAX);
    *from = now;
    return is;
}
