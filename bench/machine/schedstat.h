/*
 * How long a thread ran, and how long it was ready to run while others had the CPU: the three
 * numbers of /proc/PID/schedstat (kernel/sched/stats.h; CONFIG_SCHED_INFO).
 *
 * Opening and reading that file costs 4 to 8 us, reading one that is open 1 us.
 */
#ifndef CONTEND_MACHINE_SCHEDSTAT_H
#define CONTEND_MACHINE_SCHEDSTAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct schedstat {
    int64_t ran_ns;  /* up to the last tick or switch */
    int64_t wait_ns; /* ready to run, without a CPU */
    int64_t slices;  /* how often it got a CPU */
};

/* From "94562 188267 2". */
bool schedstat_parse(const char *text, struct schedstat *out);

/* The calling thread's file, to be read by it and closed by close(); -1 where there is none. */
int schedstat_open(void);

/* False, and *out is not set, where fd is -1 or the kernel does not tell. */
bool schedstat_read(int fd, struct schedstat *out);

/* Of a process's first thread, also between its end and wait(). */
bool schedstat_of(pid_t pid, struct schedstat *out);

#endif
