/*
 * The time of a process without what others took of it, as the kernel tells it.
 *
 * A thread that is ready to run and waits for a CPU waits because of others.  Of a process whose
 * first thread does all the work that is known to the nanosecond, and can be taken off its wall
 * time.  Of threads that wait for each other nobody can tell what a wait for a CPU has cost.
 */
#ifndef CONTEND_JUDGE_DUEL_NET_TIME_H
#define CONTEND_JUDGE_DUEL_NET_TIME_H

#include "bench/machine/schedstat.h"

/* The first thread of a process at the start or the end of what is measured. */
struct net_mark {
    bool is_known;
    struct schedstat sched;
    int64_t preemptions; /* how often it lost the CPU though it wanted to run on */
};

/* Of the calling thread. */
struct net_mark net_mark_now(void);

/* Of a process between its end and wait(). */
struct net_mark net_mark_of_dead(pid_t pid);

/*
 * Wall time less what others took of it: waiting for a CPU, here and, `late_ns`, where its end was
 * waited for.  A thread that never slept got the CPU only after it was preempted; then its own time
 * on the CPU is all of the rest, and the wall would hold what a hypervisor took, too.
 * NaN where it is not known: a mark is not, late_ns is below 0, or the first thread's time on the
 * CPU is not all of `cpu_ns`, the process's and its children's.
 */
double net_time_ns(const struct net_mark *begin, const struct net_mark *end, double cpu_ns,
                   double wall_ns, int64_t late_ns);

#endif
