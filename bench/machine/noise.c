#include "bench/machine/noise.h"

#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/machine/cgroup.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* The file with our group's throttling, looked up once: mounts do not move during a run. */
static pthread_once_t cpu_stat_once = PTHREAD_ONCE_INIT;
static char cpu_stat_path[PATH_MAX + 16]; /* empty: there is none */
static bool cpu_stat_is_v2;

static void find_cpu_stat(void)
{
    struct cgroup c;
    if (!cgroup_open("cpu", &c))
        return;
    snprintf(cpu_stat_path, sizeof cpu_stat_path, "%s/cpu.stat", c.path);
    cpu_stat_is_v2 = c.is_v2;
}

void noise_parse_stat(const char *text, struct noise_reading *out)
{
    unsigned long long user, nice, system, idle, iowait, irq, softirq, steal;
    /* guest and guest_nice follow and are already part of user and nice. */
    int fields = sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system,
                        &idle, &iowait, &irq, &softirq, &steal);
    out->has_busy = fields >= 7;
    if (out->has_busy)
        out->busy_ns = (user + nice + system + irq + softirq) * NOISE_TICK_NS;
    out->has_steal = fields >= 8;
    if (out->has_steal)
        out->steal_ns = steal * NOISE_TICK_NS;
}

void noise_parse_pressure(const char *text, struct noise_reading *out)
{
    /* "some avg10=0.22 avg60=0.44 avg300=0.40 total=11759734", in microseconds */
    const char *total = strncmp(text, "some ", 5) ? NULL : strstr(text, "total=");
    unsigned long long us;
    out->has_psi_cpu_some = total && sscanf(total, "total=%llu", &us) == 1;
    if (out->has_psi_cpu_some)
        out->psi_cpu_some_ns = us * 1000;
}

void noise_parse_cpu_stat(const char *text, bool is_v2, struct noise_reading *out)
{
    /* The field is there only where the group has the controller, so its absence is "unknown". */
    int64_t value = file_field(text, is_v2 ? "throttled_usec " : "throttled_time ");
    out->has_throttled = value >= 0;
    if (out->has_throttled)
        out->throttled_ns = (uint64_t)value * (is_v2 ? 1000 : 1);
}

void noise_read(struct noise_reading *out)
{
    pthread_once(&cpu_stat_once, find_cpu_stat);
    *out = (struct noise_reading){.at_ns = clock_now_ns()};
    char text[2048]; /* the first line of /proc/stat is the sum over all CPUs */
    if (file_read_small("/proc/stat", text, sizeof text) > 0)
        noise_parse_stat(text, out);
    if (file_read_small("/proc/pressure/cpu", text, sizeof text) > 0)
        noise_parse_pressure(text, out);
    if (cpu_stat_path[0] && file_read_small(cpu_stat_path, text, sizeof text) > 0)
        noise_parse_cpu_stat(text, cpu_stat_is_v2, out);
    struct rusage children;
    getrusage(RUSAGE_CHILDREN, &children);
    out->own_cpu_ns = clock_process_cpu_ns() + clock_cpu_ns_of(&children);
}

/* Kernel counters may step back a little (per-CPU sums are not atomic); that is no time. */
static uint64_t grown(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

void noise_diff(const struct noise_reading *before, const struct noise_reading *after,
                struct noise_delta *out)
{
    *out = (struct noise_delta){
        .duration_ns = grown(before->at_ns, after->at_ns),
        .own_cpu_ns = grown(before->own_cpu_ns, after->own_cpu_ns),
        .has_steal = before->has_steal && after->has_steal,
        .has_busy = before->has_busy && after->has_busy,
        .has_throttled = before->has_throttled && after->has_throttled,
        .has_psi_cpu_some = before->has_psi_cpu_some && after->has_psi_cpu_some,
    };
    if (out->has_steal)
        out->steal_ns = grown(before->steal_ns, after->steal_ns);
    if (out->has_busy) {
        out->busy_ns = grown(before->busy_ns, after->busy_ns);
        out->foreign_ns = (int64_t)out->busy_ns - (int64_t)out->own_cpu_ns;
    }
    if (out->has_throttled)
        out->throttled_ns = grown(before->throttled_ns, after->throttled_ns);
    if (out->has_psi_cpu_some)
        out->psi_cpu_some_ns = grown(before->psi_cpu_some_ns, after->psi_cpu_some_ns);
}
