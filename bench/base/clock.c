#include "bench/base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static uint64_t read_clock_ns(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t clock_thread_cpu_ns(void)
{
    return read_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t clock_process_cpu_ns(void)
{
    return read_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static uint64_t timeval_ns(struct timeval t)
{
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

uint64_t clock_cpu_ns_of(const struct rusage *usage)
{
    return timeval_ns(usage->ru_utime) + timeval_ns(usage->ru_stime);
}

void clock_sleep_until_ns(uint64_t deadline_ns)
{
    struct timespec ts = {
        .tv_sec = (time_t)(deadline_ns / 1000000000u),
        .tv_nsec = (long)(deadline_ns % 1000000000u),
    };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
        ;
}

double clock_read_cost_ns(void)
{
    enum { ROUNDS = 9, READS = 2000 };
    double best = 0;
    /* The least of a few rounds: an interruption can only make a round longer. */
    for (int r = 0; r < ROUNDS; r++) {
        uint64_t begin = clock_now_ns(), last = begin;
        for (int i = 0; i < READS; i++)
            last = clock_now_ns();
        double cost = (double)(last - begin) / READS;
        if (r == 0 || cost < best)
            best = cost;
    }
    return best;
}

uint64_t clock_resolution_ns(void)
{
    uint64_t least = UINT64_MAX, last = clock_now_ns();
    for (int i = 0; i < 10000; i++) {
        uint64_t now = clock_now_ns();
        if (now != last && now - last < least)
            least = now - last;
        last = now;
    }
    return least == UINT64_MAX ? 0 : least;
}

const char *clock_source(char *out, size_t size)
{
    snprintf(out, size, "unknown");
    FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");
    if (!f)
        return out;
    if (fgets(out, (int)size, f))
        out[strcspn(out, "\n")] = '\0';
    fclose(f);
    return out;
}

char *clock_utc_text(char *out, size_t size)
{
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return out;
}
