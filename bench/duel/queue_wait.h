/*
 * What others took of a sample's time, as the kernel tells it.
 *
 * A thread that is ready to run and waits for a CPU waits because of others.  Of a process whose
 * first thread does all the work that is known to the nanosecond, and can be taken off its wall
 * time.  Of threads that wait for each other nobody can tell what a wait for a CPU has cost.
 */
#ifndef CONTEND_DUEL_QUEUE_WAIT_H
#define CONTEND_DUEL_QUEUE_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* Of one thread, from /proc/PID/schedstat (kernel/sched/stats.h). */
struct queue_wait {
    int64_t ran_ns;   /* on a CPU */
    int64_t wait_ns;  /* ready to run, while others had the CPU; -1: the kernel does not tell */
    int64_t arrivals; /* how often it got a CPU */
};

/* Of the calling thread (pid 0), or of a process's first thread, also once it has ended. */
struct queue_wait queue_wait_of(pid_t pid);

/* A process at the start of what is measured, taken by itself. */
struct queue_mark {
    struct queue_wait queue;
    int64_t ran_ns; /* to this moment: in the file it may be a tick old */
    int64_t preemptions;
};

struct queue_mark queue_mark_now(void);

/*
 * Wall time less what others took of it: waiting for a CPU, here and, `late_ns`, where its end was
 * waited for.  A process that never slept got the CPU only after it was preempted; then its own
 * time on the CPU is all of the rest, and the wall would hold what a hypervisor took, too.
 * NaN where it is not known: several threads or processes did the work, or the kernel does not
 * tell.
 */
double net_of_others_ns(const struct queue_mark *begin, const struct queue_wait *end,
                        const struct rusage *usage, double wall_ns, int64_t late_ns);

/* User and system time. */
double rusage_cpu_ns(const struct rusage *usage);

#endif
