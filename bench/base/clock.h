/*
 * Time: unsigned nanoseconds of CLOCK_MONOTONIC.  The only file that knows struct timespec
 * for measuring.  One reading costs about 16 ns where the kernel answers through the vDSO;
 * clock_read_cost_ns() measures it on this machine.
 */
#ifndef CONTEND_BASE_CLOCK_H
#define CONTEND_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t clock_now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* CPU time of the calling thread and of the whole process, ns. System calls, about 0.2 us. */
uint64_t clock_thread_cpu_ns(void);
uint64_t clock_process_cpu_ns(void);

/* User and system time of what getrusage() or wait4() told, ns in steps of microseconds. */
struct rusage;
uint64_t clock_cpu_ns_of(const struct rusage *usage);

/* Sleeps until that moment of clock_now_ns(); never returns early, survives signals. */
void clock_sleep_until_ns(uint64_t deadline_ns);

/* Median cost of one clock_now_ns(), ns; and the smallest step seen between two readings. */
double clock_read_cost_ns(void);
uint64_t clock_resolution_ns(void);

/* What the kernel uses underneath ("tsc", "kvm-clock"), "unknown" when it does not say. */
const char *clock_source(char *out, size_t size);

/* Wall time as "2026-01-31T12:00:00Z"; only for labels, never for differences. */
char *clock_utc_text(char *out, size_t size);

#endif
