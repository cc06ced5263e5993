#include "bench/machine/affinity.h"

#include "bench/base/file.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

/* The kernel refuses a mask smaller than its own: it grows until it fits.  To be freed. */
static cpu_set_t *allowed_set(size_t *bytes)
{
    for (size_t cpus = 1024; cpus <= 1 << 20; cpus *= 4) {
        cpu_set_t *set = CPU_ALLOC(cpus);
        *bytes = CPU_ALLOC_SIZE(cpus);
        if (set && !sched_getaffinity(0, *bytes, set))
            return set;
        CPU_FREE(set);
    }
    return NULL;
}

struct affinity_mask {
    cpu_set_t *set;
    size_t bytes;
};

struct affinity_mask *affinity_save(void)
{
    struct affinity_mask *mask = malloc(sizeof *mask);
    if (mask && !(mask->set = allowed_set(&mask->bytes))) {
        free(mask);
        mask = NULL;
    }
    return mask;
}

void affinity_restore(struct affinity_mask *mask)
{
    if (!mask)
        return;
    sched_setaffinity(0, mask->bytes, mask->set);
    CPU_FREE(mask->set);
    free(mask);
}

int affinity_allowed(int *cpus, int most)
{
    size_t bytes;
    int count = 0;
    cpu_set_t *set = allowed_set(&bytes);
    for (int cpu = 0; set && cpu < (int)(bytes * 8) && count < most; cpu++)
        if (CPU_ISSET_S((size_t)cpu, bytes, set))
            cpus[count++] = cpu;
    CPU_FREE(set);
    return count;
}

int affinity_count(void)
{
    size_t bytes;
    cpu_set_t *set = allowed_set(&bytes);
    int count = set ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    return count;
}

int affinity_nth(unsigned index)
{
    size_t bytes;
    cpu_set_t *set = allowed_set(&bytes);
    int count = set ? CPU_COUNT_S(bytes, set) : 0, nth = count ? (int)(index % (unsigned)count) : 0;
    int found = -1;
    for (int cpu = 0; count && found < 0; cpu++)
        if (CPU_ISSET_S((size_t)cpu, bytes, set) && nth-- == 0)
            found = cpu;
    CPU_FREE(set);
    return found;
}

void affinity_digest(struct affinity_digest *out)
{
    size_t bytes;
    cpu_set_t *set = allowed_set(&bytes);
    *out = (struct affinity_digest){0};
    for (size_t cpu = 0; set && cpu < bytes * 8; cpu++)
        if (CPU_ISSET_S(cpu, bytes, set)) {
            out->count++;
            out->hash = (out->hash ^ cpu) * UINT64_C(0x100000001b3);
        }
    CPU_FREE(set);
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

int affinity_restrict(pid_t thread, const int *cpus, unsigned count)
{
    int highest = 0;
    for (unsigned i = 0; i < count; i++)
        highest = cpus[i] > highest ? cpus[i] : highest;
    size_t bytes = CPU_ALLOC_SIZE((size_t)highest + 1);
    cpu_set_t *set = CPU_ALLOC((size_t)highest + 1);
    if (!set)
        return ENOMEM;
    CPU_ZERO_S(bytes, set);
    for (unsigned i = 0; i < count; i++)
        CPU_SET_S((size_t)cpus[i], bytes, set);
    int failed = sched_setaffinity(thread, bytes, set) ? errno : 0;
    CPU_FREE(set);
    return failed;
}

int affinity_pin(int cpu, struct err *err)
{
    int failed = affinity_restrict(0, &cpu, 1);
    return failed ? err_set_sys(err, failed, "pinning to CPU %d", cpu) : 0;
}

int affinity_pin_nth(unsigned index, struct err *err)
{
    int cpu = affinity_nth(index);
    if (cpu < 0)
        return err_set(err, ERR_SYSTEM, "no CPU is allowed to this process");
    return affinity_pin(cpu, err);
}
