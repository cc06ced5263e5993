/*
 * Whether a launch had one clock and the same CPUs from its beginning to its end.
 *
 * All figures are differences of one clock, on the CPUs that the run began with.  Where the clock
 * was set, by a library that stands between or by a fault of the machine, or where somebody took
 * CPUs away meanwhile, they say nothing: such a launch is named and not used.
 */
#ifndef CONTEND_RUN_LAUNCH_STEADY_H
#define CONTEND_RUN_LAUNCH_STEADY_H

#include "bench/machine/affinity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cell;
struct launch;

/* One moment. */
struct steady {
    uint64_t before_ns, after_ns; /* the clock that measures, around the reading of the other */
    uint64_t raw_ns;              /* the kernel's own, which nobody sets and no library answers */
    struct affinity_digest cpus;  /* of the calling thread */
};

/* The clocks and CPUs of now. */
void steady_read(struct steady *out);

/* Whether it stayed so from one moment to the other; `why` has the words when not. */
bool steady_between(const struct steady *from, const struct steady *to, char *why, size_t size);

/* Whether they are the same CPUs; one that is not known is not another. */
bool steady_cpus(const struct affinity_digest *from, const struct affinity_digest *to, char *why,
                 size_t size);

/* Whether the stamps of a launch that is over by `to` follow each other. Not of a virtual one. */
bool steady_stamps(const struct launch *l, const struct steady *to, char *why, size_t size);

/*
 * Whether what was launched since `from`, which moves on, can be used; `why` has the words when
 * not, TEXT_MAX bytes.  Units that run in this thread place it where they belong.
 */
bool steady_launch(const struct cell *c, const struct launch *l, struct steady *from, char *why);

#endif
