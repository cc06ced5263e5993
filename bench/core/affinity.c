#include "bench/core/affinity.h"

#include <errno.h>
#include <sched.h>

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
