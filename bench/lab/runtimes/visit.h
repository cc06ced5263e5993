/* One visit: a program of ours in another runtime is asked one question of one kind of unit. */
#ifndef CONTEND_LAB_RUNTIMES_VISIT_H
#define CONTEND_LAB_RUNTIMES_VISIT_H

#include "bench/lab/runtimes/answer.h"
#include "bench/lab/runtimes/instance.h"
#include "bench/machine/noise.h"

struct visit {
    struct instance *instance;
    const struct runtime_unit *unit;
    uint64_t timeout_ns; /* at most */
    const volatile bool *interrupted;

    struct noise_delta noise; /* out: what the machine did meanwhile */
    bool is_wild;             /* out: it hung, or left processes: it is not to be asked again */
};

/*
 * `a` says what is asked and takes the answer.  0, also where it was interrupted; -1 with
 * ERR_FAILED for what is wrong with the program, ERR_SYSTEM for what is wrong here.  Nothing of it
 * is left running in any case.
 */
int visit_ask(struct visit *v, struct answer *a, struct err *err);

#endif
