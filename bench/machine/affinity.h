/* Which CPUs this process may use, and pinning the calling thread to one of them. */
#ifndef CONTEND_MACHINE_AFFINITY_H
#define CONTEND_MACHINE_AFFINITY_H

#include "bench/base/err.h"

#include <stdint.h>
#include <sys/types.h>

/* The CPUs allowed, ascending; returns how many were stored (at most `most`). */
int affinity_allowed(int *cpus, int most);

/* How many are allowed, on a machine of any size; 0 when the kernel does not say. */
int affinity_count(void);

/* The index-th allowed CPU, round and round; -1 when the kernel does not say. */
int affinity_nth(unsigned index);

/* Which CPUs the calling thread may use, to be told from others later; all 0 when not known. */
struct affinity_digest {
    uint32_t count;
    uint64_t hash;
};
void affinity_digest(struct affinity_digest *out);

/* The mask of the calling thread, to be given back; NULL when the kernel does not say. */
struct affinity_mask *affinity_save(void);
/* Sets it again and frees it; NULL is accepted. */
void affinity_restore(struct affinity_mask *mask);

/*
 * Puts CPUs in such an order that neighbours in the list belong to different cores as far as there
 * are as many: the first CPU of each core, then the second of each.  Returns how many cores there
 * are.  A CPU whose core the kernel does not tell is one.
 */
int affinity_by_core(int *cpus, int count);

/* Leaves a thread (0: the calling one) these CPUs, whatever their numbers; an errno when not. */
int affinity_restrict(pid_t thread, const int *cpus, unsigned count);

/* Pins the calling thread; -1 with the reason when it is not allowed. */
int affinity_pin(int cpu, struct err *err);

/* Pins to the index-th allowed CPU, round and round. */
int affinity_pin_nth(unsigned index, struct err *err);

#endif
