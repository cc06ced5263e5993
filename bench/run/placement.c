#include "bench/run/launch.h"

#include <errno.h>
#include <sched.h>

int allowed_cpus(int *cpus, int most)
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

int pin_to_cpu(int cpu, struct err *err)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set))
        return err_set_sys(err, errno, "pinning to CPU %d", cpu);
    return 0;
}
