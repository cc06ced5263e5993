/* What the files of this room share. */
#ifndef CONTEND_CHILD_INTERNAL_H
#define CONTEND_CHILD_INTERNAL_H

#include "bench/child/child.h"

/* In memory that both see: a program that is vforked and one that is forked say it alike. */
struct child_report {
    int error; /* errno; 0: all went well up to the program's first step */
};

/* The children that live, the latest first. */
extern struct child *child_living;

/* How many processes of our control group were killed for want of memory; -1: not known. */
int64_t memory_kills(void);

/* The least limit of our control group and those above; -1: none, or not known. */
int64_t memory_limit_bytes(void);

/* Reaps one that was killed: its number, or -1 with errno, ETIMEDOUT when it does not die. */
pid_t reap(pid_t pid, int fd, int *status, struct rusage *usage);

/* Whether it has ended and is not reaped. */
bool child_is_over(const struct child *c);

#endif
