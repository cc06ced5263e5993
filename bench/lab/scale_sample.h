/*
 * What the threads of a program are doing, looked at from outside some hundred times a second: how
 * long each ran, waited for a CPU and was not there, and in which system call it waits (proc(5):
 * schedstat, syscall, stat, status).  Nothing is put into the program, so it is seen whatever it is
 * written in.
 *
 * A look costs about 20 us a thread, and takes at most a fiftieth of one CPU.
 */
#ifndef CONTEND_LAB_SCALE_SAMPLE_H
#define CONTEND_LAB_SCALE_SAMPLE_H

#include "bench/base/vec.h"
#include "bench/judge/scale/scale.h"

#include <sys/types.h>

/* A thread, since it was first seen. */
struct scale_thread {
    pid_t pid, tid;
    uint64_t first_ns, last_ns;
    int64_t first_ran_ns, ran_ns, first_delay_ns, delay_ns;
    unsigned looks, waits[SCALE_WAITS];
    unsigned joins; /* looks at which it waited for a child to end */
    unsigned cpus;  /* it may use; 0: not known */
    uint64_t switches, preemptions;
};

struct scale_sample {
    VEC(struct scale_thread);
    pid_t pid; /* the program */
    unsigned threads, threads_most;
    char group[4096]; /* /proc/PID/cgroup of what it started last; "" */
};

void scale_sample_init(struct scale_sample *s, pid_t pid);
void scale_sample_release(struct scale_sample *s);

/* Looks at all of them once; how long that took, ns. */
uint64_t scale_sample_look(struct scale_sample *s);

/* Adds the times and counts of all threads to a run. */
void scale_sample_add(const struct scale_sample *s, struct scale_run *r);

#endif
