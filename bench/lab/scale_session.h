/*
 * All runs that a judgement of somebody's program wants: its numbers of threads in rounds, each in
 * an order of its own drawn from the seed, and those with one thing changed among them.
 */
#ifndef CONTEND_LAB_SCALE_SESSION_H
#define CONTEND_LAB_SCALE_SESSION_H

#include "bench/base/err.h"
#include "bench/judge/scale/scale.h"

struct scale_request {
    char *const *argv;      /* with {n}; ended by NULL */
    char *const *processes; /* the other command; NULL */
    const unsigned *counts; /* ascending */
    size_t count;
    unsigned rounds;
    uint64_t budget_ns; /* no further round begins behind it */
    uint64_t timeout_ns;
    bool is_each;
    uint64_t seed;
    const volatile bool *interrupted;
    void (*on_progress)(void *context, const char *text); /* which run is next; may be NULL */
    void *context;
};

/* scale_release() in both cases.  -1 as of scale_run(), and ERR_SYSTEM. */
int scale_measure(const struct scale_request *request, struct scale *out, struct err *err);

#endif
