/*
 * The CPUs that a cell's units are put on, in turn.  Equal lists stand in one place of this process
 * and are kept for its life: many cells have one.
 */
#ifndef CONTEND_RUN_LAUNCH_CPU_LIST_H
#define CONTEND_RUN_LAUNCH_CPU_LIST_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than any kernel for x86-64 is built for (CONFIG_NR_CPUS); the numbers of CPUs likewise. */
enum { CPU_LIST_MAX = 8192 };

struct cpu_list {
    uint32_t count;
    uint16_t cpus[];
};

/* -1 with ERR_LIMIT where they are too many for it, or their numbers too large.  *out is NULL
 * where there are none. */
int cpu_list_keep(const int *cpus, size_t count, const struct cpu_list **out, struct err *err);

/* Whether the calling thread may use all of them; else *missing is one that it may not. */
bool cpu_list_is_allowed(const struct cpu_list *list, int *missing);

#endif
