/*
 * Pins the threads of somebody else's program, each to a CPU of its own, as they appear.
 *
 * Two threads that share a lock cost ten times more or less depending on whether the scheduler
 * puts them on one CPU or on two, and it changes its mind from run to run.  A program that does not
 * pin its threads can be pinned from outside: its threads are listed in /proc.
 */
#ifndef CONTEND_JUDGE_DUEL_THREADS_H
#define CONTEND_JUDGE_DUEL_THREADS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct thread_watch {
    pid_t pid;
    unsigned looks;  /* so far */
    unsigned pinned; /* threads that have their CPU */
    pid_t latest;    /* thread ids rise while they do not wrap */
};

/*
 * Looks once: threads not seen before get the next CPU of the list, beginning at `first`.  The
 * first thread stays free: those it makes inherit its CPUs, and would share one until they are
 * seen. Returns when to look again, ns: soon at first, when threads are made, rarely later.
 */
uint64_t threads_spread(struct thread_watch *w, const int *cpus, unsigned count, unsigned first);

#endif
