#include "bench/core/affinity.h"

#include "bench/core/file.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

int affinity_allowed(int *cpus, int most)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set))
        return 0;
    int count = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && count < most; cpu++)
        if (CPU_ISSET((size_t)cpu, &set))
            cpus[count++] = cpu;
    return count;
}

/* The first CPU of the core that this one belongs to. */
static int core_of(int cpu)
{
    char path[96], text[256];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    return file_read_small(path, text, sizeof text) > 0 ? atoi(text) : cpu;
}

struct cpu_rank {
    int cpu, core, among_core; /* how many of the list come before it in its core */
};

static int rank_order(const void *a, const void *b)
{
    const struct cpu_rank *x = a, *y = b;
    return x->among_core != y->among_core ? x->among_core - y->among_core : x->cpu - y->cpu;
}

int affinity_by_core(int *cpus, int count)
{
    struct cpu_rank *ranks = calloc((size_t)count + 1, sizeof *ranks);
    int cores = 0;
    for (int i = 0; i < count && ranks; i++) {
        ranks[i] = (struct cpu_rank){cpus[i], core_of(cpus[i]), 0};
        for (int j = 0; j < i; j++)
            ranks[i].among_core += ranks[j].core == ranks[i].core;
        cores += ranks[i].among_core == 0;
    }
    if (ranks)
        qsort(ranks, (size_t)count, sizeof *ranks, rank_order);
    for (int i = 0; i < count && ranks; i++)
        cpus[i] = ranks[i].cpu;
    free(ranks);
    return cores;
}

int affinity_pin(int cpu, struct err *err)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        return err_set_sys(err, errno, "pinning to CPU %d", cpu);
    return 0;
}

int affinity_pin_nth(unsigned index, struct err *err)
{
    int cpus[1024];
    int count = affinity_allowed(cpus, 1024);
    if (count <= 0)
        return err_set(err, ERR_SYSTEM, "no CPU is allowed to this process");
    return affinity_pin(cpus[index % (unsigned)count], err);
}
