#include "bench/machine/numa.h"

#include "bench/base/file.h"

#include <ctype.h>
#include <sched.h>
#include <stdlib.h>

/* The number at *at, which is moved behind it; -1 where there is none. */
static long number_at(const char **at)
{
    if (!isdigit((unsigned char)**at))
        return -1;
    char *end;
    long number = strtol(*at, &end, 10);
    *at = end;
    return number;
}

uint32_t numa_count_listed(const char *list)
{
    enum { NODES_MOST = 1 << 16 }; /* a longer range is no list of nodes */
    uint32_t count = 0;
    for (const char *at = list;; at++) {
        long first = number_at(&at), last = first;
        if (first >= 0 && *at == '-') {
            at++;
            last = number_at(&at);
        }
        if (first < 0 || last < first || last - first >= NODES_MOST)
            return 1;
        count += (uint32_t)(last - first) + 1;
        if (*at != ',')
            return *at == '\0' || *at == '\n' ? count : 1;
    }
}

uint32_t numa_node_count(void)
{
    char list[512];
    long length = file_read_small("/sys/devices/system/node/online", list, sizeof list);
    return length > 0 ? numa_count_listed(list) : 1;
}

uint32_t numa_node_here(void)
{
    unsigned cpu, node;
    return getcpu(&cpu, &node) ? 0 : node;
}
