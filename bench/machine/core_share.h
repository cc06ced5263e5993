/*
 * Whether a stranger computes on the other hardware thread of our core.  In a virtual machine that
 * makes loops 1.4 to 2 times slower and shows in no counter: it is neither steal nor load.
 *
 * Two loops are timed next to each other: one that is a taken branch a turn, one that is a chain of
 * dependent additions.  Alone both take a cycle a step.  What fetches instructions takes turns
 * between the threads of a core (Fog, "The microarchitecture of Intel, AMD and VIA CPUs"; Intel's
 * optimization manual, on resources shared by SMT threads), so the branch waits for the neighbour
 * and the addition, which has a cycle to itself either way, does not.  As a ratio within
 * microseconds it does not depend on the clock's frequency.
 */
#ifndef CONTEND_MACHINE_CORE_SHARE_H
#define CONTEND_MACHINE_CORE_SHARE_H

#include <stdbool.h>
#include <stdint.h>

/* CPUs looked at, evenly chosen where there are more. */
#define CORE_SHARE_CPUS_MAX 16

/*
 * Times the calling thread's CPU for some 0.2 ms: what a taken branch takes over what an addition
 * takes, in thousandths.  The median of several bursts, so who ran in between does not count.
 * false where this processor's loops are not known (x86-64 is).
 */
bool core_share_read(uint32_t *permille);

/*
 * The same on each CPU the calling thread may use, one after the other, of which the dearest is
 * returned; its mask is as before afterwards.  *cpu (may be NULL) is that one's number.
 */
bool core_share_dearest(uint32_t *permille, int *cpu);

/*
 * Whether such a reading means a neighbour.  A processor whose taken branch takes two cycles reads
 * 2000 also alone, so from there on nothing is said.
 */
bool core_share_is_shared(uint32_t permille);

#endif
