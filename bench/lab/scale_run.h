/*
 * One run of somebody's program, as bench/judge/scale wants it: a child with a deadline, looked at
 * while it runs.
 */
#ifndef CONTEND_LAB_SCALE_RUN_H
#define CONTEND_LAB_SCALE_RUN_H

#include "bench/base/err.h"
#include "bench/judge/scale/scale.h"

struct scale_start {
    char *const *argv;   /* with {n}; ended by NULL */
    unsigned n;          /* for {n} */
    unsigned copies;     /* so many programs at once; at least 1 */
    const char *preload; /* put before LD_PRELOAD; NULL: none */
    bool is_pinned;      /* on the last of our CPUs */
    uint64_t timeout_ns;
    struct scale_places *places; /* where its threads are, to be found out; NULL: not */
    const volatile bool *interrupted;
};

/* -1 with ERR_FAILED where it did not end well, ERR_USAGE where it cannot be executed. */
int scale_run(const struct scale_start *start, struct scale_run *out, struct err *err);

/* The arguments with n for {n}; scale_argv_release(). NULL: no memory. */
char **scale_argv(char *const *argv, unsigned n);
void scale_argv_release(char **argv);

/*
 * What the machine itself adds: CPU time of a loop of ours that only computes, in `count` processes
 * at once, over that of one alone.  NaN when it cannot be had.
 */
double scale_control(unsigned count);

#endif
