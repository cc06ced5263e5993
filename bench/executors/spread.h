/* Puts the calling thread where the launch wants the index-th of its units or workers. */
#ifndef CONTEND_EXECUTORS_SPREAD_H
#define CONTEND_EXECUTORS_SPREAD_H

#include "bench/contend.h"
#include "bench/machine/affinity.h"

static inline void spread_out(const struct launch *l, uint32_t index)
{
    if (l->placement != PLACEMENT_SPREAD)
        return;
    int cpu = launch_cpu(l, index);
    if (cpu >= 0)
        affinity_pin(cpu, NULL);
    else
        affinity_pin_nth(index, NULL);
}

#endif
