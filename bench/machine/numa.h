/* NUMA nodes: how many are online, and on which one the caller runs. */
#ifndef CONTEND_MACHINE_NUMA_H
#define CONTEND_MACHINE_NUMA_H

#include <stdint.h>

/* Of a list as the kernel writes it, "0-1,4"; 1 where it is none, for every machine has one. */
uint32_t numa_count_listed(const char *list);

/* The online ones; 1 where the kernel does not tell. */
uint32_t numa_node_count(void);

/* The node of the CPU that the caller runs on: by the time it is read it may be another one. */
uint32_t numa_node_here(void);

#endif
